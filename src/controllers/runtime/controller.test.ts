/** What a controller is told, and when: nothing that changes is missed, and what cannot be read stops nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, settle } from '../../storage/conformance/eventually.ts';
import { ReferenceStore } from '../../storage/conformance/reference-store.ts';
import { committed, keyOf, put, remove, sample } from '../../storage/conformance/sample.ts';
import { StorageError } from '../../storage/errors.ts';
import type { ObjectKey } from '../../storage/store.ts';
import { WatchHub } from '../../storage/watch-hub.ts';
import type { WatchSink } from '../../storage/watch-target.ts';
import { type Controller, ControllerRuntime } from './controller.ts';

const configmaps = { group: '', resource: 'configmaps' };

function start(options: Partial<Controller> = {}, store = new ReferenceStore(), hub = new WatchHub(store)) {
  const seen: string[] = [];
  const errors: string[] = [];
  const controller: Controller = {
    name: 'test',
    workers: 2,
    watches: [{ ...configmaps, keysOf: ({ key }) => [key] }],
    initial: () => [],
    reconcile: async ({ name }) => {
      seen.push(name);
      return undefined;
    },
    ...options,
  };
  const runtime = new ControllerRuntime(store, hub, [controller], {
    onError: (name, key, error) => errors.push(`${name} ${key}: ${(error as Error).message}`),
  });
  return { store, hub, seen, errors, runtime };
}

test('a change that is on its way when the controller starts is not missed', async () => {
  const store = new ReferenceStore();
  await committed(store, put(keyOf('before'), sample('1')));
  const hub = new WatchHub(store);
  const pending = committed(store, put(keyOf('during'), sample('1')));
  const { seen } = start({ initial: () => [keyOf('before')] }, store, hub);
  await pending;
  await committed(store, put(keyOf('after'), sample('1')));
  await eventually(() => seen.length === 3, 'three objects');
  assert.deepEqual(seen, ['before', 'during', 'after']);
});

test('only changes of the watched resource, in every control plane', async () => {
  const { store, seen } = start({ watches: [{ ...configmaps, keysOf: ({ key }) => [key] }] });
  await committed(store, put(keyOf('a', { resource: 'secrets' }), sample('1')));
  await committed(store, put(keyOf('b', { group: 'other' }), sample('1')));
  await committed(store, put(keyOf('c'), sample('1')));
  await eventually(() => seen.length > 0, 'a reconcile');
  await settle();
  assert.deepEqual(seen, ['c']);
});

test('the key comes back whole', async () => {
  const keys: ObjectKey[] = [keyOf('a'), keyOf('b', { group: 'g', namespace: '' })];
  const seen: ObjectKey[] = [];
  start({
    initial: () => keys,
    reconcile: async (key) => {
      seen.push(key);
      return undefined;
    },
  });
  await eventually(() => seen.length === 2, 'both');
  assert.deepEqual(seen, keys);
});

test('a burst of followed changes is one look', async () => {
  const owner = keyOf('owner');
  const { store, seen } = start({
    watches: [],
    follows: ({ record }) => (record === undefined ? [owner] : []),
  });
  const names = Array.from({ length: 20 }, (_, i) => `n${i}`);
  const revisions = await committed(store, ...names.map((name) => put(keyOf(name), sample('1'))));
  await committed(store, ...names.map((name, i) => remove(keyOf(name), revisions[i]!)));
  await eventually(() => seen.length > 0, 'a look');
  assert.deepEqual(seen, ['owner']);
});

test('a change that cannot be judged is reported, and later ones are seen', async () => {
  const judge = ({ key }: { key: ObjectKey }): readonly ObjectKey[] => {
    if (key.name === 'odd') throw new Error('unreadable');
    return [key];
  };
  const { store, seen, errors } = start({
    watches: [{ ...configmaps, keysOf: judge }],
    follows: (change) => (change.key.name === 'odd' ? judge(change) : []),
  });
  await committed(store, put(keyOf('odd'), sample('1')));
  await committed(store, put(keyOf('even'), sample('1')));
  await eventually(() => seen.length > 0, 'the later change');
  assert.deepEqual(seen, ['even']);
  assert.deepEqual(errors, ['test configmaps./odd: unreadable', 'test configmaps./odd: unreadable']);
});

test('a failing reconcile is reported with a readable key and tried again', async () => {
  let attempts = 0;
  const { store, errors, runtime } = start({
    reconcile: async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('not yet');
      return undefined;
    },
  });
  await committed(store, put(keyOf('a'), sample('1')));
  await eventually(() => attempts === 2, 'a second attempt');
  assert.deepEqual(errors, ['test red~uid-1//configmaps/default/a: not yet']);
  await eventually(() => runtime.pending === 0, 'rest');
});

test('a watch that ends is opened again, and what it may have missed is looked for', async () => {
  const sinks: WatchSink[] = [];
  const hub = {
    watch: (_: unknown, __: unknown, sink: WatchSink) => {
      sinks.push(sink);
      return { close: () => {}, resume: () => {}, position: 0 };
    },
  } as unknown as WatchHub;
  const { seen, errors, runtime } = start({ initial: () => [keyOf('missed')] }, new ReferenceStore(), hub);
  await eventually(() => seen.length === 1, 'the beginning');
  sinks[0]!.end(new StorageError('compacted', 'too old'));
  assert.equal(sinks.length, 2);
  await eventually(() => seen.length === 2, 'a new beginning');
  assert.deepEqual(errors, ['test configmaps.: too old']);

  sinks[1]!.end(new StorageError('closed', 'shutting down'));
  await runtime.close();
  sinks[1]!.end(new StorageError('compacted', 'too old'));
  assert.equal(sinks.length, 2, 'not when the store or the runtime is closed');
  assert.equal(errors.length, 1);
});

test('after close nothing is looked at and nothing is watched', async () => {
  const { store, hub, seen, runtime } = start({ follows: ({ key }) => [key] });
  await runtime.close();
  await committed(store, put(keyOf('a'), sample('1')));
  await settle();
  assert.deepEqual(seen, []);
  assert.equal(hub.size, 0);
});

test('what is found again at the start is worked on beside the rest', async () => {
  const { seen, store } = start({
    initial: () => [keyOf('first')],
    async *recover() {
      yield keyOf('second');
      await settle();
      yield keyOf('third');
    },
  });
  await eventually(() => seen.length === 3, 'all three');
  assert.deepEqual(seen, ['first', 'second', 'third']);
  await committed(store, put(keyOf('fourth'), sample('1')));
  await eventually(() => seen.length === 4, 'a change');
});

test('a search that fails is told, and stops nothing', async () => {
  const { seen, errors, store } = start({
    // biome-ignore lint/correctness/useYield: fails before it has found anything.
    async *recover() {
      throw new Error('unreadable');
    },
  });
  await eventually(() => errors.length === 1, 'the report');
  assert.deepEqual(errors, ['test recovery: unreadable']);
  await committed(store, put(keyOf('a'), sample('1')));
  await eventually(() => seen.length === 1, 'a change');
});

test('closing ends the search', async () => {
  let isEnded = false;
  const { runtime } = start({
    async *recover(signal) {
      while (!signal.aborted) {
        yield keyOf('again');
        await settle();
      }
      isEnded = true;
    },
  });
  await settle();
  await runtime.close();
  assert.ok(isEnded);
});
