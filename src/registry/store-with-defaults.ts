/**
 * A store in which the shared defaults of every control plane seem to lie from its beginning, at its first revision,
 * though none is stored before somebody writes it. All reads, watches and guards go through here, so nobody above
 * tells one from an object. What is derived from stored rows (indexes, counters, which resources a tenant has) knows
 * stored rows only: a control plane in which nothing was written is empty.
 *
 * A default that was written is an ordinary object. Where its row is removed, which happens only when its control
 * plane is (commit.ts renews it otherwise), the default shows again.
 */
import { limits } from '../apimachinery/limits.ts';
import type { StoreActivity } from '../storage/activity.ts';
import type {
  Change,
  ChangesPage,
  ChangesQuery,
  CommitOutcome,
  Counter,
  Difference,
  IndexQuery,
  IndexRangeQuery,
  ItemsPage,
  ItemsQuery,
  ObjectKey,
  RangePage,
  RangeQuery,
  Revision,
  Store,
  StoredEntry,
  StoredRecord,
  StoreStats,
  TenantId,
  Write,
} from '../storage/store.ts';
import { type SharedDefault, uidOfDefault } from './shared-default.ts';
import type { SharedDefaults } from './shared-defaults.ts';

/** What a control plane's defaults carry of it. Never changes. */
export interface PlaneOrigin {
  /** Below every revision of its objects, and not above that of any of its lists. */
  readonly revision: Revision;
  /** As in metadata.creationTimestamp. */
  readonly createdAt: string;
}

/** Undefined where there is no such control plane. Asked now and then, when an answer is not remembered. */
export type OriginOf = (tenant: TenantId) => PlaneOrigin | undefined;

/** A default as a control plane shows it that has not written it. */
class UnwrittenDefault implements StoredEntry {
  readonly key: ObjectKey;
  readonly revision: Revision;
  readonly record: Buffer;

  constructor(key: ObjectKey, shared: SharedDefault, { revision, createdAt }: PlaneOrigin) {
    this.key = key;
    this.revision = revision;
    this.record = shared.shown(uidOfDefault(key), createdAt);
  }
}

/** Whether the record, as a StoreWithDefaults gave it, is a default that its control plane has not written. */
export const isUnwritten = (stored: StoredRecord): boolean => stored instanceof UnwrittenDefault;

export class StoreWithDefaults implements Store {
  readonly #store: Store;
  readonly #defaults: SharedDefaults;
  readonly #originOf: OriginOf;
  /** The most recently found; bounded. */
  readonly #origins = new Map<TenantId, PlaneOrigin>();

  constructor(store: Store, defaults: SharedDefaults, originOf: OriginOf) {
    this.#store = store;
    this.#defaults = defaults;
    this.#originOf = originOf;
  }

  get activity(): StoreActivity {
    return this.#store.activity;
  }

  get(key: ObjectKey, at?: Revision): StoredRecord | undefined {
    return this.#store.get(key, at) ?? this.#unwritten(key, at ?? this.applied);
  }

  range(query: RangeQuery): RangePage {
    const page = this.#store.range(query);
    const unwritten = this.#unwrittenIn(query, page);
    if (unwritten.length === 0) return page;
    const entries: StoredEntry[] = [];
    let bytes = 0;
    for (const entry of merged(page.entries, unwritten)) {
      const isFull = entries.length >= query.maxEntries || bytes + entry.record.length > query.maxBytes;
      if (isFull && entries.length > 0) {
        const { namespace, name } = entries.at(-1)!.key;
        return { entries, revision: page.revision, next: { namespace, name } };
      }
      entries.push(entry);
      bytes += entry.record.length;
    }
    return { ...page, entries };
  }

  /** Defaults are no rows: where there are any, they are merged into a range. */
  items(query: ItemsQuery): ItemsPage | undefined {
    return this.#namesIn(query).length === 0 ? this.#store.items(query) : undefined;
  }

  count(query: RangeQuery): number | undefined {
    const stored = this.#store.count(query);
    const names = this.#namesIn(query);
    if (stored === undefined || names.length === 0) return stored;
    const { tenant, group, resource, at = this.applied } = query;
    const isShown = (name: string): boolean => {
      const key = { tenant, group, resource, namespace: '', name };
      return this.#store.get(key, at) === undefined && this.#revisionUnder(key, at) !== undefined;
    };
    return stored + names.filter(isShown).length;
  }

  /** What expects a default nobody has written expects no row; what expects no row there is mistaken. */
  async commit(batch: readonly Write[]): Promise<CommitOutcome> {
    if (!batch.some(({ key }) => this.#sharedUnder(key) !== undefined))
      return await this.#store.commit(batch);
    const origins = batch.map((write) => {
      const { key } = write;
      if (write.kind === 'guard' && write.isOfResource) return undefined;
      const revision = this.#revisionUnder(key, this.applied);
      return revision === undefined || this.#store.get(key) !== undefined ? undefined : revision;
    });
    if (origins.every((origin) => origin === undefined)) return await this.#store.commit(batch);
    const swap = (revision: Revision, index: number): Revision => {
      const origin = origins[index];
      if (origin === undefined) return revision;
      return revision === origin ? 0 : revision === 0 ? origin : revision;
    };
    const outcome = await this.#store.commit(
      batch.map((write, index) => ({ ...write, expect: swap(write.expect, index) })),
    );
    if (!outcome.ok) return { ...outcome, actual: swap(outcome.actual, outcome.index) };
    return { ok: true, revisions: outcome.revisions.map(swap) };
  }

  changes(query: ChangesQuery): ChangesPage {
    const page = this.#store.changes(query);
    return { ...page, changes: this.#seen(page.changes) };
  }

  subscribe(listener: (changes: readonly Change[]) => void): () => void {
    return this.#store.subscribe((changes) => listener(this.#seen(changes)));
  }

  /** The first write replaces the default, and a row that goes gives way to it. */
  #seen(changes: readonly Change[]): readonly Change[] {
    let seen: Change[] | undefined;
    for (const [index, change] of changes.entries()) {
      const { key, revision, record, previous } = change;
      if (record !== undefined && previous !== undefined) continue;
      const before = previous ?? this.#unwritten(key, revision - 1);
      const after = record ?? this.#unwritten(key, revision)?.record;
      if (before === previous && after === record) continue;
      seen ??= [...changes];
      seen[index] = { revision, key, record: after, previous: before };
    }
    return seen ?? changes;
  }

  /** The default that lies under the key, where no row does. */
  #unwritten(key: ObjectKey, at: Revision): UnwrittenDefault | undefined {
    const shared = this.#sharedUnder(key);
    const origin = shared === undefined ? undefined : this.#origin(key.tenant);
    if (shared === undefined || origin === undefined || origin.revision > at) return undefined;
    return new UnwrittenDefault(key, shared, origin);
  }

  /** That of the default, without making it. */
  #revisionUnder(key: ObjectKey, at: Revision): Revision | undefined {
    const revision = this.#sharedUnder(key) === undefined ? undefined : this.#origin(key.tenant)?.revision;
    return revision === undefined || revision > at ? undefined : revision;
  }

  #sharedUnder(key: ObjectKey): SharedDefault | undefined {
    return key.namespace === '' ? this.#defaults.of(key)?.byName.get(key.name) : undefined;
  }

  /** Names are compared as JavaScript does: with plain ASCII on one side, keys have the same order. */
  #namesIn({ tenant, group, resource, namespace = '', after }: RangeQuery): readonly string[] {
    const names = namespace === '' ? (this.#defaults.of({ tenant, group, resource })?.names ?? []) : [];
    return after === undefined ? names : names.filter((name) => name > after.name);
  }

  /** Those that fall within the page of rows, from where it began to where it ends. */
  #unwrittenIn(query: RangeQuery, { entries, next, revision }: RangePage): UnwrittenDefault[] {
    const names = this.#namesIn(query);
    if (names.length === 0) return [];
    const { tenant, group, resource } = query;
    const written = new Set(entries.map(({ key }) => key.name));
    return names.flatMap((name) => {
      if (written.has(name) || (next !== undefined && name > next.name)) return [];
      return this.#unwritten({ tenant, group, resource, namespace: '', name }, revision) ?? [];
    });
  }

  #origin(tenant: TenantId): PlaneOrigin | undefined {
    const known = this.#origins.get(tenant);
    if (known !== undefined) return known;
    const origin = this.#originOf(tenant);
    if (origin === undefined) return undefined;
    if (this.#origins.size >= limits.tenantCacheEntries) {
      this.#origins.delete(this.#origins.keys().next().value as TenantId);
    }
    this.#origins.set(tenant, origin);
    return origin;
  }

  get applied(): Revision {
    return this.#store.applied;
  }
  get compacted(): Revision {
    return this.#store.compacted;
  }
  get fault(): string | undefined {
    return this.#store.fault;
  }
  head(): Promise<Revision> {
    return this.#store.head();
  }
  index(query: IndexQuery): readonly ObjectKey[] {
    return this.#store.index(query);
  }
  indexRange(query: IndexRangeQuery): ReturnType<Store['indexRange']> {
    return this.#store.indexRange(query);
  }
  counter(tenant: TenantId, group: string, resource: string): Counter {
    return this.#store.counter(tenant, group, resource);
  }
  counters(
    group: string,
    resource: string,
    after: TenantId | undefined,
    maxEntries: number,
  ): readonly Counter[] {
    return this.#store.counters(group, resource, after, maxEntries);
  }
  resourcesOf(tenant: TenantId): ReturnType<Store['resourcesOf']> {
    return this.#store.resourcesOf(tenant);
  }
  compact(below: Revision): Promise<void> {
    return this.#store.compact(below);
  }
  snapshot(file: string): Promise<void> {
    return this.#store.snapshot(file);
  }
  check(maxDifferences: number): readonly Difference[] {
    return this.#store.check(maxDifferences);
  }
  repair(): Promise<void> {
    return this.#store.repair();
  }
  stats(): StoreStats {
    return this.#store.stats();
  }
  close(): Promise<void> {
    return this.#store.close();
  }
}

function* merged(a: readonly StoredEntry[], b: readonly StoredEntry[]): Iterable<StoredEntry> {
  let i = 0;
  for (const entry of a) {
    const { name } = entry.key;
    for (; i < b.length && b[i]!.key.name < name; i++) yield b[i]!;
    yield entry;
  }
  for (; i < b.length; i++) yield b[i]!;
}
