/** Following from any revision: the log page by page, and the hub live, both equal the whole history filtered. */
import assert from 'node:assert/strict';
import { Prng } from '../../lib/prng.ts';
import type { Change, Store } from '../store.ts';
import { WatchHub } from '../watch-hub.ts';
import type { Encoding } from '../watch-target.ts';
import { eventually, settle } from './eventually.ts';
import { isOf, readLog, targets, writeHistory, writeSome } from './history.ts';
import { RecordingSink } from './recording-sink.ts';
import { blue, committed, keyOf, put, red, sample } from './sample.ts';
import type { Behaviour } from './subject.ts';

const scopes = [red, blue].flatMap((tenant) =>
  ['configmaps', 'secrets', 'nothing'].map((resource) => ({ tenant, group: '', resource })),
);

export const watchResume: Behaviour = (scenario) => {
  scenario(
    'the log behind every revision, in pages of any size, with and without scope',
    async ({ store }) => {
      const start = store.applied;
      const history = await writeHistory(store, new Prng(3), 40);
      for (let after = start; after <= store.applied; after++) {
        const rest = history.filter((change) => change.revision > after);
        for (const maxEntries of [1, 3, 1000]) {
          assert.deepEqual(readLog(store, after, { maxEntries }), rest, `after ${after} by ${maxEntries}`);
          for (const scope of scopes) {
            assert.deepEqual(
              readLog(store, after, { maxEntries, scope }),
              rest.filter((change) => isOf(scope, change)),
              `after ${after} by ${maxEntries} of ${JSON.stringify(scope)}`,
            );
          }
        }
      }
    },
  );

  scenario('the log up to a revision ends there, inside a batch too', async ({ store }) => {
    const start = store.applied;
    const history = await writeHistory(store, new Prng(4), 15);
    for (let upTo = start + 1; upTo <= store.applied; upTo++) {
      const expected = history.filter((change) => change.revision <= upTo);
      assert.deepEqual(readLog(store, start, { upTo, maxEntries: 4 }), expected);
      const page = store.changes({ after: start, upTo, maxEntries: 1000 });
      assert.equal(page.position, upTo);
      const scope = scopes[1]!;
      assert.deepEqual(
        readLog(store, start, { upTo, maxEntries: 2, scope }),
        expected.filter((change) => isOf(scope, change)),
      );
    }
  });

  scenario('at its end the log has nothing and stands at the newest revision', async ({ store }) => {
    await writeHistory(store, new Prng(5), 3);
    const end = store.applied;
    for (const scope of [undefined, scopes[0]!]) {
      const query = { after: end, maxEntries: 10, ...(scope === undefined ? {} : { scope }) };
      assert.deepEqual(store.changes(query), { changes: [], position: end });
    }
  });

  scenario('a watch from every revision goes live without gap or repeat', async ({ store }) => {
    const prng = new Prng(6);
    const hub = new WatchHub(store);
    const start = store.applied;
    const history = await writeHistory(store, prng, 30);
    const watches: {
      sink: RecordingSink;
      expected: (all: Change[]) => Change[];
      title: string;
      close(): void;
    }[] = [];
    for (let after = start; after <= store.applied; after++) {
      for (const target of targets) {
        const sink = new RecordingSink();
        const handle = hub.watch(target, after, sink);
        watches.push({
          sink,
          expected: (all) => all.filter((change) => change.revision > after && isOf(target, change)),
          title: `${JSON.stringify(target)} after ${after}`,
          close: () => handle.close(),
        });
      }
      // Written while the watches just opened may still be reading the log.
      if (after % 5 === 0) history.push(...(await writeSome(store, prng)));
    }
    history.push(...(await writeHistory(store, prng, 10)));
    await eventually(
      () => watches.every(({ sink, expected }) => sink.changes.length >= expected(history).length),
      'every watch has had its changes',
    );
    await settle();
    for (const { sink, expected, title } of watches) {
      assert.deepEqual(sink.changes, expected(history), title);
      assert.deepEqual(sink.errors, [], title);
    }
    for (const { close } of watches) close();
  });

  scenario('a watch from just behind the newest change has it, again and again', async ({ store }) => {
    const prng = new Prng(7);
    const hub = new WatchHub(store);
    for (let round = 0; round < 25; round++) {
      const newest = await writeSome(store, prng);
      for (const change of newest) {
        const { tenant, group, resource, namespace, name } = change.key;
        const sink = new RecordingSink();
        const after = change.revision - 1;
        const handle = hub.watch({ tenant, group, resource, namespace, name }, after, sink);
        await eventually(() => handle.position === store.applied, 'the watch comes up to the store');
        assert.deepEqual(sink.changes, [change]);
        handle.close();
      }
    }
  });

  scenario('a watch opened out of a delivery hears only what is behind its revision', async ({ store }) => {
    const hub = new WatchHub(store);
    const target = { tenant: red, group: '', resource: 'configmaps' };
    const inner: { after: number; sink: RecordingSink; close(): void }[] = [];
    const outer = hub.watch(target, store.applied, {
      deliver: () => {
        const sink = new RecordingSink();
        const after = store.applied;
        const handle = hub.watch(target, after, sink);
        inner.push({ after, sink, close: () => handle.close() });
        return true;
      },
      end: (error) => {
        throw error;
      },
    });
    const start = store.applied;
    for (let round = 0; round < 3; round++) {
      const keys = Array.from({ length: 4 }, (_, index) => keyOf(`r${round}-${index}`));
      await committed(store, ...keys.map((key) => put(key, sample(key.name))));
      await settle();
    }
    assert.equal(inner.length, 12);
    const all = readLog(store, start);
    for (const { after, sink, close } of inner) {
      const due = all.filter((change) => change.revision > after);
      assert.deepEqual(sink.changes, due, `opened at ${after}`);
      close();
    }
    outer.close();
  });

  scenario('watches opened in the midst of unfinished commits miss and repeat nothing', async ({ store }) => {
    const hub = new WatchHub(store);
    const sinks: { after: number; sink: RecordingSink; close(): void }[] = [];
    const commits: Promise<unknown>[] = [];
    for (let index = 0; index < 100; index++) {
      commits.push(store.commit([put(keyOf(`n${index}`), sample(String(index)))]));
      if (index % 3 === 0) await settle(index % 4);
      const sink = new RecordingSink();
      const after = store.applied;
      const handle = hub.watch({ tenant: red, group: '', resource: 'configmaps' }, after, sink);
      sinks.push({ after, sink, close: () => handle.close() });
    }
    await Promise.all(commits);
    const all = readLog(store, store.compacted);
    assert.equal(all.length, 100);
    await eventually(
      () => sinks.every(({ after, sink }) => (sink.changes.at(-1)?.revision ?? after) === store.applied),
      'every watch has had the last change',
    );
    await settle();
    for (const { after, sink } of sinks) {
      assert.deepEqual(
        sink.changes,
        all.filter((change) => change.revision > after),
        `after ${after}`,
      );
    }
    for (const { close } of sinks) close();
  });

  scenario('a watch knows how far it has come, though nothing of its target changed', async ({ store }) => {
    const hub = new WatchHub(store);
    const start = store.applied;
    const sink = new RecordingSink();
    const handle = hub.watch({ tenant: red, group: '', resource: 'configmaps' }, start, sink);
    await committed(store, put(keyOf('x', { tenant: blue }), sample('x')));
    const [mine] = await committed(store, put(keyOf('x'), sample('x')));
    await committed(store, put(keyOf('y', { resource: 'secrets' }), sample('y')));
    await eventually(() => handle.position === store.applied, 'the position follows the store');
    assert.deepEqual(sink.revisions, [mine]);
    handle.close();
  });

  scenario('a closed watch is told nothing more, and its neighbours everything', async ({ store }) => {
    const hub = new WatchHub(store);
    const target = { tenant: red, group: '', resource: 'configmaps' };
    const [closed, open] = [new RecordingSink(), new RecordingSink()];
    const handle = hub.watch(target, store.applied, closed);
    const neighbour = hub.watch(target, store.applied, open);
    const [first] = await committed(store, put(keyOf('a'), sample('a')));
    await eventually(() => closed.changes.length === 1 && open.changes.length === 1, 'both see the first');
    handle.close();
    const [second] = await committed(store, put(keyOf('b'), sample('b')));
    await eventually(() => open.changes.length === 2, 'the open one sees the second');
    await settle();
    assert.deepEqual(closed.revisions, [first]);
    assert.deepEqual(open.revisions, [first, second]);
    handle.close();
    neighbour.close();
  });

  scenario('watchers of one change share its encoding', async ({ store }) => {
    const hub = new WatchHub(store);
    let made = 0;
    const seen: Encoding[] = [];
    const encode = (): Encoding => {
      made++;
      return Buffer.from(`encoding ${made}`);
    };
    const handles = Array.from({ length: 5 }, () =>
      hub.watch({ group: '', resource: 'configmaps' }, store.applied, {
        deliver: (shared) => {
          seen.push(shared.encoded('form', encode));
          return true;
        },
        end: (error) => {
          throw error;
        },
      }),
    );
    await committed(store, put(keyOf('a'), sample('a')));
    await eventually(() => seen.length === 5, 'all have it');
    assert.equal(made, 1);
    assert.ok(seen.every((encoding) => encoding === seen[0]));
    for (const handle of handles) handle.close();
  });

  scenario(
    'watches and the log go on after reopening where they were',
    async ({ store, reopen }, context) => {
      if (reopen === undefined) return context.skip('this backend does not reopen');
      const prng = new Prng(8);
      const start = store.applied;
      const history = await writeHistory(store, prng, 20);
      const again: Store = await reopen();
      const hub = new WatchHub(again);
      const sinks = targets.map((target) => {
        const sink = new RecordingSink();
        return { target, sink, handle: hub.watch(target, start + 7, sink) };
      });
      history.push(...(await writeHistory(again, prng, 5)));
      assert.deepEqual(readLog(again, start), history);
      for (const { target, sink, handle } of sinks) {
        const expected = history.filter((change) => change.revision > start + 7 && isOf(target, change));
        await eventually(() => sink.changes.length >= expected.length, 'the watch has its changes');
        assert.deepEqual(sink.changes, expected);
        handle.close();
      }
    },
  );
};
