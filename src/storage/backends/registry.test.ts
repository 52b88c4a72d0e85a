/** Addresses of stores: what each scheme opens, and what is no address. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openStore } from './registry.ts';

test('embedded: takes a path, or a URL with escapes', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'milo registry-'));
  try {
    const dataDir = join(parent, 'a b');
    const url = pathToFileURL(dataDir).href.replace(/^file:/, 'embedded:');
    for (const address of [`embedded:${dataDir}`, url]) {
      const store = await openStore(address);
      assert.equal(store.fault, undefined);
      assert.ok((await stat(join(dataDir, 'store.mdb'))).isFile());
      await store.close();
    }
  } finally {
    await rm(parent, { recursive: true });
  }
});

test('anything else is refused with the schemes there are', async () => {
  for (const address of ['', 'embedded:', '.milo', 'nosuch:x', '/abs/path', 'toString:x', 'Embedded:x']) {
    await assert.rejects(openStore(address), { code: 'unreadable' }, address);
  }
  await assert.rejects(openStore('nosuch:x'), /schemes are: embedded/);
});
