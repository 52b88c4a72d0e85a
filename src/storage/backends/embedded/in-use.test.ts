/** One process a data directory: another is told so, and gets it the moment the first one is gone, however it went. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { committed, keyOf, put, sample } from '../../conformance/sample.ts';
import { StorageError } from '../../errors.ts';
import { openEmbedded } from './backend.ts';

const writer = fileURLToPath(new URL('./crash-writer.js', import.meta.url));

async function newDataDir(context: TestContext): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'milo-in-use-'));
  context.after(() => rm(dataDir, { recursive: true }));
  return dataDir;
}

/** A process that has the directory open, and writes in it. */
async function holder(dataDir: string) {
  const child = spawn(process.execPath, [writer, dataDir, '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    output += chunk;
    if (output.includes('"acknowledged"')) break;
  }
  child.stdout.resume();
  return child;
}

async function refusesInUse(dataDir: string): Promise<void> {
  await assert.rejects(
    openEmbedded({ dataDir }),
    (error) => error instanceof StorageError && error.code === 'in-use' && error.message.includes(dataDir),
  );
}

test('a directory another process has is refused, by any of its names, and free once that one is killed', async (context) => {
  const dataDir = await newDataDir(context);
  const child = await holder(dataDir);
  try {
    const files = await readdir(dataDir);
    await refusesInUse(dataDir);
    await refusesInUse(`${dataDir}/.`);
    await symlink(dataDir, `${dataDir}-link`);
    try {
      await refusesInUse(`${dataDir}-link`);
    } finally {
      await rm(`${dataDir}-link`);
    }
    assert.deepEqual(await readdir(dataDir), files, 'the refusal leaves nothing behind');
    assert.equal(child.exitCode, null, 'and does not disturb the holder');
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const store = await openEmbedded({ dataDir });
  assert.ok(store.applied > 0);
  assert.deepEqual(store.check(10), []);
  await store.close();
});

test('a second opening in the same process is refused and harms nothing; after closing it is taken', async (context) => {
  const dataDir = await newDataDir(context);
  const store = await openEmbedded({ dataDir });
  await refusesInUse(dataDir);
  const [revision] = await committed(store, put(keyOf('a'), sample('a')));
  await store.close();
  const again = await openEmbedded({ dataDir });
  assert.equal(again.get(keyOf('a'))?.revision, revision);
  await again.close();
});

test('of several that open at once exactly one gets it', async (context) => {
  const dataDir = await newDataDir(context);
  const openings = await Promise.allSettled(Array.from({ length: 5 }, () => openEmbedded({ dataDir })));
  const opened = openings.flatMap((opening) => (opening.status === 'fulfilled' ? [opening.value] : []));
  assert.equal(opened.length, 1);
  for (const opening of openings) {
    if (opening.status === 'rejected') assert.equal((opening.reason as StorageError).code, 'in-use');
  }
  await opened[0]!.close();
});
