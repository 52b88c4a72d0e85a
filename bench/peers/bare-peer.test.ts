import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { issueAuthority, issueLeaf } from '../../src/lib/issue-certificate.ts';
import type { BareAnswers } from './bare-peer.ts';

const program = fileURLToPath(new URL('../bare-server.js', import.meta.url));

test('a bare server ends when whoever started it is gone', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'milo-bare-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const validity = { nowMs: Date.now(), lifetimeMs: 60_000 };
  const authority = await issueAuthority('test-ca', validity);
  const leaf = await issueLeaf(authority, {
    ...validity,
    commonName: 'test',
    organizations: [],
    usage: 'server',
    names: [{ type: 'ip', value: '127.0.0.1' }],
  });
  const bytes = Buffer.from('{}');
  const answers = { object: bytes, list: bytes, event: bytes, storeFile: join(directory, 'bare.mdb') };
  const child = fork(program, { serialization: 'advanced' });
  t.after(() => child.kill('SIGKILL'));
  child.send({ ...answers, ...leaf, ca: authority.certificate } satisfies BareAnswers);
  await once(child, 'message');
  const ended = once(child, 'exit', { signal: AbortSignal.timeout(10_000) });
  child.disconnect();
  assert.deepEqual(await ended, [0, null]);
});
