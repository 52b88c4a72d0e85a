/** Forgetting the past: what stays readable, what becomes a typed error, and that neither readers nor writers are hurt. */
import assert from 'node:assert/strict';
import { limits } from '../../apimachinery/limits.ts';
import { Prng } from '../../lib/prng.ts';
import type { StorageErrorCode } from '../errors.ts';
import { StorageError } from '../errors.ts';
import type { RangeQuery, Store, StoredEntry } from '../store.ts';
import { WatchHub } from '../watch-hub.ts';
import { eventually, settle } from './eventually.ts';
import { isOf, readLog, targets, writeHistory } from './history.ts';
import { RecordingSink } from './recording-sink.ts';
import { committed, keyOf, put, red, remove, sample } from './sample.ts';
import type { Behaviour } from './subject.ts';

const everything: RangeQuery = {
  tenant: red,
  group: '',
  resource: 'configmaps',
  maxEntries: 10_000,
  maxBytes: 100_000_000,
};

function failsWith(code: StorageErrorCode, read: () => unknown): void {
  assert.throws(read, (error) => error instanceof StorageError && error.code === code);
}

export const compaction: Behaviour = (scenario) => {
  scenario('below it every read is a typed error; at it and above all stays readable', async ({ store }) => {
    const start = store.applied;
    const history = await writeHistory(store, new Prng(13), 30);
    const before = new Map<number, readonly StoredEntry[]>();
    for (let at = start; at <= store.applied; at++)
      before.set(at, store.range({ ...everything, at }).entries);
    const below = start + Math.floor((store.applied - start) / 2);
    await store.compact(below);
    assert.equal(store.compacted, below);
    for (let at = start; at <= store.applied; at++) {
      const query = { ...everything, at };
      if (at < below) {
        failsWith('compacted', () => store.get(keyOf('a', { namespace: 'n' }), at));
        failsWith('compacted', () => store.range(query));
        failsWith('compacted', () => store.count(query));
        failsWith('compacted', () => store.changes({ after: at, maxEntries: 10 }));
        const scope = { tenant: red, group: '', resource: 'configmaps' };
        failsWith('compacted', () => store.changes({ after: at, maxEntries: 10, scope }));
      } else {
        assert.deepEqual(store.range(query).entries, before.get(at), `at ${at}`);
        assert.deepEqual(
          readLog(store, at, { maxEntries: 7 }),
          history.filter((change) => change.revision > at),
          `changes after ${at}`,
        );
      }
    }
    assert.deepEqual(store.check(10), []);
  });

  scenario('the error names what was asked and what there is', async ({ store }) => {
    await writeHistory(store, new Prng(14), 10);
    await store.compact(store.applied);
    assert.throws(
      () => store.get(keyOf('a'), store.compacted - 1),
      (error) => error instanceof StorageError && error.requested === store.compacted - 1,
    );
    assert.throws(
      () => store.get(keyOf('a'), store.applied + 1),
      (error) =>
        error instanceof StorageError &&
        error.requested === store.applied + 1 &&
        error.current === store.applied,
    );
  });

  scenario('the future is a typed error', async ({ store }) => {
    await writeHistory(store, new Prng(15), 3);
    for (const at of [store.applied + 1, store.applied + 1_000_000]) {
      failsWith('future-revision', () => store.get(keyOf('a'), at));
      failsWith('future-revision', () => store.range({ ...everything, at }));
      failsWith('future-revision', () => store.count({ ...everything, at }));
    }
  });

  scenario('the log and the tombstones below it go; living objects stay', async ({ store }) => {
    const keys = Array.from({ length: 200 }, (_, index) => keyOf(`n${index}`));
    const created = await committed(store, ...keys.map((key) => put(key, sample(key.name))));
    await committed(store, ...keys.slice(0, 150).map((key, index) => remove(key, created[index]!)));
    const full = store.stats().logEntries;
    await store.compact(store.applied);
    const { logEntries, currentEntries } = store.stats();
    assert.equal(currentEntries, 50);
    assert.ok(logEntries <= 50, `${logEntries} of ${full} log entries are left for 50 objects`);
    assert.equal(store.count(everything), 50);
    assert.deepEqual(store.check(10), []);
  });

  scenario('compacting again, lower or to the same place changes nothing', async ({ store }) => {
    const start = store.applied;
    await writeHistory(store, new Prng(16), 20);
    const below = store.applied - 5;
    await store.compact(below);
    const expected = readLog(store, below);
    const stats = store.stats();
    for (const again of [below, below - 1, start]) {
      await store.compact(again);
      assert.equal(store.compacted, below);
      assert.deepEqual(readLog(store, below), expected);
      assert.equal(store.stats().logEntries, stats.logEntries);
    }
  });

  scenario('two compactions at once end at the higher one', async ({ store }) => {
    const history = await writeHistory(store, new Prng(17), 40);
    const below = store.applied - 5;
    await Promise.all([store.compact(below - 10), store.compact(below), store.compact(below - 20)]);
    assert.equal(store.compacted, below);
    assert.deepEqual(
      readLog(store, below),
      history.filter((change) => change.revision > below),
    );
    assert.deepEqual(store.check(10), []);
  });

  scenario('a listing under way is cut off with a typed error, a new one is whole', async ({ store }) => {
    const keys = Array.from({ length: 20 }, (_, index) => keyOf(`n${index + 10}`));
    await committed(store, ...keys.map((key) => put(key, sample(key.name))));
    const first = store.range({ ...everything, maxEntries: 5 });
    await committed(store, put(keyOf('later'), sample('later')));
    const next = { ...everything, maxEntries: 5, at: first.revision, after: first.entries.at(-1)!.key };
    await store.compact(first.revision);
    assert.equal(store.range(next).entries.length, 5, 'a compaction at its revision leaves it readable');
    await store.compact(store.applied);
    failsWith('compacted', () => store.range(next));
    assert.equal(store.range(everything).entries.length, 21);
  });

  scenario('writes, pages and reads go on while it runs, each right or a typed error', async ({ store }) => {
    const prng = new Prng(18);
    const names = Array.from({ length: 40 }, (_, index) => keyOf(`n${index}`));
    const rounds = Math.ceil((3 * limits.compactionStepEntries) / names.length);
    for (let round = 0; round < rounds; round++) {
      await committed(store, ...names.map((key) => put(key, sample(`${round}`), store.get(key)?.revision)));
    }
    const at = store.applied;
    const expected = store.range({ ...everything, at }).entries;
    let running = true;
    const compacting = store.compact(at).then(() => {
      running = false;
    });
    let pages = 0;
    let writes = 0;
    while (running || pages < 20) {
      const key = prng.pick(names);
      await committed(store, put(key, sample(`meanwhile ${writes++}`), store.get(key)!.revision));
      const joined: StoredEntry[] = [];
      for (let more = true; more; pages++) {
        const after = joined.at(-1)?.key;
        const page = store.range({
          ...everything,
          at,
          maxEntries: 15,
          ...(after === undefined ? {} : { after }),
        });
        joined.push(...page.entries);
        more = page.next !== undefined;
      }
      assert.deepEqual(joined, expected);
      try {
        assert.ok(store.range({ ...everything, at: at - names.length }).entries.length === names.length);
      } catch (error) {
        assert.ok(error instanceof StorageError && error.code === 'compacted');
        assert.ok(store.compacted > at - names.length);
      }
    }
    await compacting;
    assert.equal(store.compacted, at);
    assert.equal(readLog(store, at).length, writes);
    assert.deepEqual(store.check(10), []);
  });

  scenario('live watches do not notice it', async ({ store }) => {
    const hub = new WatchHub(store);
    const start = store.applied;
    const watches = targets.map((target) => {
      const sink = new RecordingSink();
      return { target, sink, handle: hub.watch(target, start, sink) };
    });
    const prng = new Prng(19);
    const history = await writeHistory(store, prng, 30);
    for (let round = 0; round < 5; round++) {
      await eventually(
        () => watches.every(({ handle }) => handle.position === store.applied),
        'all watches are live',
      );
      const compacting = store.compact(store.applied);
      history.push(...(await writeHistory(store, prng, 10)));
      await compacting;
    }
    await eventually(
      () => watches.every(({ handle }) => handle.position === store.applied),
      'all watches are live',
    );
    for (const { target, sink, handle } of watches) {
      assert.deepEqual(sink.errors, []);
      assert.deepEqual(
        sink.changes,
        history.filter((change) => isOf(target, change)),
      );
      handle.close();
    }
  });

  scenario('a watch at the compacted revision itself is whole', async ({ store }) => {
    const hub = new WatchHub(store);
    const history = await writeHistory(store, new Prng(20), 20);
    const below = store.applied - 10;
    await store.compact(below);
    const sink = new RecordingSink();
    const handle = hub.watch({ group: '', resource: 'configmaps' }, below, sink);
    const expected = history.filter(
      (change) => change.revision > below && change.key.resource === 'configmaps',
    );
    await eventually(() => sink.changes.length >= expected.length, 'the watch has its changes');
    await settle();
    assert.deepEqual(sink.changes, expected);
    assert.deepEqual(sink.errors, []);
    handle.close();
  });

  scenario('it holds after reopening', async ({ store, reopen }, context) => {
    if (reopen === undefined) return context.skip('this backend does not reopen');
    await writeHistory(store, new Prng(21), 30);
    const below = store.applied - 10;
    const expected = readLog(store, below);
    await store.compact(below);
    const again: Store = await reopen();
    assert.equal(again.compacted, below);
    failsWith('compacted', () => again.get(keyOf('a'), below - 1));
    assert.deepEqual(readLog(again, below), expected);
    await again.compact(again.applied);
    assert.deepEqual(again.check(10), []);
    const newest = again.applied;
    const once: Store = await reopen();
    assert.equal(once.applied, newest, 'the counter does not depend on the log');
    const [next] = await committed(once, put(keyOf('after-all'), sample('x')));
    assert.ok(next! > newest);
  });
};
