/** Tenants: the same names side by side, and nothing of one in any answer about another. */
import assert from 'node:assert/strict';
import { Prng } from '../../lib/prng.ts';
import type { ObjectKey, TenantId } from '../store.ts';
import { WatchHub } from '../watch-hub.ts';
import { eventually, settle } from './eventually.ts';
import { readLog } from './history.ts';
import { RecordingSink } from './recording-sink.ts';
import { blue, committed, keyOf, namesakes, platform, put, red, refused, remove, sample } from './sample.ts';
import type { Behaviour } from './subject.ts';

const page = { maxEntries: 1000, maxBytes: 10_000_000 };

export const isolation: Behaviour = (scenario) => {
  for (const [title, tenants] of [
    ['the platform and projects', [platform, red, blue]],
    ['projects whose names begin alike, and namesakes with other uids', namesakes],
  ] as const) {
    scenario(`${title} are apart in every read`, async ({ store }) => {
      const prng = new Prng(31);
      const hub = new WatchHub(store);
      const start = store.applied;
      const sinks = new Map(
        tenants.map((tenant) => {
          const sink = new RecordingSink();
          hub.watch({ tenant, group: '', resource: 'configmaps' }, start, sink);
          return [tenant, sink];
        }),
      );
      const written = new Map<TenantId, number>(tenants.map((tenant) => [tenant, 0]));
      for (let round = 0; round < 60; round++) {
        const tenant = prng.pick<TenantId>(tenants);
        const key = keyOf(prng.pick(['a', 'ab', 'b']), { tenant });
        const standing = store.get(key);
        const record = sample(`${tenant} ${round}`, { owner: 'shared-owner' });
        await committed(
          store,
          standing !== undefined && prng.chance(0.3)
            ? remove(key, standing.revision)
            : put(key, record, standing?.revision),
        );
        written.set(tenant, written.get(tenant)! + 1);
      }
      await eventually(
        () => tenants.every((tenant) => sinks.get(tenant)!.changes.length >= written.get(tenant)!),
        'every watch has had its changes',
      );
      await settle();
      for (const tenant of tenants) {
        const scope = { tenant, group: '', resource: 'configmaps' };
        const own = ({ key }: { key: ObjectKey }) => key.tenant === tenant;
        const range = store.range({ ...scope, ...page });
        assert.ok(range.entries.every(own));
        assert.ok(range.entries.every(({ record }) => record.includes(`"${tenant} `)));
        assert.equal(store.count({ ...scope, ...page }), range.entries.length);
        assert.equal(store.counter(tenant, '', 'configmaps').objects, range.entries.length);
        const changes = readLog(store, start, { scope });
        assert.equal(changes.length, written.get(tenant));
        assert.ok(changes.every(own));
        assert.deepEqual(sinks.get(tenant)!.changes, changes);
        const indexed = store.index({ name: 'owner', value: 'shared-owner', tenant, maxEntries: 100 });
        assert.deepEqual(
          indexed,
          range.entries.map(({ key }) => key),
        );
      }
    });
  }

  scenario(
    'a name taken in one tenant is free in another, and a delete takes only one',
    async ({ store }) => {
      const [first] = await committed(store, put(keyOf('x', { tenant: red }), sample('red')));
      const [second] = await committed(store, put(keyOf('x', { tenant: blue }), sample('blue')));
      assert.deepEqual(await refused(store, remove(keyOf('x', { tenant: blue }), first!)), {
        index: 0,
        actual: second,
      });
      await committed(store, remove(keyOf('x', { tenant: red }), first!));
      assert.equal(store.get(keyOf('x', { tenant: red })), undefined);
      assert.deepEqual(store.get(keyOf('x', { tenant: blue })), { revision: second, record: sample('blue') });
      assert.deepEqual(store.counter(red, '', 'configmaps'), { tenant: red, objects: 0, bytes: 0 });
      assert.equal(store.counter(blue, '', 'configmaps').objects, 1);
    },
  );

  scenario('one batch may span tenants, and is one batch', async ({ store }) => {
    const [held] = await committed(store, put(keyOf('x', { tenant: red }), sample('red')));
    assert.deepEqual(
      await refused(
        store,
        put(keyOf('y', { tenant: blue }), sample('blue')),
        put(keyOf('x', { tenant: red }), sample('x')),
      ),
      { index: 1, actual: held },
    );
    assert.equal(store.get(keyOf('y', { tenant: blue })), undefined);
    const revisions = await committed(
      store,
      put(keyOf('y', { tenant: blue }), sample('blue')),
      put(keyOf('y', { tenant: platform }), sample('platform')),
    );
    assert.deepEqual(revisions, [held! + 1, held! + 2]);
  });
};
