/**
 * The store's contract. Everything above storage/ sees this file, record.ts and errors.ts; every backend
 * implements it and passes storage/conformance. Reads are synchronous and local (the replica); writes and
 * `head` go to the authority. Its laws:
 *
 * 1. One revision counter for all tenants. Each change has its own revision; a batch's are consecutive.
 * 2. A batch is atomic, and compare-and-set on every key it names.
 * 3. Nothing is acknowledged, readable or watchable before it is durable.
 * 4. Any key, range or change can be read at any revision that is not compacted.
 */
import type { StoreActivity } from './activity.ts';

/** Revisions are safe integers here and 64-bit on disk. 0 means "no such object". */
export type Revision = number;

/** Identity of a control plane in the store; made by keys.ts (`platform`, or a project's name and uid). */
export type TenantId = string & { readonly __tenant: never };

export interface ObjectKey {
  readonly tenant: TenantId;
  readonly group: string;
  readonly resource: string;
  /** "" for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
}

export interface Put {
  readonly kind: 'put';
  readonly key: ObjectKey;
  /** From record.ts encodeRecord. */
  readonly record: Buffer;
  /** Revision the key must have now; 0: the key must not exist. */
  readonly expect: Revision;
}
export interface Delete {
  readonly kind: 'delete';
  readonly key: ObjectKey;
  /** A delete of what does not exist is refused, whatever it expects. */
  readonly expect: Revision;
}
/** Changes nothing; fails the batch when the key is not at `expect`. */
export interface Guard {
  readonly kind: 'guard';
  readonly key: ObjectKey;
  readonly expect: Revision;
  /**
   * Guards the whole resource that the key is of, in its control plane: nothing of it has changed behind `expect`, which
   * must not be compacted, but by this batch. For what was read as a list.
   */
  readonly isOfResource?: true;
}
export type Write = Put | Delete | Guard;

export type CommitOutcome =
  /** One revision per write, in order; a guard's is the revision it held. */
  | { readonly ok: true; readonly revisions: readonly Revision[] }
  /** The first write whose expectation failed, and the revision its key has (0: none). Nothing was written. */
  | { readonly ok: false; readonly index: number; readonly actual: Revision };

export interface StoredRecord {
  readonly revision: Revision;
  readonly record: Buffer;
}
export interface StoredEntry extends StoredRecord {
  readonly key: ObjectKey;
}

export interface RangeQuery {
  readonly tenant: TenantId;
  readonly group: string;
  readonly resource: string;
  /** All namespaces when absent. */
  readonly namespace?: string;
  /** Exclusive: start behind this object. */
  readonly after?: { readonly namespace: string; readonly name: string };
  /** Read as of this revision; the newest when absent. */
  readonly at?: Revision;
  /** Stop after this many entries or bytes, whichever comes first; one entry may be larger than the bytes. */
  readonly maxEntries: number;
  readonly maxBytes: number;
}
export interface RangePage {
  readonly entries: readonly StoredEntry[];
  /** Revision the page was read at. */
  readonly revision: Revision;
  /**
   * Where to go on, as the next query's `after`; undefined at the end. A page may be empty and still have one: rows
   * of deleted objects are passed in bounded steps too.
   */
  readonly next: RangeQuery['after'];
}

/** The same as the items of a list: their served JSON, one behind the other with commas between them. */
export interface ItemsQuery extends RangeQuery {
  /** Memory that they are written into, from `offset` on; the page ends where it is full. */
  readonly slab: Buffer;
  readonly offset: number;
  /** Items say their kind and apiVersion. */
  readonly isTyped: boolean;
  /** At most, of the entries that are looked at. */
  readonly maxItems: number;
  /** Asked of each entry, which is good until the answer; all are items when absent. Must not read the store. */
  readonly judge?: ((entry: StoredEntry) => ItemJudgement) | undefined;
}
/** `unlike`: what it is served as are other bytes than its record's. */
export type ItemJudgement = 'item' | 'skipped' | 'unlike';
export interface ItemsPage extends Pick<RangePage, 'revision' | 'next'> {
  readonly items: number;
  /** Offset in the slab behind the last. */
  readonly end: number;
}

export interface IndexQuery {
  readonly name: string;
  readonly value: string;
  /** Required for a tenant index, absent for a store index. */
  readonly tenant?: TenantId;
  readonly after?: ObjectKey;
  readonly maxEntries: number;
}
/** For store indexes whose values order (expiry times): every value up to and including `upTo`. */
export interface IndexRangeQuery {
  readonly name: string;
  readonly upTo: string;
  readonly maxEntries: number;
}

export interface Counter {
  readonly tenant: TenantId;
  readonly objects: number;
  /** Bytes of the records. */
  readonly bytes: number;
}

export interface Change {
  readonly revision: Revision;
  readonly key: ObjectKey;
  /** The new record; undefined when the change is a deletion. */
  readonly record: Buffer | undefined;
  /** The state it replaced; undefined when the key did not exist. */
  readonly previous: StoredRecord | undefined;
}
export interface ChangesQuery {
  /** Changes behind this revision. Typed error when it is compacted. */
  readonly after: Revision;
  readonly upTo?: Revision;
  /** Only one resource of one tenant: cost follows its own changes, not everyone's. */
  readonly scope?: { readonly tenant: TenantId; readonly group: string; readonly resource: string };
  readonly maxEntries: number;
}
export interface ChangesPage {
  readonly changes: readonly Change[];
  /** Everything up to and including this revision has been considered. */
  readonly position: Revision;
}

export interface Difference {
  readonly table: 'current' | 'log' | 'index' | 'counters' | 'meta';
  readonly key: string;
  readonly problem: string;
}

export interface StoreStats {
  readonly revision: Revision;
  readonly compacted: Revision;
  readonly logEntries: number;
  readonly currentEntries: number;
  readonly indexEntries: number;
  readonly counterEntries: number;
  readonly fileBytes: number;
  /** File bytes less the free pages. */
  readonly usedBytes: number;
}

export interface Store {
  /** Resolves when durable. Rejects with a StorageError, after which nothing of the batch exists. */
  commit(batch: readonly Write[]): Promise<CommitOutcome>;
  /** Linearizable: at least every revision acknowledged anywhere, and applied here. */
  head(): Promise<Revision>;
  /** Newest revision readable here. */
  readonly applied: Revision;
  /** Revisions below this one cannot be read. */
  readonly compacted: Revision;

  get(key: ObjectKey, at?: Revision): StoredRecord | undefined;
  range(query: RangeQuery): RangePage;
  /** Undefined where a range must be read instead: an entry is unlike its item, or not even the first fits. */
  items(query: ItemsQuery): ItemsPage | undefined;
  /** Live objects behind the query's cursor, at its revision; undefined when counting needs more than `maxEntries` steps. */
  count(query: RangeQuery): number | undefined;
  /** Keys whose current record carries the index value, in key order. */
  index(query: IndexQuery): readonly ObjectKey[];
  indexRange(query: IndexRangeQuery): readonly { readonly value: string; readonly key: ObjectKey }[];
  counter(tenant: TenantId, group: string, resource: string): Counter;
  /** Tenants that hold any object of the resource, in order, behind `after`. */
  counters(
    group: string,
    resource: string,
    after: TenantId | undefined,
    maxEntries: number,
  ): readonly Counter[];
  /** Resources of which the tenant holds any object. */
  resourcesOf(
    tenant: TenantId,
  ): readonly { readonly group: string; readonly resource: string; readonly objects: number }[];
  changes(query: ChangesQuery): ChangesPage;

  /** Calls the listener with every durable change, in order, from the next one on. Returns its end. */
  subscribe(listener: (changes: readonly Change[]) => void): () => void;

  /** Forgets what lies below a revision, in bounded steps between writes. */
  compact(below: Revision): Promise<void>;
  /** Writes a consistent copy to a new file while serving. */
  snapshot(file: string): Promise<void>;
  /** Compares derived tables and log with `current`; at most `maxDifferences` are named. */
  check(maxDifferences: number): readonly Difference[];
  /** Rebuilds derived tables from `current`. */
  repair(): Promise<void>;
  stats(): StoreStats;
  /** What it did since it was opened, for who tells of it; the same object always. */
  readonly activity: StoreActivity;
  /** Undefined while sound; the sentence for readyz once the store stopped accepting writes. */
  readonly fault: string | undefined;
  close(): Promise<void>;
}
