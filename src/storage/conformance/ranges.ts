/** Ranges: what they hold and in which order, at the newest revision and at any older one, while others write. */
import assert from 'node:assert/strict';
import { limits } from '../../apimachinery/limits.ts';
import { Prng } from '../../lib/prng.ts';
import { servedItems } from '../served-items.ts';
import type { ObjectKey, RangePage, RangeQuery, Revision, Store } from '../store.ts';
import { blue, committed, contentOf, keyOf, put, red, remove, sample } from './sample.ts';
import type { Behaviour } from './subject.ts';

const everything: RangeQuery = {
  tenant: red,
  group: '',
  resource: 'configmaps',
  maxEntries: 10_000,
  maxBytes: 100_000_000,
};

const places = (page: RangePage) => page.entries.map(({ key }) => `${key.namespace}/${key.name}`);

/** Contents by place, the form in which states are compared. */
function stateAt(store: Store, at?: Revision): Record<string, string> {
  const page = store.range(at === undefined ? everything : { ...everything, at });
  return Object.fromEntries(
    page.entries.map(({ key, record }) => [`${key.namespace}/${key.name}`, contentOf(record)]),
  );
}

export const ranges: Behaviour = (scenario) => {
  scenario('an empty range has no entries and nothing behind it', ({ store }) => {
    assert.deepEqual(store.range(everything), { entries: [], revision: store.applied, next: undefined });
  });

  scenario('a range is ordered by namespace, then name, and holds whole entries', async ({ store }) => {
    const inOrder = ['a/a', 'a/a-b', 'a/a.b', 'a/ab', 'a/b', 'a-b/a', 'a.b/a', 'ab/0', 'ab/a', 'b/a'];
    const keys = inOrder.map((place) => {
      const [namespace, name] = place.split('/') as [string, string];
      return keyOf(name, { namespace });
    });
    const writes = new Prng(5)
      .shuffle(keys)
      .map((key) => put(key, sample(`of ${key.namespace} ${key.name}`)));
    await committed(store, ...writes);
    const page = store.range(everything);
    assert.deepEqual(places(page), inOrder);
    assert.equal(page.next, undefined);
    assert.equal(page.revision, store.applied);
    for (const entry of page.entries) {
      assert.deepEqual(store.get(entry.key), { revision: entry.revision, record: entry.record });
      assert.equal(contentOf(entry.record), `of ${entry.key.namespace} ${entry.key.name}`);
      assert.equal(entry.key.tenant, red);
    }
  });

  scenario('a range keeps to its tenant, group, resource and namespace', async ({ store }) => {
    const near: Partial<ObjectKey>[] = [
      {},
      { tenant: blue },
      { group: 'apps' },
      { group: 'a' },
      { resource: 'configmap' },
      { resource: 'configmapss' },
      { resource: 'secrets' },
      { namespace: 'defaul' },
      { namespace: 'default-x' },
      { namespace: '' },
    ];
    await committed(
      store,
      ...near.map((place) => put(keyOf('x', place), sample(JSON.stringify(place).length.toString()))),
    );
    for (const place of near) {
      const { tenant, group, resource, namespace } = keyOf('x', place);
      const page = store.range({ ...everything, tenant, group, resource, namespace });
      assert.deepEqual(
        page.entries.map(({ key }) => key),
        [keyOf('x', place)],
      );
    }
    assert.deepEqual(places(store.range(everything)), ['/x', 'defaul/x', 'default/x', 'default-x/x']);
  });

  scenario('a range stops at its entries or its bytes, and never before the first', async ({ store }) => {
    const keys = ['a', 'b', 'c', 'd'].map((name) => keyOf(name));
    await committed(store, ...keys.map((key) => put(key, sample(key.name, { bytes: 10_000 }))));
    const check = (limit: Partial<RangeQuery>, names: string, more: boolean) => {
      const page = store.range({ ...everything, ...limit });
      assert.deepEqual(
        [page.entries.map(({ key }) => key.name).join(''), page.next !== undefined],
        [names, more],
      );
    };
    check({ maxEntries: 1 }, 'a', true);
    check({ maxEntries: 3 }, 'abc', true);
    check({ maxEntries: 4 }, 'abcd', false);
    check({ maxEntries: 5 }, 'abcd', false);
    check({ maxBytes: 1 }, 'a', true);
    check({ maxBytes: 10_000_000 }, 'abcd', false);
    const half = store.range({ ...everything, maxBytes: 25_000 }).entries.length;
    assert.ok(half >= 2 && half <= 3, `${half} entries of 10,000 bytes in 25,000`);
  });

  scenario('items written into a slab are those of the entries there are', async ({ store }) => {
    const names = [...'abcdefgh'];
    const first = await committed(
      store,
      ...names.map((name) => put(keyOf(name), sample(name, { bytes: 1_000 }))),
    );
    await committed(store, remove(keyOf('c'), first[2]!));
    await committed(store, put(keyOf('e'), sample('later', { bytes: 300_000 }), first[4]!));
    for (const at of [first.at(-1)!, store.applied]) {
      const query = { ...everything, at };
      const expected = store.range(query).entries;
      for (const slabBytes of [1_300, 3_500, 400_000]) {
        const pages: string[] = [];
        let after: RangeQuery['after'];
        do {
          const slab = Buffer.alloc(slabBytes);
          const from = { ...query, ...(after === undefined ? {} : { after }) };
          const page = store.items({ ...from, slab, offset: 0, isTyped: true, maxItems: 100 });
          if (page === undefined) {
            // What fits no slab is read as an entry.
            const [entry] = store.range({ ...from, maxEntries: 1 }).entries;
            pages.push(servedItems([entry!], { isTyped: true }).toString());
            after = entry!.key;
          } else {
            if (page.items > 0) pages.push(slab.toString('utf8', 0, page.end));
            after = page.next;
          }
        } while (after !== undefined);
        assert.equal(
          pages.join(),
          servedItems(expected, { isTyped: true }).toString(),
          `a slab of ${slabBytes} bytes`,
        );
      }
    }
  });

  scenario('a cursor starts behind its place, whether or not something is there', async ({ store }) => {
    const revisions = await committed(
      store,
      ...['b', 'd', 'f'].map((name) => put(keyOf(name), sample(name))),
    );
    await committed(store, put(keyOf('a', { namespace: 'later' }), sample('a')));
    await committed(store, remove(keyOf('d'), revisions[1]!));
    const check = (namespace: string, name: string, expected: string[]) => {
      assert.deepEqual(places(store.range({ ...everything, after: { namespace, name } })), expected);
    };
    check('default', 'a', ['default/b', 'default/f', 'later/a']);
    check('default', 'b', ['default/f', 'later/a']);
    check('default', 'd', ['default/f', 'later/a']);
    check('default', 'g', ['later/a']);
    check('later', 'a', []);
    check('', 'z', ['default/b', 'default/f', 'later/a']);
    const inside = store.range({
      ...everything,
      namespace: 'default',
      after: { namespace: 'default', name: 'b' },
    });
    assert.deepEqual(places(inside), ['default/f']);
  });

  scenario('every old revision still shows its own state while others write', async ({ store }) => {
    const prng = new Prng(11);
    const states = new Map<Revision, Record<string, string>>([[store.applied, {}]]);
    const verify = () => {
      for (const [at, state] of states) assert.deepEqual(stateAt(store, at), state, `at ${at}`);
    };
    for (let round = 0; round < 40; round++) {
      const key = keyOf(`n${prng.below(12)}`, { namespace: prng.pick(['x', 'y']) });
      const standing = store.get(key);
      const commit =
        standing !== undefined && prng.chance(0.4)
          ? store.commit([remove(key, standing.revision)])
          : store.commit([put(key, sample(`round ${round}`), standing?.revision)]);
      if (round % 8 === 0) verify();
      const outcome = await commit;
      assert.ok(outcome.ok);
      states.set(store.applied, stateAt(store));
    }
    verify();
    const page = store.range({ ...everything, at: store.applied - 3 });
    assert.equal(page.revision, store.applied - 3);
  });

  scenario(
    'an object may leave and enter a range at an old revision in any order of keys',
    async ({ store }) => {
      const [first] = await committed(store, put(keyOf('m'), sample('m')));
      await committed(
        store,
        put(keyOf('a'), sample('a')),
        put(keyOf('z'), sample('z')),
        remove(keyOf('m'), first!),
      );
      assert.deepEqual(stateAt(store, first), { 'default/m': 'm' });
      assert.deepEqual(stateAt(store, first! + 1), { 'default/a': 'a', 'default/m': 'm' });
      assert.deepEqual(stateAt(store), { 'default/a': 'a', 'default/z': 'z' });
    },
  );

  scenario('an old range counts only what it held, whatever came since', async ({ store }) => {
    const [first] = await committed(store, put(keyOf('m'), sample('m')));
    for (let name = 0; name < 30; name++) await committed(store, put(keyOf(`a${name}`), sample('new')));
    const page = store.range({ ...everything, at: first!, maxEntries: 1 });
    assert.deepEqual(places(page), ['default/m']);
    assert.equal(page.next, undefined, 'newer objects behind the last one are not of this revision');
    assert.equal(store.count({ ...everything, at: first! }), 1);
    assert.equal(store.count(everything), 31);
  });

  scenario('what was just deleted does not hold up a range for longer than a step', async ({ store }) => {
    const names = Array.from(
      { length: limits.rangeStepRows + 10 },
      (_, i) => `a${String(i).padStart(6, '0')}`,
    );
    for (let from = 0; from < names.length; from += limits.removalStepEntries) {
      const keys = names.slice(from, from + limits.removalStepEntries).map((name) => keyOf(name));
      const revisions = await committed(store, ...keys.map((key) => put(key, sample('gone'))));
      await committed(store, ...keys.map((key, i) => remove(key, revisions[i]!)));
    }
    await committed(store, put(keyOf('z'), sample('left')));
    const found: string[] = [];
    for (let after: RangeQuery['after'] | 'start' = 'start'; after !== undefined; ) {
      const page: RangePage = store.range({ ...everything, ...(after === 'start' ? {} : { after }) });
      found.push(...places(page));
      after = page.next;
    }
    assert.deepEqual(found, ['default/z']);
  });
};
