/** Watchers that say "no more": a bounded queue first, then the log, and an end only past the compaction. */
import assert from 'node:assert/strict';
import { limits } from '../../apimachinery/limits.ts';
import { StorageError } from '../errors.ts';
import type { Revision, Store } from '../store.ts';
import { WatchHub } from '../watch-hub.ts';
import { eventually, settle } from './eventually.ts';
import { RecordingSink } from './recording-sink.ts';
import { committed, keyOf, put, red, sample } from './sample.ts';
import type { Behaviour } from './subject.ts';

const target = { tenant: red, group: '', resource: 'configmaps' };
const key = keyOf('busy');

/** Updates one object that often, in batches of one, all on their way at once. */
async function update(store: Store, times: number): Promise<Revision[]> {
  const revisions: Revision[] = [];
  for (let index = 0; index < times; ) {
    const several = Math.min(100, times - index);
    const keys = Array.from({ length: several }, (_, offset) => keyOf(`${key.name}-${offset}`));
    const written = await committed(
      store,
      ...keys.map((one) => put(one, sample(`${index}`), store.get(one)?.revision ?? 0)),
    );
    revisions.push(...written);
    index += several;
  }
  return revisions;
}

export const slowWatcher: Behaviour = (scenario) => {
  for (const lag of [1, limits.watchQueueEvents, limits.watchQueueEvents + 1, 5 * limits.watchQueueEvents]) {
    scenario(`a watcher ${lag} changes behind gets every one of them, in order`, async ({ store }) => {
      const hub = new WatchHub(store);
      const sink = new RecordingSink(1);
      const handle = hub.watch(target, store.applied, sink);
      const expected = [...(await update(store, 1))];
      await eventually(() => sink.changes.length === 1, 'the first change arrives');
      expected.push(...(await update(store, lag)));
      await settle();
      assert.equal(sink.changes.length, 1, 'a watcher that said no more is left alone');
      assert.equal(handle.position, expected[0]);
      // In steps of uneven length, with more written meanwhile.
      for (const room of [1, 2, 300, 7]) {
        const wanted = Math.min(sink.changes.length + room, expected.length);
        sink.room = room;
        handle.resume();
        await eventually(() => sink.changes.length >= wanted, 'deliveries go on');
        expected.push(...(await update(store, 3)));
      }
      sink.room = Number.POSITIVE_INFINITY;
      handle.resume();
      await eventually(() => sink.changes.length >= expected.length, 'the watcher catches up');
      expected.push(...(await update(store, 5)));
      await eventually(() => sink.changes.length >= expected.length, 'the watcher is live again');
      await settle();
      assert.deepEqual(sink.revisions, expected);
      assert.deepEqual(sink.errors, []);
      handle.close();
    });
  }

  scenario('a slow watcher holds nobody else up', async ({ store }) => {
    const hub = new WatchHub(store);
    const [slow, quick] = [new RecordingSink(1), new RecordingSink()];
    const handles = [hub.watch(target, store.applied, slow), hub.watch(target, store.applied, quick)];
    const expected = await update(store, 3 * limits.watchQueueEvents);
    await eventually(() => quick.changes.length === expected.length, 'the quick one has everything');
    assert.equal(slow.changes.length, 1);
    assert.deepEqual(quick.revisions, expected);
    for (const handle of handles) handle.close();
  });

  scenario('a watcher that lags past the compaction is ended, once, and told why', async ({ store }) => {
    const hub = new WatchHub(store);
    const sink = new RecordingSink(1);
    const handle = hub.watch(target, store.applied, sink);
    await update(store, 3 * limits.watchQueueEvents);
    await eventually(() => sink.changes.length === 1, 'the first change arrives');
    await store.compact(store.applied);
    sink.room = Number.POSITIVE_INFINITY;
    handle.resume();
    await eventually(() => sink.errors.length > 0, 'the watch ends');
    const delivered = sink.revisions;
    await update(store, 3);
    await settle();
    assert.equal(sink.errors.length, 1);
    assert.equal(sink.errors[0]!.code, 'compacted');
    assert.deepEqual(sink.revisions, delivered, 'nothing follows the end');
    for (const [index, revision] of delivered.entries()) {
      assert.equal(revision, delivered[0]! + index, 'what came before the end came without a gap');
    }
    handle.resume();
    handle.close();
  });

  scenario('a watch from a compacted revision ends at once, without any change', async ({ store }) => {
    const start = store.applied;
    await update(store, 10);
    await store.compact(store.applied - 2);
    const hub = new WatchHub(store);
    const sink = new RecordingSink();
    const handle = hub.watch(target, start, sink);
    await eventually(() => sink.errors.length > 0, 'the watch ends');
    assert.equal(sink.errors[0]!.code, 'compacted');
    assert.deepEqual(sink.changes, []);
    handle.close();
  });

  scenario('watches end with the hub, once, whatever they were about', async ({ store }) => {
    const hub = new WatchHub(store);
    const start = store.applied;
    const [live, paused, lagging, reading] = [
      new RecordingSink(),
      new RecordingSink(1),
      new RecordingSink(1),
      new RecordingSink(),
    ];
    const handles = [hub.watch(target, start, lagging)];
    await update(store, 2 * limits.watchQueueEvents);
    handles.push(hub.watch(target, store.applied, live), hub.watch(target, store.applied, paused));
    await update(store, 3);
    handles.push(hub.watch(target, start, reading));
    hub.close();
    await update(store, 3);
    for (const handle of handles) handle.resume();
    await settle();
    for (const sink of [live, paused, lagging, reading]) {
      assert.deepEqual(
        sink.errors.map(({ code }) => code),
        ['closed'],
      );
    }
    assert.deepEqual(
      [live, paused, lagging, reading].map(({ changes }) => changes.length),
      [3, 1, 1, 0],
    );
    assert.throws(
      () => hub.watch(target, start, new RecordingSink()),
      (error) => error instanceof StorageError && error.code === 'closed',
    );
  });

  scenario('a watch that reads the log of a closed store ends', async ({ store, reopen }, context) => {
    if (reopen === undefined) return context.skip('this backend does not reopen');
    const hub = new WatchHub(store);
    const sink = new RecordingSink(1);
    const handle = hub.watch(target, store.applied, sink);
    await update(store, 2 * limits.watchQueueEvents);
    await reopen();
    sink.room = Number.POSITIVE_INFINITY;
    handle.resume();
    await eventually(() => sink.errors.length > 0, 'the watch ends');
    assert.equal(sink.errors[0]!.code, 'closed');
  });
};
