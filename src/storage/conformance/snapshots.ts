/** Copies taken while serving: one state of the store, whole, as if writing had stopped for it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Prng } from '../../lib/prng.ts';
import type { Revision } from '../store.ts';
import { eventually } from './eventually.ts';
import { readLog, writeHistory } from './history.ts';
import { committed, contentOf, keyOf, put, red, sample } from './sample.ts';
import type { Behaviour, OpenStore } from './subject.ts';

const listing = { tenant: red, group: '', resource: 'configmaps', maxEntries: 10_000, maxBytes: 100_000_000 };

export const snapshots: Behaviour = (scenario) => {
  /** Hands the body a folder for snapshots, and the way to open one; skips where the backend has none. */
  const withSnapshots = (
    title: string,
    body: (opened: OpenStore, folder: string, open: (file: string) => Promise<OpenStore>) => Promise<void>,
  ) =>
    scenario(title, async (opened, context) => {
      const { openSnapshot } = opened;
      if (openSnapshot === undefined) return context.skip('this backend opens no snapshots');
      const folder = await mkdtemp(join(tmpdir(), 'milo-snapshot-'));
      try {
        await body(opened, folder, (file) => openSnapshot.call(opened, file));
      } finally {
        await rm(folder, { recursive: true });
      }
    });

  withSnapshots(
    'a snapshot holds the state, the past and the counters, and goes on by itself',
    async ({ store }, folder, open) => {
      const start = store.applied;
      const history = await writeHistory(store, new Prng(53), 30);
      const file = join(folder, 'copy');
      await store.snapshot(file);
      const copy = await open(file);
      try {
        assert.equal(copy.store.applied, store.applied);
        assert.deepEqual(copy.store.range(listing), store.range(listing));
        assert.deepEqual(readLog(copy.store, start), history);
        assert.deepEqual(
          copy.store.counters('', 'configmaps', undefined, 10),
          store.counters('', 'configmaps', undefined, 10),
        );
        assert.deepEqual(copy.store.check(10), []);
        const [there] = await committed(copy.store, put(keyOf('there'), sample('there')));
        assert.ok(there! > history.at(-1)!.revision);
        assert.equal(store.get(keyOf('there')), undefined);
      } finally {
        await copy.close();
      }
    },
  );

  withSnapshots('taken while writing, it is the state at one revision', async ({ store }, folder, open) => {
    const pair = [keyOf('left'), keyOf('right')] as const;
    await committed(store, ...pair.map((key) => put(key, sample('0'))));
    // Enough that copying takes longer than a few commits.
    const ballast = Array.from({ length: 40 }, (_, index) =>
      put(keyOf(`b${index}`), sample('b', { bytes: 200_000 })),
    );
    await committed(store, ...ballast);
    const start = store.applied;
    let isTaking = true;
    let rounds = 0;
    const write = async (): Promise<void> => {
      while (isTaking) {
        const content = String(++rounds);
        await committed(store, ...pair.map((key) => put(key, sample(content), store.get(key)!.revision)));
      }
    };
    const take = async (): Promise<void> => {
      for (const name of ['first', 'second', 'third']) {
        const before = store.applied;
        await store.snapshot(join(folder, name));
        await compare(before, join(folder, name));
      }
    };
    const compare = async (before: Revision, file: string): Promise<void> => {
      const copy = await open(file);
      try {
        const at = copy.store.applied;
        assert.ok(at >= before, 'what was acknowledged before is in it');
        await eventually(() => store.applied >= at, 'what the copy has is acknowledged');
        assert.deepEqual(copy.store.range(listing).entries, store.range({ ...listing, at }).entries);
        assert.deepEqual(readLog(copy.store, start), readLog(store, start, { upTo: at }));
        const [left, right] = pair.map((key) => contentOf(copy.store.get(key)!.record));
        assert.equal(left, right, 'no half of a batch');
        assert.deepEqual(copy.store.check(10), []);
      } finally {
        await copy.close();
      }
    };
    const taking = take().finally(() => {
      isTaking = false;
    });
    await Promise.all([taking, write()]);
    assert.ok(rounds > 3);
  });

  withSnapshots('it never writes over a file that is there', async ({ store }, folder) => {
    const file = join(folder, 'copy');
    await store.snapshot(file);
    await assert.rejects(store.snapshot(file));
  });
};
