/**
 * The store with shared defaults against a model in which they really lie there from the beginning: whatever is
 * written and read, at whatever revision, in pages of whatever size, nobody can tell the two apart.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { clusterRoleDefinition } from '../apis/rbac/v1/clusterrole/cluster-role-definition.ts';
import { Prng } from '../lib/prng.ts';
import { openStore } from '../storage/backends/registry.ts';
import { StoreModel } from '../storage/conformance/model.ts';
import { ReferenceStore } from '../storage/conformance/reference-store.ts';
import { blue, platform, red, sample } from '../storage/conformance/sample.ts';
import { announcedSeed, countFromEnvironment } from '../storage/conformance/seed.ts';
import { jsonOf, parseRecord, uidOf } from '../storage/record.ts';
import type { Change, ObjectKey, RangeQuery, Revision, Store, StoredEntry, Write } from '../storage/store.ts';
import { DefinitionTable } from './definition-table.ts';
import { SharedDefaults } from './shared-defaults.ts';
import { isUnwritten, type OriginOf, StoreWithDefaults } from './store-with-defaults.ts';

const names = ['b', 'd', 'd:x', 'f'];
const others = ['a', 'c', 'd-', 'é', 'z'];
const role = (name: string): KubeObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name, labels: { shared: 'yes' } },
  rules: [{ verbs: ['get'], nonResourceURLs: [`/${name}`] }],
});
const definitions = new DefinitionTable([{ ...clusterRoleDefinition, sharedObjects: names.map(role) }]);
const resource = { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' };
const keyOf = (tenant: ObjectKey['tenant'], name: string): ObjectKey => ({
  tenant,
  ...resource,
  namespace: '',
  name,
});
const origins = new Map([
  [platform, { revision: 1, createdAt: '2026-01-01T00:00:00Z' }],
  [red, { revision: 3, createdAt: '2026-02-02T02:02:02Z' }],
]);
const originOf: OriginOf = (tenant) => origins.get(tenant);
const tenants = [platform, red, blue];

/** What is compared of a state; a default that shows again counts as never written. */
const shown = (state: { revision: Revision; record: Buffer } | undefined) =>
  state === undefined ? undefined : [state.record.toString('latin1')];
const shownEntry = (entry: StoredEntry) => [entry.key.name, shown(entry)];
const shownChange = ({ revision, key, record, previous }: Change) => [
  revision,
  key.name,
  record?.toString('latin1'),
  shown(previous),
];

class Comparison {
  readonly store: StoreWithDefaults;
  readonly model = new StoreModel(0);
  readonly #prng: Prng;
  readonly #defaults = new Map<string, { revision: Revision; record: Buffer }>();

  constructor(store: Store, prng: Prng) {
    this.store = new StoreWithDefaults(store, new SharedDefaults(definitions), originOf);
    this.#prng = prng;
  }

  /** Some revisions that are no roles', up to the first of the youngest control plane; there the model's defaults lie. */
  async begin(): Promise<void> {
    for (const name of ['one', 'two', 'three']) {
      const key = { ...keyOf(platform, name), resource: 'configmaps' };
      await this.store.commit([{ kind: 'put', key, record: sample(name), expect: 0 }]);
    }
    for (const [tenant, { revision }] of origins) {
      for (const name of names) {
        const key = keyOf(tenant, name);
        const state = this.store.get(key);
        assert.ok(state !== undefined && isUnwritten(state) && state.revision === revision, name);
        this.model.apply(revision, { kind: 'put', key, record: state.record, expect: 0 });
        this.#defaults.set(JSON.stringify(key), state);
      }
    }
    this.model.changed.length = 0;
    this.model.applied = this.store.applied;
  }

  async step(): Promise<void> {
    const prng = this.#prng;
    if (prng.chance(0.5)) await this.#write();
    for (let n = prng.between(1, 4); n > 0; n--) this.#read();
  }

  #key(): ObjectKey {
    return keyOf(this.#prng.pick(tenants), this.#prng.pick([...names, ...others]));
  }

  /** As who reads it sees it: that of the default where it lies there as in the beginning. */
  #revisionOf(key: ObjectKey): Revision {
    const state = this.model.get(key);
    const first = this.#defaults.get(JSON.stringify(key));
    return first !== undefined && state?.record.equals(first.record)
      ? first.revision
      : (state?.revision ?? 0);
  }

  async #write(): Promise<void> {
    const prng = this.#prng;
    const keys = new Map<string, ObjectKey>();
    for (let n = prng.between(1, 3); n > 0; n--) {
      const key = this.#key();
      keys.set(JSON.stringify(key), key);
    }
    const batch = [...keys].map(([id, key]): Write => {
      const actual = this.#revisionOf(key);
      const expect = prng.chance(0.85) ? actual : prng.pick([0, 1, 3, actual + 1]);
      const isDefault = this.#defaults.get(id)?.revision === actual;
      if (prng.chance(0.2)) return { kind: 'guard', key, expect };
      // Nobody removes a row that is none.
      if (actual > 0 && !isDefault && prng.chance(0.4)) return { kind: 'delete', key, expect };
      return { kind: 'put', key, record: sample(`${this.store.applied}`), expect };
    });
    const failing = batch.findIndex(({ key, expect }) => this.#revisionOf(key) !== expect);
    const outcome = await this.store.commit(batch);
    if (failing !== -1) {
      const actual = this.#revisionOf(batch[failing]!.key);
      assert.deepEqual(outcome, { ok: false, index: failing, actual }, JSON.stringify(batch[failing]));
      return;
    }
    assert.ok(outcome.ok, JSON.stringify([batch, outcome]));
    for (const [index, write] of batch.entries()) {
      const revision: Revision = outcome.revisions[index]!;
      if (write.kind === 'guard') assert.equal(revision, write.expect);
      const first = this.#defaults.get(JSON.stringify(write.key));
      if (write.kind === 'delete' && first !== undefined) {
        this.model.apply(revision, { ...write, kind: 'put', record: first.record });
      } else this.model.apply(revision, write);
    }
    assert.equal(this.store.applied, this.model.applied);
  }

  #read(): void {
    const prng = this.#prng;
    // From the youngest control plane's beginning on: before it, the model has what was not there yet.
    const at = prng.chance(0.5) ? undefined : prng.between(3, this.store.applied);
    const key = this.#key();
    const reads: readonly (() => void)[] = [
      () => {
        const state = this.store.get(key, at);
        assert.deepEqual(shown(state), shown(this.model.get(key, at)), `${key.name} at ${at}`);
        if (at === undefined) assert.equal(state?.revision ?? 0, this.#revisionOf(key));
      },
      () => this.#list({ ...key, ...(at === undefined ? {} : { at }) }),
      () => {
        const after = { namespace: '', name: prng.pick([...names, ...others]) };
        const query = { ...key, after, maxEntries: 100, maxBytes: 1e9, ...(at === undefined ? {} : { at }) };
        const { namespace: _, ...range } = query;
        assert.equal(this.store.count(range), this.model.entries(range).length);
      },
      () => {
        const after = at ?? 3;
        const { changes } = this.store.changes({ after, scope: key, maxEntries: 1_000 });
        assert.deepEqual(
          changes.map(shownChange),
          this.model.changes({ after, scope: key }).map(shownChange),
        );
      },
    ];
    prng.pick(reads)();
  }

  #list({ tenant, at }: { tenant: ObjectKey['tenant']; at?: Revision }): void {
    const query: RangeQuery = {
      tenant,
      ...resource,
      ...(at === undefined ? {} : { at }),
      maxEntries: this.#prng.between(1, 12),
      maxBytes: this.#prng.pick([1, 1_000, 1e9]),
    };
    const entries: StoredEntry[] = [];
    for (let after: RangeQuery['after'], pages = 0; ; pages++) {
      const page = this.store.range({ ...query, ...(after === undefined ? {} : { after }) });
      assert.ok(page.entries.length <= query.maxEntries && pages < 100);
      entries.push(...page.entries);
      after = page.next;
      if (after === undefined) break;
    }
    assert.deepEqual(entries.map(shownEntry), this.model.entries(query).map(shownEntry));
  }
}

async function compare(t: TestContext, store: Store, steps: number): Promise<void> {
  const comparison = new Comparison(store, new Prng(announcedSeed(t)));
  await comparison.begin();
  const heard: Change[] = [];
  const unsubscribe = comparison.store.subscribe((changes) => heard.push(...changes));
  for (let n = 0; n < steps; n++) await comparison.step();
  assert.deepEqual(heard.map(shownChange), comparison.model.changed.map(shownChange));
  unsubscribe();
}

describe('what is there from the beginning cannot be told from what was written then', () => {
  test('in memory', (t) => compare(t, new ReferenceStore(), countFromEnvironment('MILO_STEPS', 1_500)));
  test('on disk, with rows of what is gone', async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'milo-defaults-'));
    const store = await openStore(`embedded:${dir}`);
    try {
      await compare(t, store, countFromEnvironment('MILO_STEPS', 150));
      assert.deepEqual(store.check(10), []);
    } finally {
      await store.close();
      rmSync(dir, { recursive: true });
    }
  });
});

describe('a default', () => {
  const store = new StoreWithDefaults(new ReferenceStore(), new SharedDefaults(definitions), originOf);
  const state = async (tenant: ObjectKey['tenant'], name: string) => {
    if (store.applied === 0) {
      const key = { ...keyOf(platform, 'c'), resource: 'configmaps' };
      for (let expect = 0; expect < 3; expect++)
        await store.commit([{ kind: 'put', key, record: sample(`${expect}`), expect }]);
    }
    return store.get(keyOf(tenant, name))!;
  };

  test('is an object as a create makes it, of the moment in which its control plane began', async () => {
    const { record, revision } = await state(red, 'd');
    const { metadata, rules } = parseRecord(record, revision);
    assert.equal(metadata.uid, uidOf(record));
    assert.match(metadata.uid ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(metadata.creationTimestamp, '2026-02-02T02:02:02Z');
    assert.equal(metadata.resourceVersion, '3');
    const [entry] = metadata.managedFields as { manager: string; time: string }[];
    assert.deepEqual([entry?.manager, entry?.time], ['milo', '2026-02-02T02:02:02Z']);
    assert.deepEqual(rules, role('d').rules);
  });
  test('has in each control plane a uid of its own, the same every time', async () => {
    const uids = [];
    for (const tenant of [platform, red])
      for (const name of names) uids.push(uidOf((await state(tenant, name)).record));
    assert.equal(new Set(uids).size, 2 * names.length);
    assert.equal(uidOf((await state(red, 'b')).record), uids[names.length]);
  });
  test('is nowhere where there is no control plane, nor before it began', async () => {
    assert.equal(await state(blue, 'd'), undefined);
    assert.equal(store.get(keyOf(red, 'd'), 2), undefined);
    const query = { tenant: red, ...resource, at: 2, maxEntries: 10, maxBytes: 1e9 };
    assert.deepEqual(store.range(query).entries, []);
    assert.equal(store.count(query), 0);
  });
  test('counts as stored nowhere', () => {
    assert.equal(store.counter(red, resource.group, resource.resource).objects, 0);
    assert.deepEqual(store.resourcesOf(red), []);
  });
  test('made anew has another uid and time, and the same content', async () => {
    const made = new SharedDefaults(definitions).renewed(keyOf(red, 'd'), 'other', 0)!;
    const first = await state(red, 'd');
    const blank = (record: Buffer) =>
      JSON.stringify(JSON.parse(jsonOf(record).toString()), (name, value) =>
        ['uid', 'time', 'creationTimestamp'].includes(name) ? '' : value,
      );
    assert.equal(blank(made), blank(first.record));
    assert.equal(uidOf(made), 'other');
    assert.equal(new SharedDefaults(definitions).renewed(keyOf(red, 'a'), 'other', 0), undefined);
  });
});
