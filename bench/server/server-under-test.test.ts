import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { issueAuthority, issueLeaf } from '../../src/lib/issue-certificate.ts';
import { HttpClient } from '../load/http-client.ts';
import { Cleanup } from '../run/cleanup.ts';
import { UsageError } from '../run/usage-error.ts';
import { serversOf } from './server-under-test.ts';

/** Larger than any process number of Linux. */
const noPid = 99_999_999;
const directory = mkdtempSync(join(tmpdir(), 'milo-given-'));
const kubeconfig = join(directory, 'kubeconfig.json');
const deleted: string[] = [];
let sessions = 0;
let version = 200;
let stop: () => void;

/** A server that says its version, and takes and forgets namespaces. */
before(async () => {
  const validity = { nowMs: Date.now(), lifetimeMs: 60_000 };
  const authority = await issueAuthority('test-ca', validity);
  const leaf = await issueLeaf(authority, {
    ...validity,
    commonName: 'test',
    organizations: [],
    usage: 'server',
    names: [{ type: 'ip', value: '127.0.0.1' }],
  });
  const server = createSecureServer({ key: leaf.key, cert: leaf.certificate });
  server.on('session', (session) => {
    sessions++;
    session.on('close', () => sessions--);
  });
  server.on('stream', (stream, { ':method': method, ':path': path }) => {
    const isGone = method === 'GET' && deleted.includes(path!);
    if (method === 'DELETE') deleted.push(path!);
    const status = path === '/version' ? version : isGone ? 404 : method === 'POST' ? 201 : 200;
    stream.respond({ ':status': status });
    stream.end(JSON.stringify({ gitVersion: 'v1.0', metadata: {}, status: { phase: 'Active' } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stop = () => server.close();
  const { port } = server.address() as AddressInfo;
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    'certificate-authority-data': Buffer.from(authority.certificate).toString('base64'),
  };
  const config = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
});
after(() => {
  stop();
  rmSync(directory, { recursive: true });
});

interface Given {
  readonly pid?: number;
  readonly storagePid?: number;
  readonly storageDirectory?: string;
  readonly storageMetrics?: string;
}

function start(given: Given, cleanup: Cleanup) {
  const none = { context: undefined, pid: undefined, storagePid: undefined, storageDirectory: undefined };
  const options = { kubeconfig, tenancy: 'namespaces', needsControlPlanes: false, ...none, ...given };
  return serversOf(options, directory, cleanup).start('server');
}

/** Nothing stays open: an open session would keep the process from ending. */
async function refused(given: Given, sentence: RegExp): Promise<void> {
  const cleanup = new Cleanup();
  await assert.rejects(
    async () => await start(given, cleanup),
    (error) => error instanceof UsageError && sentence.test(error.message) && !error.message.includes('\n'),
  );
  await cleanup.run();
  await untilNoSession();
}

async function untilNoSession(): Promise<void> {
  for (let tries = 0; sessions > 0 && tries < 100; tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(sessions, 0, 'sessions are still open');
}

test('a server that cannot be used, or whose resources cannot be read, is refused before the run', async () => {
  version = 403;
  await refused({}, /^The server at .* cannot be used: GET \/version: 403/);
  version = 200;
  await refused({ pid: noPid }, /^--server-pid 99999999 is no process of this machine\.$/);
  await refused({ storagePid: noPid }, /^--storage-pid 99999999 is no process/);
  const storageDirectory = join(directory, 'none');
  await refused({ storageDirectory }, /^What the server uses cannot be read: ENOENT/);
  await refused({ storageMetrics: 'http://127.0.0.1:1/metrics' }, /cannot be read: GET http:.*: .*\.$/);
});

test('tenants go also when a source of samples has failed during the run', async () => {
  const cleanup = new Cleanup();
  const storageDirectory = mkdtempSync(join(directory, 'storage-'));
  const { target, tenancy } = await start({ storageDirectory }, cleanup);

  const client = await HttpClient.connect(target, 1);
  await tenancy.createObject(client, 'one');
  await client.close();
  rmSync(storageDirectory, { recursive: true });
  // The next sample.
  await new Promise((resolve) => setTimeout(resolve, 1200));
  await assert.rejects(cleanup.run(), /ENOENT/);
  assert.deepEqual(deleted, [tenancy.objectPath('one')]);
  await untilNoSession();
});
