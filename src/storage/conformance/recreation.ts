/** Names that live more than once: no life sees, keeps or answers for another. */
import assert from 'node:assert/strict';
import type { Revision, StoredRecord } from '../store.ts';
import { committed, guard, keyOf, put, red, refused, remove, sample } from './sample.ts';
import type { Behaviour } from './subject.ts';

const key = keyOf('phoenix');
const neighbour = keyOf('phoenix-0');

export const recreation: Behaviour = (scenario) => {
  scenario('every life, and the gaps between them, can be read', async ({ store }) => {
    const expected = new Map<Revision, StoredRecord | undefined>([[store.applied, undefined]]);
    const remember = (revision: Revision | undefined) => expected.set(revision!, store.get(key));
    for (let life = 0; life < 10; life++) {
      const [born] = await committed(store, put(key, sample(`life ${life}`)));
      assert.deepEqual(remember(born).get(born!), { revision: born, record: sample(`life ${life}`) });
      const [changed] = await committed(store, put(key, sample(`life ${life}, older`), born));
      remember(changed);
      const [other] = await committed(
        store,
        put(neighbour, sample('n'), store.get(neighbour)?.revision ?? 0),
      );
      remember(other);
      const [gone] = await committed(store, remove(key, changed!));
      assert.equal(remember(gone).get(gone!), undefined);
    }
    for (const [at, record] of expected) {
      assert.deepEqual(store.get(key, at), record, `at ${at}`);
      const { entries } = store.range({
        tenant: red,
        group: '',
        resource: 'configmaps',
        at,
        maxEntries: 10,
        maxBytes: 100_000,
      });
      const found = entries.find((entry) => entry.key.name === key.name);
      assert.equal(found?.revision, record?.revision, `range at ${at}`);
    }
  });

  scenario('a revision of an earlier life is no key to a later one', async ({ store }) => {
    const [born] = await committed(store, put(key, sample('first')));
    const [gone] = await committed(store, remove(key, born!));
    const [again] = await committed(store, put(key, sample('second')));
    for (const stale of [born!, gone!]) {
      assert.deepEqual(await refused(store, put(key, sample('x'), stale)), { index: 0, actual: again });
      assert.deepEqual(await refused(store, remove(key, stale)), { index: 0, actual: again });
      assert.deepEqual(await refused(store, guard(key, stale)), { index: 0, actual: again });
    }
  });

  scenario('a change names the state it replaced, and none across a deletion', async ({ store }) => {
    const before = store.applied;
    const [born] = await committed(store, put(key, sample('first')));
    const [changed] = await committed(store, put(key, sample('changed'), born));
    const [gone] = await committed(store, remove(key, changed!));
    const [again] = await committed(store, put(key, sample('second')));
    assert.deepEqual(store.changes({ after: before, maxEntries: 10 }).changes, [
      { revision: born, key, record: sample('first'), previous: undefined },
      {
        revision: changed,
        key,
        record: sample('changed'),
        previous: { revision: born, record: sample('first') },
      },
      {
        revision: gone,
        key,
        record: undefined,
        previous: { revision: changed, record: sample('changed') },
      },
      { revision: again, key, record: sample('second'), previous: undefined },
    ]);
  });

  scenario('compaction between two lives keeps the living one whole', async ({ store }) => {
    const [born] = await committed(store, put(key, sample('first')));
    const [gone] = await committed(store, remove(key, born!));
    await committed(store, put(neighbour, sample('n')));
    await store.compact(store.applied);
    assert.equal(store.get(key), undefined);
    assert.deepEqual(await refused(store, put(key, sample('x'), gone)), { index: 0, actual: 0 });
    const [again] = await committed(store, put(key, sample('second')));
    assert.ok(again! > gone!);
    assert.equal(store.get(key, again! - 1), undefined);
    await store.compact(store.applied);
    assert.deepEqual(store.get(key), { revision: again, record: sample('second') });
    assert.deepEqual(store.check(10), []);
  });

  scenario('a life may end and another name begin in one batch', async ({ store }) => {
    const [born] = await committed(store, put(key, sample('moved')));
    const [gone, moved] = await committed(store, remove(key, born!), put(neighbour, sample('moved')));
    assert.equal(store.get(key), undefined);
    assert.equal(store.get(neighbour, gone), undefined);
    assert.equal(store.get(neighbour)?.revision, moved);
  });
};
