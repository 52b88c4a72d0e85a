/** Damaged, foreign and unusable files: one typed sentence with the path in it, and not one byte changed. */
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { committed, contentOf, keyOf, put, remove, sample } from '../../conformance/sample.ts';
import { StorageError, type StorageErrorCode } from '../../errors.ts';
import { formatKey, stateKey } from '../../replica/rows.ts';
import { Tables } from '../../replica/tables.ts';
import { openEmbedded } from './backend.ts';
import { dataFileOf } from './data-file.ts';

async function inDirectory(body: (dataDir: string, file: string) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'milo-file-'));
  try {
    await body(dataDir, dataFileOf(dataDir));
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function fill(dataDir: string): Promise<void> {
  const store = await openEmbedded({ dataDir });
  for (let index = 0; index < 40; index++) {
    await committed(store, put(keyOf(`n${index}`), sample(`${index}`, { bytes: 5_000 })));
  }
  await store.close();
}

async function refused(dataDir: string, code: StorageErrorCode, sentence: RegExp): Promise<void> {
  await assert.rejects(openEmbedded({ dataDir }), (error) => {
    assert.ok(error instanceof StorageError, String(error));
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.includes(dataDir), error.message);
    assert.match(error.message, sentence);
    return true;
  });
}

/** Damages a filled store's file; opening it must be refused and leave everything as it was. */
function check(title: string, sentence: RegExp, damage: (content: Buffer) => Buffer): void {
  test(title, () =>
    inDirectory(async (dataDir, file) => {
      await fill(dataDir);
      await writeFile(file, damage(await readFile(file)));
      const before = await readFile(file);
      await refused(dataDir, 'corrupt', sentence);
      assert.ok(before.equals(await readFile(file)), 'nothing in it changed');
      // The directory is free again: the lock went with the refusal.
      await refused(dataDir, 'corrupt', sentence);
    }),
  );
}

check('an empty file is not taken for a new store', /cut off/, () => Buffer.alloc(0));
check('a file of a few bytes', /cut off/, () => Buffer.from('hello'));
check('a file of other content', /does not begin as one/, () => Buffer.alloc(100_000, 'x'));
check('a file of zeros', /does not begin as one/, () => Buffer.alloc(100_000));
check('a text file', /does not begin as one/, () => Buffer.from('apiVersion: v1\n'.repeat(2_000)));
check('a file cut to its first page', /cut off/, (content) => content.subarray(0, 8_192));
check('a file cut in half', /its end is missing/, (content) => content.subarray(0, content.length >> 1));
check('a file with its last quarter missing', /its end is missing/, (content) =>
  content.subarray(0, content.length * 0.75),
);
check('an engine version of the future', /engine version is 3/, (content) => {
  content.writeUInt32LE(3, 28);
  return content;
});
check('a page size that is none', /makes no sense/, (content) => {
  content.writeUInt32LE(8_191, 48);
  return content;
});
check('a second meta page of other content', /does not begin as one/, (content) =>
  content.fill('x', 8_192, 16_384),
);
check('a root page behind the end', /makes no sense/, (content) => {
  content.writeBigUInt64LE(1n << 40n, 136);
  return content;
});

test('the other half of LMDB: a sound database that is not ours, or of another format', () =>
  inDirectory(async (dataDir, file) => {
    const foreign = new Tables(file);
    await foreign.close();
    await refused(dataDir, 'corrupt', /not a Milo store/);
    const newer = new Tables(file);
    newer.initialize(formatKey, Buffer.from('milo 2'), 0);
    newer.initialize(stateKey, Buffer.alloc(16), 1);
    await newer.close();
    await refused(dataDir, 'corrupt', /format "milo 2"; this version reads "milo 1"/);
  }));

test('a file that ends early only where nothing lies is sound', () =>
  inDirectory(async (dataDir, file) => {
    const store = await openEmbedded({ dataDir });
    await committed(store, put(keyOf('kept'), sample('kept')));
    const [large] = await committed(store, put(keyOf('large'), sample('large', { bytes: 1_000_000 })));
    await committed(store, remove(keyOf('large'), large!));
    await store.compact(store.applied);
    // The pages freed last are in nobody's way only after two more transactions.
    for (let index = 0; index < 3; index++) await committed(store, put(keyOf(`n${index}`), sample('x')));
    await store.close();
    // LMDB never shortens a file; one that was never written so far is as short.
    const { length } = await readFile(file);
    await truncate(file, length - 65_536);
    const again = await openEmbedded({ dataDir });
    assert.equal(contentOf(again.get(keyOf('kept'))!.record), 'kept');
    assert.deepEqual(again.check(10), []);
    await committed(again, put(keyOf('after'), sample('after', { bytes: 1_000_000 })));
    assert.deepEqual(again.check(10), []);
    await again.close();
  }));

test('what a broken-off creation left behind is swept away', () =>
  inDirectory(async (dataDir, file) => {
    await writeFile(`${file}.new`, 'half a store');
    const store = await openEmbedded({ dataDir });
    await committed(store, put(keyOf('a'), sample('a')));
    await store.close();
    assert.deepEqual((await readdir(dataDir)).sort(), ['store.mdb', 'store.mdb-lock']);
  }));

test('directories that will not do', () =>
  inDirectory(async (parent) => {
    const plain = join(parent, 'file');
    await writeFile(plain, 'x');
    await refused(plain, 'unreadable', /cannot be used/);
    await refused(join(plain, 'below'), 'unreadable', /cannot be used/);
    const folder = join(parent, 'folder');
    await mkdir(dataFileOf(folder), { recursive: true });
    await refused(folder, 'unreadable', /cannot be read/);
  }));

test('files and directories without permission', async (context) => {
  if (process.getuid?.() === 0) return context.skip('root may read everything');
  await inDirectory(async (parent) => {
    const closed = join(parent, 'closed');
    await mkdir(closed, { mode: 0o500 });
    await refused(closed, 'unreadable', /cannot be used/);
    const open = join(parent, 'open');
    await fill(open);
    await chmod(dataFileOf(open), 0o400);
    await refused(open, 'unreadable', /cannot be read/);
    await chmod(dataFileOf(open), 0o600);
    await chmod(`${dataFileOf(open)}-lock`, 0o400);
    await refused(open, 'unreadable', /lock file/);
  });
});
