/** Bounds and odd names: what is too long or unlawful is a typed error that harms nothing; what is lawful keeps its order. */
import assert from 'node:assert/strict';
import { limits } from '../../apimachinery/limits.ts';
import { Prng } from '../../lib/prng.ts';
import type { StorageErrorCode } from '../errors.ts';
import { StorageError } from '../errors.ts';
import { tenantOfProject } from '../keys.ts';
import type { ObjectKey, Store, Write } from '../store.ts';
import { committed, keyOf, put, red, refused, remove, sample } from './sample.ts';
import type { Behaviour } from './subject.ts';

const listing = { tenant: red, group: '', resource: 'configmaps', maxEntries: 10_000, maxBytes: 100_000_000 };

/** The batch is rejected with the code, alone and beside good writes, and nothing of it exists. */
async function rejects(store: Store, code: StorageErrorCode, write: Write): Promise<void> {
  const before = store.applied;
  const bystander = keyOf('bystander');
  const good = put(bystander, sample('good'));
  for (const batch of [[write], [good, write], [write, good]]) {
    const neighbour = store.commit([put(keyOf(`neighbour-${store.applied}`), sample('n'))]);
    await assert.rejects(
      store.commit(batch),
      (error) => error instanceof StorageError && error.code === code,
      `expected ${code}`,
    );
    assert.ok((await neighbour).ok, 'a commit beside it goes through');
    assert.equal(store.get(bystander), undefined);
  }
  assert.equal(store.applied, before + 3, 'only the neighbours took revisions');
  assert.deepEqual(store.check(10), []);
  assert.equal(store.fault, undefined);
}

/** Names in the order of their bytes, written in random order, listed back in order and one by one. */
async function keepsOrder(store: Store, names: readonly string[]): Promise<void> {
  const inOrder = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const writes = new Prng(37).shuffle(names).map((name) => put(keyOf(name), sample(name)));
  await committed(store, ...writes);
  const { entries } = store.range(listing);
  assert.deepEqual(
    entries.map(({ key }) => key.name),
    inOrder,
  );
  for (const [index, name] of inOrder.entries()) {
    assert.deepEqual(store.get(keyOf(name))?.record, sample(name));
    const rest = store.range({ ...listing, after: { namespace: 'default', name } }).entries;
    assert.deepEqual(
      rest.map(({ key }) => key.name),
      inOrder.slice(index + 1),
    );
  }
  assert.deepEqual(store.check(10), []);
}

/** The bytes of a key beside its name. */
function keyWithBytes(bytes: number): ObjectKey {
  const { tenant, group, resource, namespace } = keyOf('');
  const others = Buffer.byteLength([tenant, group, resource, namespace, ''].join('\0'));
  return keyOf('n'.repeat(bytes - others));
}

export const bounds: Behaviour = (scenario) => {
  scenario('the longest lawful names in every component at once', async ({ store }) => {
    const longest: ObjectKey = {
      tenant: tenantOfProject('p'.repeat(limits.projectNameLength), '123e4567-e89b-12d3-a456-426614174000'),
      group: `${'g'.repeat(63)}.`.repeat(4).slice(0, 253),
      resource: 'r'.repeat(63),
      namespace: 'n'.repeat(63),
      name: `${'o'.repeat(63)}.`.repeat(4).slice(0, 253),
    };
    const owner = 'v'.repeat(limits.indexValueBytes);
    const [revision] = await committed(store, put(longest, sample('long', { owner, expires: owner })));
    assert.deepEqual(store.get(longest), { revision, record: sample('long', { owner, expires: owner }) });
    const { tenant } = longest;
    assert.deepEqual(store.index({ name: 'owner', value: owner, tenant, maxEntries: 10 }), [longest]);
    const sibling = { ...longest, name: `${longest.name.slice(0, -1)}p` };
    await committed(store, put(sibling, sample('sibling')));
    const { entries } = store.range({ ...listing, ...longest, after: longest });
    assert.deepEqual(
      entries.map(({ key }) => key),
      [sibling],
    );
    assert.equal(store.counter(tenant, longest.group, longest.resource).objects, 2);
    await committed(store, remove(longest, revision!));
    await store.compact(store.applied);
    assert.deepEqual(store.check(10), []);
  });

  scenario(
    'a key may take every byte allowed, indexed and compacted too, and not one more',
    async ({ store }) => {
      const widest = keyWithBytes(limits.storageKeyBytes);
      const facts = {
        owner: 'v'.repeat(limits.indexValueBytes),
        expires: 'w'.repeat(limits.indexValueBytes),
      };
      const [revision] = await committed(store, put(widest, sample('widest', facts)));
      assert.deepEqual(store.get(widest)?.revision, revision);
      const [again] = await committed(store, put(widest, sample('again', facts), revision));
      assert.deepEqual(store.get(widest, revision)?.record, sample('widest', facts));
      await store.compact(store.applied);
      assert.deepEqual(
        store
          .index({ name: 'owner', value: facts.owner, tenant: red, maxEntries: 10 })
          .map((key) => key.name),
        [widest.name],
      );
      await committed(store, remove(widest, again!));
      const tooLong = keyWithBytes(limits.storageKeyBytes + 1);
      await rejects(store, 'key-too-long', put(tooLong, sample('too long')));
      await rejects(store, 'key-too-long', put(keyOf('n'.repeat(10_000)), sample('too long')));
      // Each character of this name takes three bytes.
      await rejects(
        store,
        'key-too-long',
        put(keyOf('名'.repeat(limits.storageKeyBytes / 2)), sample('too long')),
      );
    },
  );

  scenario('a record may take every byte allowed, and not one more', async ({ store }) => {
    const key = keyOf('large');
    const largest = sample('large', { bytes: limits.recordBytes });
    const [revision] = await committed(store, put(key, largest));
    assert.ok(store.get(key)!.record.equals(largest));
    await committed(store, put(key, sample('small'), revision));
    assert.ok(store.get(key, revision)!.record.equals(largest));
    const tooLarge = sample('large', { bytes: limits.recordBytes + 1 });
    await rejects(store, 'value-too-large', put(keyOf('too-large'), tooLarge));
    await rejects(store, 'value-too-large', put(key, tooLarge, store.get(key)!.revision));
  });

  for (const [title, place] of [
    ['a NUL in the name', { name: 'a\0b' }],
    ['a NUL alone', { name: '\0' }],
    ['a NUL in the namespace', { namespace: 'default\0' }],
    ['a NUL in the resource', { resource: 'config\0maps' }],
    ['a NUL in the group', { group: '\0' }],
    ['no name', { name: '' }],
    ['half a surrogate pair', { name: 'a\ud800' }],
  ] as const) {
    scenario(`${title} is refused`, async ({ store }) => {
      const key = { ...keyOf('a'), ...place };
      await rejects(store, 'key-invalid', put(key, sample('x')));
      await rejects(store, 'key-invalid', remove(key, 1));
    });
  }

  scenario('names that are prefixes of each other', async ({ store }) => {
    const names = [
      'a',
      'aa',
      'aaa',
      'a-a',
      'a.a',
      'a.a-',
      'a0',
      'a\u0001',
      'a ',
      'b',
      '-',
      'A',
      'a~',
      'a\x7f',
    ];
    await keepsOrder(store, names);
    for (const [index, name] of names.entries()) {
      await committed(store, remove(keyOf(name), store.get(keyOf(name))!.revision));
      assert.equal(store.range(listing).entries.length, names.length - index - 1);
    }
  });

  scenario('names of every length up to 253 bytes', async ({ store }) => {
    await keepsOrder(
      store,
      Array.from({ length: 253 }, (_, index) => 'x'.repeat(index + 1)),
    );
  });

  scenario('unicode names are ordered by their bytes', async ({ store }) => {
    // The last two are apart in the order of UTF-16, which is not the order of bytes.
    await keepsOrder(store, [
      'é',
      'e\u0301',
      'e',
      'z',
      'ß',
      '名前',
      '名',
      'система',
      '\u{1f600}',
      '\uffee',
      '\u007f',
    ]);
  });

  scenario('components do not run into each other', async ({ store }) => {
    const alike: ObjectKey[] = [
      keyOf('c', { group: 'a', resource: 'b', namespace: '' }),
      keyOf('c', { group: '', resource: 'a', namespace: 'b' }),
      keyOf('bc', { group: '', resource: 'a', namespace: '' }),
      keyOf('b/c', { group: '', resource: 'a', namespace: '' }),
      keyOf('c', { group: '', resource: 'a/b', namespace: '' }),
      keyOf('c', { group: 'a/b', resource: 'x', namespace: '' }),
    ];
    await committed(store, ...alike.map((key, index) => put(key, sample(`alike ${index}`))));
    for (const [index, key] of alike.entries()) {
      assert.deepEqual(store.get(key)?.record, sample(`alike ${index}`));
      assert.equal((await refused(store, put(key, sample('x')))).actual, store.get(key)!.revision);
      const { entries } = store.range({ ...listing, ...key });
      assert.ok(entries.some((entry) => entry.key.name === key.name));
      for (const { key: found } of entries) assert.deepEqual({ ...found, name: '' }, { ...key, name: '' });
    }
  });

  scenario(
    'a full queue of writes is a typed error for the newest, and harms none of the others',
    async ({ store }) => {
      const record = sample('queued');
      const commits = Array.from({ length: limits.commitQueueWrites + 500 }, (_, index) =>
        store.commit([put(keyOf(`n${index}`), record)]),
      );
      const settled = await Promise.allSettled(commits);
      const done = settled.filter((result) => result.status === 'fulfilled');
      assert.ok(done.length >= limits.commitQueueWrites, `${done.length} were taken`);
      assert.ok(done.length < commits.length, 'the queue has a bound');
      for (const result of settled) {
        if (result.status === 'fulfilled') assert.ok(result.value.ok);
        else assert.ok(result.reason instanceof StorageError && result.reason.code === 'overloaded');
      }
      assert.equal(store.counter(red, '', 'configmaps').objects, done.length);
      await committed(store, put(keyOf('after'), record));
    },
  );
};
