/**
 * The store as plain arrays and maps in memory: what every answer must be. Slow on purpose, sharing no code with
 * any backend but the record's own reader. It applies what happened; it decides nothing and knows no durability.
 */
import { must } from '../../lib/assert.ts';
import { indexesOf } from '../record.ts';
import type {
  Change,
  ChangesQuery,
  Counter,
  IndexQuery,
  IndexRangeQuery,
  ObjectKey,
  RangeQuery,
  Revision,
  StoredEntry,
  StoredRecord,
  TenantId,
  Write,
} from '../store.ts';

type Version = { readonly revision: Revision; readonly record: Buffer | undefined };
interface History {
  readonly key: ObjectKey;
  /** Oldest first. */
  readonly versions: Version[];
}

const compareTexts = (left: string, right: string) => Buffer.compare(Buffer.from(left), Buffer.from(right));

function compareKeys(left: ObjectKey, right: ObjectKey): number {
  for (const part of ['tenant', 'group', 'resource', 'namespace', 'name'] as const) {
    const order = compareTexts(left[part], right[part]);
    if (order !== 0) return order;
  }
  return 0;
}

const idOf = ({ tenant, group, resource, namespace, name }: ObjectKey) =>
  JSON.stringify([tenant, group, resource, namespace, name]);

export class StoreModel {
  applied: Revision;
  compacted: Revision;
  readonly changed: Change[] = [];
  readonly #histories = new Map<string, History>();
  /** The histories in key order; undefined since a key was new. */
  #ordered: History[] | undefined;

  constructor(start: Revision) {
    this.applied = start;
    this.compacted = start;
  }

  apply(revision: Revision, write: Write): void {
    if (write.kind === 'guard') return;
    const previous = this.get(write.key);
    const record = write.kind === 'put' ? write.record : undefined;
    let history = this.#histories.get(idOf(write.key));
    if (history === undefined) {
      history = { key: write.key, versions: [] };
      this.#histories.set(idOf(write.key), history);
      this.#ordered = undefined;
    }
    history.versions.push({ revision, record });
    this.changed.push({ revision, key: write.key, record, previous });
    this.applied = revision;
  }

  /** Forgets what no read may ask for any more; only bounds the memory of a long run. */
  compact(below: Revision): void {
    if (below <= this.compacted) return;
    this.compacted = below;
    this.changed.splice(0, this.#firstChangeBehind(below));
    for (const { versions } of this.#inOrder()) {
      while (versions[1] !== undefined && versions[1].revision <= below) versions.shift();
    }
  }

  get(key: ObjectKey, at = this.applied): StoredRecord | undefined {
    return this.#state(this.#histories.get(idOf(key)), at);
  }

  /** Of the newest change to anything of the key's resource, in its control plane. */
  lastRevision({ tenant, group, resource }: ObjectKey): Revision {
    const scope = { tenant, group, resource };
    return this.changes({ after: this.compacted, scope }).at(-1)?.revision ?? 0;
  }

  /** Every live object behind the query's cursor, in order; where a page ends inside them is the backend's choice. */
  entries(
    query: Pick<RangeQuery, 'tenant' | 'group' | 'resource' | 'namespace' | 'after' | 'at'>,
  ): StoredEntry[] {
    const { tenant, group, resource, namespace, after, at = this.applied } = query;
    const entries: StoredEntry[] = [];
    for (const history of this.#inOrder()) {
      const { key } = history;
      if (key.tenant !== tenant || key.group !== group || key.resource !== resource) continue;
      if (namespace !== undefined && key.namespace !== namespace) continue;
      if (after !== undefined && compareKeys(key, { ...key, ...after }) <= 0) continue;
      const state = this.#state(history, at);
      if (state !== undefined) entries.push({ key, ...state });
    }
    return entries;
  }

  index({ name, value, tenant, after, maxEntries }: IndexQuery): ObjectKey[] {
    const scope = tenant === undefined ? 'store' : 'tenant';
    return this.living()
      .filter(({ key, record }) => {
        const carries = indexesOf(record).some(
          (entry) => entry.scope === scope && entry.name === name && entry.value === value,
        );
        return (
          carries &&
          (tenant === undefined || key.tenant === tenant) &&
          (after === undefined || compareKeys(key, after) > 0)
        );
      })
      .map(({ key }) => key)
      .slice(0, maxEntries);
  }

  indexRange({ name, upTo, maxEntries }: IndexRangeQuery): { value: string; key: ObjectKey }[] {
    const found = this.living().flatMap(({ key, record }) => {
      const carried = indexesOf(record).filter((entry) => entry.scope === 'store' && entry.name === name);
      const values = new Set(carried.map(({ value }) => value));
      return [...values].filter((value) => compareTexts(value, upTo) <= 0).map((value) => ({ value, key }));
    });
    // The sort is stable: of one value, keys stay in order.
    return found.sort((left, right) => compareTexts(left.value, right.value)).slice(0, maxEntries);
  }

  counter(tenant: TenantId, group: string, resource: string): Counter {
    const records = this.entries({ tenant, group, resource });
    return {
      tenant,
      objects: records.length,
      bytes: records.reduce((sum, { record }) => sum + record.length, 0),
    };
  }

  counters(group: string, resource: string, after: TenantId | undefined, maxEntries: number): Counter[] {
    return this.#tenants()
      .filter((tenant) => after === undefined || compareTexts(tenant, after) > 0)
      .map((tenant) => this.counter(tenant, group, resource))
      .filter(({ objects }) => objects > 0)
      .slice(0, maxEntries);
  }

  resourcesOf(tenant: TenantId): { group: string; resource: string; objects: number }[] {
    const counts = new Map<string, { group: string; resource: string; objects: number }>();
    for (const { key } of this.living()) {
      if (key.tenant !== tenant) continue;
      const id = JSON.stringify([key.group, key.resource]);
      const counted = counts.get(id) ?? { group: key.group, resource: key.resource, objects: 0 };
      counts.set(id, { ...counted, objects: counted.objects + 1 });
    }
    return [...counts.values()];
  }

  /** The changes themselves; where a page ends inside them is the backend's choice. */
  changes({ after, upTo = this.applied, scope }: Omit<ChangesQuery, 'maxEntries'>): Change[] {
    return this.changed
      .slice(this.#firstChangeBehind(after))
      .filter(
        ({ revision, key }) =>
          revision <= upTo &&
          (scope === undefined ||
            (key.tenant === scope.tenant && key.group === scope.group && key.resource === scope.resource)),
      );
  }

  #inOrder(): History[] {
    this.#ordered ??= [...this.#histories.values()].sort((left, right) => compareKeys(left.key, right.key));
    return this.#ordered;
  }

  #firstChangeBehind(revision: Revision): number {
    let low = 0;
    let high = this.changed.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (must(this.changed[middle], 'a change').revision > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #state(history: History | undefined, at: Revision): StoredRecord | undefined {
    const version = history?.versions.findLast(({ revision }) => revision <= at);
    if (version?.record === undefined) return undefined;
    return { revision: version.revision, record: version.record };
  }

  living(): StoredEntry[] {
    return this.#inOrder().flatMap((history) => {
      const state = this.#state(history, this.applied);
      return state === undefined ? [] : [{ key: history.key, ...state }];
    });
  }

  #tenants(): TenantId[] {
    return [...new Set(this.#inOrder().map(({ key }) => key.tenant))].sort(compareTexts);
  }
}
