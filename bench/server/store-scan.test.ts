import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openStore } from '../../src/storage/backends/registry.ts';
import { blue, committed, keyOf, put, remove, sample } from '../../src/storage/conformance/sample.ts';
import type { Store } from '../../src/storage/store.ts';
import { compactStopped, scanStore } from './store-scan.ts';
import { commitsOf } from './stored-data.ts';

/** A closed store in a directory of its own, with what `fill` did to it. */
async function stored(t: TestContext, fill: (store: Store) => Promise<unknown>): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'milo-bench-scan-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const store = await openStore(`embedded:${directory}`);
  await fill(store);
  await store.close();
  return directory;
}

test('a row that holds the text is found, in a key, an index or what a record says', async (t) => {
  const directory = await stored(t, async (store) => {
    await committed(store, put(keyOf('stays'), sample('nothing')));
    await committed(store, put(keyOf('victim'), sample('nothing')));
    await committed(store, put(keyOf('other'), sample('of the victim')));
    await committed(store, put(keyOf('owned'), sample('nothing', { owner: 'victim' })));
    await committed(store, put(keyOf('far', { tenant: blue }), sample('nothing')));
  });
  const check = async (text: string, rows: readonly RegExp[]): Promise<void> => {
    const { found, names } = await scanStore(directory, [text]);
    for (const row of rows)
      assert.ok(
        names.some((name) => row.test(name)),
        `${row}: ${names.join(', ')}`,
      );
    assert.ok(found >= rows.length, text);
  };
  await check('victim', [/^current: .*victim$/, /^current: .*other$/, /^current: .*owned$/]);
  await check('uid-2', [/^current: .*far$/, /^counters: /]);
  assert.equal((await scanStore(directory, ['absent'])).found, 0);
});

test('of what was deleted, the log tells until it is compacted, and nothing after that', async (t) => {
  const directory = await stored(t, async (store) => {
    await committed(store, put(keyOf('stays'), sample('nothing')));
    const [revision] = await committed(store, put(keyOf('victim', { tenant: blue }), sample('nothing')));
    await committed(store, remove(keyOf('victim', { tenant: blue }), revision!));
  });
  assert.ok((await scanStore(directory, ['victim'])).found > 0);
  const before = commitsOf(directory);
  await compactStopped(directory);
  assert.ok(commitsOf(directory) > before, 'a compaction is committed');
  const { found, names, rows, snapshotBytes } = await scanStore(directory, ['victim', 'uid-2']);
  assert.deepEqual([found, names], [0, []]);
  assert.ok(rows > 0 && snapshotBytes > 0);
  assert.ok(!readdirSync(directory).some((name) => name.startsWith('snapshot')), 'the snapshot is gone');
});
