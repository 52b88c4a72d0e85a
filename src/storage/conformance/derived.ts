/** Indexes and counters: after any writes they equal what the objects themselves say. */
import assert from 'node:assert/strict';
import { limits } from '../../apimachinery/limits.ts';
import { Prng } from '../../lib/prng.ts';
import type { ObjectKey, Store } from '../store.ts';
import { StoreModel } from './model.ts';
import { blue, committed, keyOf, platform, put, red, remove, sample } from './sample.ts';
import type { Behaviour } from './subject.ts';

const owned = (store: Store, value: string, tenant = red): string[] =>
  store.index({ name: 'owner', value, tenant, maxEntries: 1000 }).map((key) => key.name);

export const derived: Behaviour = (scenario) => {
  scenario('an index follows a value as it comes, changes and goes', async ({ store }) => {
    const [first] = await committed(store, put(keyOf('a'), sample('a', { owner: 'o1' })));
    await committed(store, put(keyOf('b'), sample('b', { owner: 'o1' })), put(keyOf('c'), sample('c')));
    assert.deepEqual([owned(store, 'o1'), owned(store, 'o2'), owned(store, 'o')], [['a', 'b'], [], []]);
    const [second] = await committed(store, put(keyOf('a'), sample('a', { owner: 'o2' }), first));
    assert.deepEqual([owned(store, 'o1'), owned(store, 'o2')], [['b'], ['a']]);
    const [third] = await committed(store, put(keyOf('a'), sample('a'), second));
    assert.deepEqual([owned(store, 'o1'), owned(store, 'o2')], [['b'], []]);
    const [fourth] = await committed(store, put(keyOf('a'), sample('a', { owner: 'o1' }), third));
    await committed(store, remove(keyOf('a'), fourth!));
    assert.deepEqual(owned(store, 'o1'), ['b']);
    assert.deepEqual(store.check(10), []);
  });

  scenario('an object may carry several values of one index, or one of them twice', async ({ store }) => {
    const values = ['x', 'y', 'x', ''].map((value) => ({ scope: 'tenant', name: 'owner', value }) as const);
    const [first] = await committed(store, put(keyOf('a'), sample('a', { indexes: values })));
    for (const value of ['x', 'y', '']) assert.deepEqual(owned(store, value), ['a'], JSON.stringify(value));
    assert.deepEqual(store.check(10), []);
    const fewer = values.slice(1, 3);
    const [second] = await committed(store, put(keyOf('a'), sample('a', { indexes: fewer }), first));
    assert.deepEqual([owned(store, 'x'), owned(store, 'y'), owned(store, '')], [['a'], ['a'], []]);
    await committed(store, remove(keyOf('a'), second!));
    assert.deepEqual([owned(store, 'x'), owned(store, 'y')], [[], []]);
    assert.equal(store.stats().indexEntries, 0);
    assert.deepEqual(store.check(10), []);
  });

  scenario('odd and overlong index values are told apart', async ({ store }) => {
    const long = 'v'.repeat(limits.indexValueBytes);
    const values = [
      long,
      `${long}1`,
      `${long}2`,
      'a\0',
      'a',
      'a\0b',
      '\u{10ffff}',
      'é',
      'e\u0301',
      'ö'.repeat(200),
    ];
    await committed(store, ...values.map((owner, index) => put(keyOf(`n${index}`), sample('x', { owner }))));
    for (const [index, owner] of values.entries()) assert.deepEqual(owned(store, owner), [`n${index}`]);
    assert.deepEqual(store.check(10), []);
  });

  scenario('an index lists in key order, page by page', async ({ store }) => {
    const keys = new Prng(43).shuffle(
      ['n', 'n-1', 'n1'].flatMap((namespace) => ['a', 'a-b', 'ab'].map((name) => keyOf(name, { namespace }))),
    );
    await committed(store, ...keys.map((key) => put(key, sample('x', { owner: 'o' }))));
    const inOrder = store
      .range({ tenant: red, group: '', resource: 'configmaps', maxEntries: 100, maxBytes: 1e6 })
      .entries.map(({ key }) => key);
    const joined: ObjectKey[] = [];
    for (;;) {
      const after = joined.at(-1);
      const query = {
        name: 'owner',
        value: 'o',
        tenant: red,
        maxEntries: 2,
        ...(after === undefined ? {} : { after }),
      };
      const page = store.index(query);
      assert.ok(page.length <= 2);
      if (page.length === 0) break;
      joined.push(...page);
    }
    assert.deepEqual(joined, inOrder);
  });

  scenario('a store index spans tenants and is ranged in the order of its values', async ({ store }) => {
    const times = ['0005', '0001', '0003', '0002', '0003'];
    const keys = times.map((_, index) => keyOf(`n${index}`, { tenant: [red, blue, platform][index % 3]! }));
    await committed(store, ...times.map((expires, index) => put(keys[index]!, sample('x', { expires }))));
    const upTo = (bound: string, maxEntries = 100) =>
      store
        .indexRange({ name: 'expires', upTo: bound, maxEntries })
        .map(({ value, key }) => `${value} ${key.name}`);
    assert.deepEqual(upTo('0000'), []);
    assert.deepEqual(upTo('0002'), ['0001 n1', '0002 n3']);
    assert.deepEqual(upTo('0002', 1), ['0001 n1']);
    assert.deepEqual(upTo('0003').toSorted(), ['0001 n1', '0002 n3', '0003 n2', '0003 n4']);
    assert.equal(upTo('9').length, 5);
    assert.deepEqual(store.index({ name: 'expires', value: '0005', maxEntries: 10 }), [keys[0]]);
    assert.deepEqual(store.index({ name: 'expires', value: '0005', tenant: red, maxEntries: 10 }), []);
  });

  scenario('counters count objects and bytes of their tenant and resource', async ({ store }) => {
    const check = (tenant: typeof red, objects: number, bytes: number) =>
      assert.deepEqual(store.counter(tenant, '', 'configmaps'), { tenant, objects, bytes });
    check(red, 0, 0);
    const [first] = await committed(store, put(keyOf('a'), sample('a', { bytes: 500 })));
    await committed(store, put(keyOf('b'), sample('b', { bytes: 700 })));
    await committed(store, put(keyOf('c', { tenant: blue }), sample('c', { bytes: 900 })));
    check(red, 2, 1200);
    check(blue, 1, 900);
    const [second] = await committed(store, put(keyOf('a'), sample('a', { bytes: 300 }), first));
    check(red, 2, 1000);
    await committed(store, remove(keyOf('a'), second!));
    check(red, 1, 700);
    assert.deepEqual(store.check(10), []);
  });

  scenario(
    'tenants with a resource are walked in order, without those that lost theirs',
    async ({ store }) => {
      const tenants = [red, platform, blue];
      for (const tenant of tenants) await committed(store, put(keyOf('a', { tenant }), sample('a')));
      const [extra] = await committed(
        store,
        put(keyOf('s', { tenant: blue, resource: 'secrets' }), sample('s')),
      );
      const holders = () => store.counters('', 'configmaps', undefined, 100).map(({ tenant }) => tenant);
      assert.deepEqual(holders(), tenants.toSorted());
      const walked: string[] = [];
      for (let page = store.counters('', 'configmaps', undefined, 1); page.length > 0; ) {
        walked.push(page[0]!.tenant);
        page = store.counters('', 'configmaps', page[0]!.tenant, 1);
      }
      assert.deepEqual(walked, tenants.toSorted());
      assert.deepEqual(store.resourcesOf(blue), [
        { group: '', resource: 'configmaps', objects: 1 },
        { group: '', resource: 'secrets', objects: 1 },
      ]);
      await committed(
        store,
        remove(keyOf('a', { tenant: platform }), store.get(keyOf('a', { tenant: platform }))!.revision),
      );
      await committed(store, remove(keyOf('s', { tenant: blue, resource: 'secrets' }), extra!));
      assert.deepEqual(holders(), [red, blue].toSorted());
      assert.deepEqual(store.resourcesOf(blue), [{ group: '', resource: 'configmaps', objects: 1 }]);
      assert.deepEqual(store.resourcesOf(platform), []);
      await store.compact(store.applied);
      assert.deepEqual(holders(), [red, blue].toSorted());
      assert.deepEqual(store.check(10), []);
    },
  );

  scenario('after random operations, compaction and repair they equal recomputation', async ({ store }) => {
    const prng = new Prng(47);
    const model = new StoreModel(store.applied);
    const keys = [red, blue, platform].flatMap((tenant) =>
      ['configmaps', 'secrets'].flatMap((resource) =>
        ['a', 'b', 'c'].map((name) => keyOf(name, { tenant, resource })),
      ),
    );
    for (let round = 0; round < 150; round++) {
      const key = prng.pick(keys);
      const standing = store.get(key);
      const facts = {
        ...(prng.chance(0.7) ? { owner: prng.pick(['o1', 'o2']) } : {}),
        ...(prng.chance(0.3) ? { expires: String(prng.below(5)) } : {}),
        bytes: prng.between(400, 600),
      };
      const write =
        standing !== undefined && prng.chance(0.4)
          ? remove(key, standing.revision)
          : put(key, sample(`${round}`, facts), standing?.revision);
      const [revision] = await committed(store, write);
      model.apply(revision!, write);
      if (round % 50 === 49) await store.compact(store.applied - 5);
      if (round === 120) await store.repair();
    }
    for (const tenant of [red, blue, platform]) {
      for (const value of ['o1', 'o2']) {
        const query = { name: 'owner', value, tenant, maxEntries: 100 };
        assert.deepEqual(store.index(query), model.index(query));
      }
      for (const resource of ['configmaps', 'secrets']) {
        assert.deepEqual(store.counter(tenant, '', resource), model.counter(tenant, '', resource));
      }
      assert.deepEqual(store.resourcesOf(tenant), model.resourcesOf(tenant));
    }
    const query = { name: 'expires', upTo: '3', maxEntries: 100 };
    assert.deepEqual(store.indexRange(query), model.indexRange(query));
    assert.deepEqual(
      store.counters('', 'secrets', undefined, 100),
      model.counters('', 'secrets', undefined, 100),
    );
    assert.deepEqual(store.check(10), []);
  });

  scenario('repair of a sound store changes nothing and disturbs no reader', async ({ store }) => {
    await committed(store, put(keyOf('a'), sample('a', { owner: 'o' })), put(keyOf('b'), sample('b')));
    const before = { ...store.stats(), fileBytes: 0, usedBytes: 0 };
    await store.repair();
    assert.deepEqual({ ...store.stats(), fileBytes: 0, usedBytes: 0 }, before);
    assert.deepEqual(owned(store, 'o'), ['a']);
    assert.deepEqual(store.check(10), []);
  });
};
