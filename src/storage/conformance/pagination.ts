/** Pages: joined, they equal the listing in one shot at the first page's revision, whatever is written between them. */
import assert from 'node:assert/strict';
import { Prng } from '../../lib/prng.ts';
import type { RangeQuery, Store, StoredEntry } from '../store.ts';
import { committed, keyOf, put, red, remove, sample } from './sample.ts';
import type { Behaviour } from './subject.ts';

const listing: Omit<RangeQuery, 'maxEntries' | 'maxBytes'> = {
  tenant: red,
  group: '',
  resource: 'configmaps',
};
const unbounded = { maxEntries: 10_000, maxBytes: 100_000_000 };

async function fill(store: Store): Promise<void> {
  const prng = new Prng(23);
  const keys = Array.from({ length: 40 }, (_, index) =>
    keyOf(`${prng.pick(['a', 'a-', 'ab'])}${index}`, { namespace: prng.pick(['n', 'n-1', 'n1']) }),
  );
  const revisions = await committed(store, ...keys.map((key) => put(key, sample(key.name, { bytes: 500 }))));
  for (const index of [3, 17, 38]) await committed(store, remove(keys[index]!, revisions[index]!));
}

/** Writes that would disturb any listing that did not keep to its revision: before, at and behind its cursor. */
async function disturb(store: Store, prng: Prng): Promise<void> {
  const { entries } = store.range({ ...listing, ...unbounded });
  const victims = prng.shuffle(entries).slice(0, 3) as [StoredEntry, StoredEntry, StoredEntry];
  await committed(
    store,
    remove(victims[0].key, victims[0].revision),
    put(victims[1].key, sample('changed', { bytes: 2000 }), victims[1].revision),
    put(keyOf(`a${prng.uint32()}`, { namespace: prng.pick(['m', 'n', 'n1']) }), sample('new')),
  );
}

async function pagesJoined(
  store: Store,
  query: RangeQuery,
  between: () => Promise<void>,
): Promise<StoredEntry[]> {
  const joined: StoredEntry[] = [];
  let page = store.range(query);
  const { revision } = page;
  const total = store.count({ ...query, maxEntries: 10_000, at: revision })!;
  for (;;) {
    joined.push(...page.entries);
    assert.equal(page.revision, revision);
    assert.equal(page.next !== undefined, joined.length < total);
    if (page.next === undefined) return joined;
    await between();
    const after = joined.at(-1)!.key;
    assert.equal(store.count({ ...query, maxEntries: 10_000, at: revision, after }), total - joined.length);
    page = store.range({ ...query, at: revision, after });
    assert.ok(page.entries.length > 0, 'a page behind which more was promised is not empty');
  }
}

export const pagination: Behaviour = (scenario) => {
  for (const namespace of [undefined, 'n', 'n-1', 'nothing']) {
    const scope = namespace === undefined ? listing : { ...listing, namespace };
    scenario(
      `pages of any size equal one listing, in ${namespace ?? 'all namespaces'}`,
      async ({ store }) => {
        await fill(store);
        const prng = new Prng(29);
        const limits = [1, 2, 3, 7, 36, 37, 38, 100].map((maxEntries) => ({ ...unbounded, maxEntries }));
        const byBytes = [1, 700, 1500, 5000].map((maxBytes) => ({ ...unbounded, maxBytes }));
        for (const limit of [...limits, ...byBytes]) {
          const whole = store.range({ ...scope, ...unbounded });
          assert.equal(whole.next, undefined);
          const joined = await pagesJoined(store, { ...scope, ...limit }, () => disturb(store, prng));
          assert.deepEqual(joined, whole.entries, JSON.stringify(limit));
          assert.deepEqual(
            store.range({ ...scope, ...unbounded, at: whole.revision }).entries,
            whole.entries,
          );
        }
      },
    );
  }

  scenario('counting within few steps is right or left undone', async ({ store }) => {
    const keys = Array.from({ length: 300 }, (_, index) => keyOf(`n${index}`));
    await committed(store, ...keys.map((key) => put(key, sample(key.name))));
    const [half] = store.range({ ...listing, ...unbounded }).entries.slice(150);
    for (const scope of [{}, { namespace: 'default' }]) {
      assert.equal(store.count({ ...listing, ...scope, ...unbounded }), 300);
      assert.ok(
        [300, undefined].includes(store.count({ ...listing, ...scope, ...unbounded, maxEntries: 10 })),
      );
      const query = { ...listing, ...scope, after: half!.key };
      assert.equal(store.count({ ...query, ...unbounded }), 149);
      assert.ok([149, undefined].includes(store.count({ ...query, ...unbounded, maxEntries: 10 })));
    }
  });
};
