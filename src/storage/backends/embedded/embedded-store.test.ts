/** What only this backend can be asked: a second writer, groups that fail in part, upkeep in the midst, snapshots. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { limits } from '../../../apimachinery/limits.ts';
import { committed, contentOf, keyOf, put, red, remove, sample } from '../../conformance/sample.ts';
import { encodeKey } from '../../keys.ts';
import { encodeCurrentRow, stateKey } from '../../replica/rows.ts';
import { type Operation, Tables } from '../../replica/tables.ts';
import type { Store } from '../../store.ts';
import { openEmbedded } from './backend.ts';
import { dataFileOf } from './data-file.ts';
import { restoreSnapshot } from './snapshot.ts';

const listing = { tenant: red, group: '', resource: 'configmaps', maxEntries: 10_000, maxBytes: 1e9 };

/** The next exception nobody catches, kept from the test runner. */
function nextUncaught(): Promise<unknown> {
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  return new Promise((resolve) => {
    process.once('uncaughtException', (error) => {
      for (const listener of listeners) process.on('uncaughtException', listener);
      resolve(error);
    });
  });
}

describe('the embedded store', () => {
  let folder: string;
  let dataDir: string;
  let store: Store;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'milo-embedded-'));
    dataDir = join(folder, 'data');
    store = await openEmbedded({ dataDir });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  /** Writes the file behind the store's back, as a process that got past the lock would. */
  async function writeBehind(...operations: Operation[]): Promise<void> {
    const tables = new Tables(dataFileOf(dataDir));
    const state = tables.meta.get(stateKey)!;
    const outcome = await tables.transact(stateKey, tables.fenceOf(stateKey)!, state, operations);
    assert.equal(outcome, 'done');
    await tables.close();
  }

  test('a second writer of the file makes this one stop, with nothing mixed', async () => {
    const [revision] = await committed(store, put(keyOf('a'), sample('a')));
    await writeBehind();
    await assert.rejects(store.commit([put(keyOf('b'), sample('b'))]), { code: 'failed' });
    assert.match(store.fault!, /another process has written/);
    await assert.rejects(store.commit([put(keyOf('c'), sample('c'))]), { code: 'failed' });
    await assert.rejects(store.compact(store.applied), { code: 'failed' });
    assert.equal(store.get(keyOf('a'))?.revision, revision, 'reads go on');
    assert.equal(store.get(keyOf('b')), undefined);
    await store.close();
    store = await openEmbedded({ dataDir });
    assert.equal(store.fault, undefined);
    await committed(store, put(keyOf('b'), sample('b')));
    assert.deepEqual(store.check(10), []);
  });

  test('it keeps account of what it does', async () => {
    const { activity } = store;
    const told: unknown[][] = [];
    activity.onCommit = ({ kind, key, expect }, seconds, hasFailed) => {
      assert.equal(key.resource, listing.resource);
      assert.ok(seconds >= 0 && seconds < 60);
      told.push([kind, expect, hasFailed]);
    };
    const commits = [
      store.commit([put(keyOf('a'), sample('a')), put(keyOf('b'), sample('b'))]),
      store.commit([put(keyOf('c'), sample('c'))]),
      store.commit([put(keyOf('a'), sample('lost'))]),
    ];
    assert.equal(activity.queuedWrites, 4);
    await Promise.all(commits);
    assert.deepEqual(
      [activity.queuedWrites, activity.changes, activity.groupBatches.count, activity.groupBatches.sum],
      [0, 3, 1, 3],
    );
    const bytes = ['a', 'b', 'c'].map((name) => store.get(keyOf(name))!.record.length);
    assert.equal(activity.recordBytes, bytes[0]! + bytes[1]! + bytes[2]!);
    assert.deepEqual([activity.commitSeconds.count, activity.transactionSeconds.count], [3, 1]);
    await committed(store, remove(keyOf('a'), 1));
    await writeBehind();
    await assert.rejects(store.commit([put(keyOf('d'), sample('d'))]), { code: 'failed' });
    assert.deepEqual(told, [
      ['put', 0, false],
      ['put', 0, false],
      ['put', 0, false],
      ['delete', 1, false],
      ['put', 0, true],
    ]);
  });

  test('a bug of who is told of commits reaches no committer, and is not lost', async () => {
    store.activity.onCommit = () => {
      throw new Error('cannot count');
    };
    const uncaught = nextUncaught();
    await committed(store, put(keyOf('a'), sample('a')));
    assert.match(String(await uncaught), /cannot count/);
    assert.equal(store.fault, undefined);
  });

  test('a damaged object fails the commits that meet it, and no others of the group', async () => {
    await committed(store, put(keyOf('bad'), sample('bad')), put(keyOf('good'), sample('good')));
    await store.close();
    const row = { revision: 1, record: Buffer.from('no record') };
    const value = encodeCurrentRow(row, (bytes) => Buffer.alloc(bytes));
    await writeBehind({ table: 'current', key: encodeKey(keyOf('bad')), value });
    store = await openEmbedded({ dataDir });
    const commits = [
      store.commit([put(keyOf('x'), sample('x')), remove(keyOf('bad'), 1)]),
      store.commit([put(keyOf('good'), sample('better'), 2)]),
      store.commit([put(keyOf('bad'), sample('new'), 1)]),
      store.commit([put(keyOf('y'), sample('y'))]),
    ];
    const settled = await Promise.allSettled(commits);
    assert.deepEqual(
      settled.map((result) => (result.status === 'fulfilled' ? result.value.ok : result.reason.code)),
      ['corrupt', true, 'corrupt', true],
    );
    assert.equal(store.get(keyOf('x')), undefined);
    assert.equal(contentOf(store.get(keyOf('good'))!.record), 'better');
    assert.equal(store.applied, 4);
    assert.equal(store.fault, undefined);
  });

  test("a listener's bug reaches neither the committer nor other listeners, and is not lost", async () => {
    const bug = new Error('a bug in a listener');
    const seen = nextUncaught();
    let heard = 0;
    store.subscribe(() => {
      throw bug;
    });
    store.subscribe((changes) => (heard += changes.length));
    await committed(store, put(keyOf('a'), sample('a')));
    assert.equal(await seen, bug);
    assert.equal(heard, 1);
  });

  test('a delete of nothing is refused, though it expects nothing', async () => {
    assert.deepEqual(await store.commit([remove(keyOf('a'), 0)]), { ok: false, index: 0, actual: 0 });
    const [revision] = await committed(store, put(keyOf('a'), sample('a')));
    await committed(store, remove(keyOf('a'), revision!));
    assert.deepEqual(await store.commit([remove(keyOf('a'), 0)]), { ok: false, index: 0, actual: 0 });
    assert.equal(store.applied, 2);
  });

  test('a batch beyond its bounds is refused', async () => {
    const many = Array.from({ length: limits.commitBatchWrites + 1 }, (_, index) =>
      put(keyOf(`n${index}`), sample('x')),
    );
    await assert.rejects(store.commit(many), { code: 'value-too-large' });
    const large = sample('large', { bytes: limits.recordBytes });
    const heavy = Array.from({ length: Math.ceil(limits.commitBatchBytes / large.length) + 1 }, (_, index) =>
      put(keyOf(`n${index}`), large),
    );
    await assert.rejects(store.commit(heavy), { code: 'value-too-large' });
    assert.equal(store.applied, 0);
  });

  test('large commits at once share transactions within the bound', async () => {
    const large = sample('large', { bytes: limits.recordBytes });
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, index) => store.commit([put(keyOf(`n${index}`), large)])),
    );
    assert.ok(outcomes.every(({ ok }) => ok));
    assert.equal(store.counter(red, '', 'configmaps').bytes, 30 * large.length);
    assert.deepEqual(store.check(10), []);
  });

  test('closing finishes what was committed and refuses the rest', async () => {
    const before = Array.from({ length: 50 }, (_, index) =>
      store.commit([put(keyOf(`n${index}`), sample('x'))]),
    );
    const compaction = store.compact(0);
    const closing = store.close();
    await assert.rejects(store.commit([put(keyOf('late'), sample('x'))]), { code: 'closed' });
    await assert.rejects(store.compact(0), { code: 'closed' });
    assert.ok((await Promise.all(before)).every(({ ok }) => ok));
    await compaction;
    await closing;
    await store.close();
    for (const read of [
      () => store.get(keyOf('n1')),
      () => store.range(listing),
      () => store.count(listing),
      () => store.changes({ after: 0, maxEntries: 1 }),
      () => store.index({ name: 'owner', value: 'o', maxEntries: 1 }),
      () => store.indexRange({ name: 'owner', upTo: 'o', maxEntries: 1 }),
      () => store.counter(red, '', 'configmaps'),
      () => store.counters('', 'configmaps', undefined, 1),
      () => store.resourcesOf(red),
      () => store.check(1),
      () => store.stats(),
      () => store.subscribe(() => undefined),
    ]) {
      assert.throws(read, { code: 'closed' });
    }
    await assert.rejects(store.head(), { code: 'closed' });
    store = await openEmbedded({ dataDir });
    assert.equal(store.counter(red, '', 'configmaps').objects, 50);
  });

  test('a compaction that a close cut short is finished by the next', async () => {
    for (let round = 0; round < 3; round++) {
      await committed(
        store,
        ...Array.from({ length: limits.compactionStepEntries }, (_, index) => {
          const key = keyOf(`n${index}`);
          return put(key, sample(`${round}`), store.get(key)?.revision ?? 0);
        }),
      );
    }
    const compacting = store.compact(store.applied);
    await store.close();
    await compacting;
    store = await openEmbedded({ dataDir });
    assert.equal(store.compacted, store.applied);
    assert.ok(store.stats().logEntries > 0, 'it was cut short');
    assert.deepEqual(store.check(10), []);
    await store.compact(store.compacted);
    assert.equal(store.stats().logEntries, 0);
    assert.deepEqual(store.check(10), []);
  });

  test('compaction takes turns with writes', async () => {
    for (let round = 0; round < 8; round++) {
      const batch = Array.from({ length: limits.compactionStepEntries }, (_, index) =>
        put(keyOf(`${round}-${index}`), sample('x')),
      );
      await committed(store, ...batch);
    }
    let isCompacting = true;
    const compaction = store.compact(store.applied).then(() => (isCompacting = false));
    let meanwhile = 0;
    for (; isCompacting; meanwhile++)
      await committed(store, put(keyOf(`meanwhile-${meanwhile}`), sample('x')));
    await compaction;
    assert.ok(meanwhile >= 8, `${meanwhile} commits between 8 steps`);
    assert.deepEqual(store.check(10), []);
  });

  test('overwriting goes on in the pages that compaction frees', async () => {
    const round = async (content: string): Promise<void> => {
      await committed(
        store,
        ...Array.from({ length: 200 }, (_, index) => {
          const key = keyOf(`n${index}`);
          return put(key, sample(content, { bytes: 2_000 }), store.get(key)?.revision ?? 0);
        }),
      );
      // Walks that stop midway must not hold old pages either.
      store.range({ ...listing, maxEntries: 1 });
      await store.compact(store.applied);
    };
    for (let index = 0; index < 10; index++) await round(`${index}`);
    const grown = store.stats().fileBytes;
    for (let index = 0; index < 40; index++) await round(`${index}`);
    assert.ok(store.stats().fileBytes <= grown * 1.2, `${grown} grew to ${store.stats().fileBytes}`);
  });

  test('a snapshot leaves nothing else behind, and never writes over a file', async () => {
    await committed(store, put(keyOf('a'), sample('a')));
    const file = join(folder, 'snapshot');
    await store.snapshot(file);
    const content = await readFile(file);
    await assert.rejects(store.snapshot(file), (error: { code?: string; message?: string }) => {
      assert.equal(error.code, 'unreadable');
      assert.ok(error.message!.includes(file));
      return true;
    });
    assert.ok(content.equals(await readFile(file)));
    await assert.rejects(store.snapshot(join(folder, 'no', 'such', 'folder')), { code: 'unreadable' });
    assert.deepEqual((await readdir(folder)).sort(), ['data', 'snapshot']);
  });

  test('a restore takes an empty directory and a sound snapshot, and nothing less', async () => {
    for (let index = 0; index < 50; index++) {
      await committed(store, put(keyOf(`n${index}`), sample(`${index}`, { bytes: 3_000, owner: 'o' })));
    }
    const file = join(folder, 'snapshot');
    await store.snapshot(file);
    await assert.rejects(restoreSnapshot(file, dataDir), { code: 'in-use' });

    const taken = join(folder, 'taken');
    await mkdir(taken);
    await writeFile(join(taken, 'note'), 'mine');
    await assert.rejects(restoreSnapshot(file, taken), { code: 'unreadable' });
    assert.deepEqual(await readdir(taken), ['note']);

    const fresh = join(folder, 'fresh');
    await assert.rejects(restoreSnapshot(join(folder, 'missing'), fresh), { code: 'unreadable' });
    const whole = await readFile(file);
    const broken = join(folder, 'broken');
    for (const content of [
      Buffer.alloc(0),
      Buffer.alloc(50_000, 'x'),
      whole.subarray(0, whole.length >> 1),
      scribbled(whole),
    ]) {
      await writeFile(broken, content);
      await assert.rejects(restoreSnapshot(broken, fresh), (error: { code?: string; message?: string }) => {
        assert.equal(error.code, 'corrupt', error.message);
        assert.ok(error.message!.includes(broken), error.message);
        return true;
      });
      assert.deepEqual(await readdir(fresh), [], 'a refused restore leaves the directory as it was');
    }

    await restoreSnapshot(file, fresh);
    assert.deepEqual(await readdir(fresh), ['store.mdb']);
    const restored = await openEmbedded({ dataDir: fresh });
    assert.deepEqual(restored.range(listing), store.range(listing));
    assert.deepEqual(restored.check(10), []);
    await restored.close();
  });
});

/** A file whose pages behind the first ones hold something else. */
function scribbled(content: Buffer): Buffer {
  return Buffer.from(content).fill('scribble', 8_192 * 3, content.length);
}
