/** The order of being seen: nothing of a write is readable or watchable before it is acknowledged, all of it after. */
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Change } from '../store.ts';
import { settle } from './eventually.ts';
import { committed, keyOf, put, red, refused, sample } from './sample.ts';
import type { Behaviour } from './subject.ts';

const listing = { tenant: red, group: '', resource: 'configmaps', maxEntries: 1000, maxBytes: 10_000_000 };

export const visibility: Behaviour = (scenario) => {
  scenario('a write is seen, in any way, in the same turn in which it is acknowledged', async ({ store }) => {
    for (let round = 0; round < 30; round++) {
      const key = keyOf(`n${round}`);
      const before = store.applied;
      let acknowledged = false;
      let heard: readonly Change[] = [];
      const unsubscribe = store.subscribe((changes) => {
        heard = [...heard, ...changes];
      });
      const commit = store.commit([put(key, sample('x'))]).then(() => {
        acknowledged = true;
      });
      for (;;) {
        const signs = {
          applied: store.applied > before,
          get: store.get(key) !== undefined,
          range: store.range(listing).revision > before,
          changes: store.changes({ after: before, maxEntries: 10 }).changes.length > 0,
          heard: heard.length > 0,
        };
        const seen = Object.values(signs);
        assert.ok(
          seen.every((sign) => sign === acknowledged),
          `acknowledged: ${acknowledged}, seen: ${JSON.stringify(signs)}`,
        );
        if (acknowledged) break;
        await nextTurn();
      }
      await commit;
      assert.equal(store.counter(red, '', 'configmaps').objects, round + 1);
      unsubscribe();
    }
  });

  scenario('nothing is readable in the turn of the commit call itself', async ({ store }) => {
    const before = store.applied;
    const commit = store.commit([put(keyOf('a'), sample('a'))]);
    assert.equal(store.get(keyOf('a')), undefined);
    assert.equal(store.applied, before);
    await commit;
    assert.notEqual(store.get(keyOf('a')), undefined);
  });

  scenario('who is told of a change can read it, and nothing newer than it was told', async ({ store }) => {
    const told: number[] = [];
    const unsubscribe = store.subscribe((changes) => {
      for (const { revision, key, record } of changes) {
        told.push(revision);
        assert.ok(store.applied >= revision);
        assert.deepEqual(store.get(key, revision), { revision, record });
      }
      assert.equal(store.applied, changes.at(-1)!.revision);
    });
    const commits = Array.from({ length: 120 }, (_, index) => {
      const batch = Array.from({ length: 1 + (index % 3) }, (__, part) =>
        put(keyOf(`n${index}-${part}`), sample('x')),
      );
      return store.commit(batch);
    });
    const outcomes = await Promise.all(commits);
    await settle();
    unsubscribe();
    const revisions = outcomes.flatMap((outcome) => (outcome.ok ? outcome.revisions : []));
    assert.deepEqual(
      told,
      revisions.toSorted((a, b) => a - b),
      'each change once, in order',
    );
  });

  scenario(
    'an acknowledged write has been told to every listener, a refused one to none',
    async ({ store }) => {
      const heard: number[][] = [[], []];
      const ends = heard.map((list) =>
        store.subscribe((changes) => {
          list.push(...changes.map(({ revision }) => revision));
        }),
      );
      const [first] = await committed(store, put(keyOf('a'), sample('a')));
      assert.deepEqual(heard, [[first], [first]]);
      await refused(store, put(keyOf('a'), sample('b')));
      ends[0]!();
      const [second] = await committed(store, put(keyOf('b'), sample('b')));
      assert.deepEqual(heard, [[first], [first, second]]);
      ends[1]!();
      await committed(store, put(keyOf('c'), sample('c')));
      assert.deepEqual(heard, [[first], [first, second]]);
    },
  );

  scenario('acknowledgements come in the order of revisions', async ({ store }) => {
    const acknowledged: number[] = [];
    const commits = Array.from({ length: 100 }, async (_, index) => {
      const outcome = await store.commit([put(keyOf(`n${index}`), sample('x'))]);
      assert.ok(outcome.ok);
      acknowledged.push(outcome.revisions[0]!);
    });
    await Promise.all(commits);
    assert.deepEqual(
      acknowledged,
      acknowledged.toSorted((a, b) => a - b),
    );
  });
};
