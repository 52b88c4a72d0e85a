/**
 * The reading half of the metamorphic suite: random reads of a store, now and in the past, each compared with the
 * model's answer or with the typed error that is due. Writes nothing.
 */
import type { Prng } from '../../lib/prng.ts';
import type { StorageErrorCode } from '../errors.ts';
import { StorageError } from '../errors.ts';
import type { ObjectKey, RangeQuery, Revision, Store, TenantId } from '../store.ts';
import { mismatch, sameChange, sameEntry, sameKey, sameState } from './compare.ts';
import { compareItems, randomItemsQuery } from './item-comparison.ts';
import type { StoreModel } from './model.ts';
import { blue, keyOf, platform, red } from './sample.ts';

const tenants: readonly TenantId[] = [platform, red, blue];
const resources = ['configmaps', 'secrets'];
const namespaces = ['', 'n', 'n-1'];
/** Listings under way at once. */
const cursorsKept = 50;
const names = ['a', 'a-b', 'ab', 'b', 'c.d', 'z'];
export const owners = ['o1', 'o2', 'o3'];

export function randomKey(prng: Prng): ObjectKey {
  const place = {
    tenant: prng.pick(tenants),
    resource: prng.pick(resources),
    namespace: prng.pick(namespaces),
  };
  return keyOf(prng.pick(names), place);
}

export class ReadComparison {
  store: Store;
  readonly #model: StoreModel;
  readonly #prng: Prng;
  /** Listings that may be gone on with, at the revision they began at. */
  readonly #pages: RangeQuery[] = [];
  /** Reads done, by kind. */
  readonly done: Record<string, number> = {};

  constructor(store: Store, model: StoreModel, prng: Prng) {
    this.store = store;
    this.#model = model;
    this.#prng = prng;
  }

  /** One read of any kind: mostly at a readable revision, sometimes below the compaction or in the future. */
  any(): void {
    const prng = this.#prng;
    const reads: readonly (() => void)[] = [
      () => this.#get(prng.chance(0.5) ? undefined : this.#revision()),
      () => this.#get(prng.chance(0.5) ? undefined : this.#revision()),
      () => this.#firstPage(prng.chance(0.6) ? undefined : this.#revision()),
      () => this.#nextPage(),
      () => this.#nextPage(),
      () => this.#changes(this.#revision()),
      () => this.#index(),
      () => this.#indexRange(),
      () => this.#counters(),
    ];
    prng.pick(reads)();
  }

  /** While writes are under way: reads of what was there before them, at or above `from`, which cannot have moved. */
  past(from: Revision): void {
    const { applied } = this.#model;
    const at = this.#prng.between(from, applied);
    this.#get(at);
    this.#firstPage(at);
    this.#changes(at, applied);
  }

  #revision(): Revision {
    const { applied, compacted } = this.#model;
    if (this.#prng.chance(0.02)) return applied + this.#prng.between(1, 5);
    return this.#prng.between(this.#prng.chance(0.05) ? Math.max(0, compacted - 20) : compacted, applied);
  }

  /** Compares the answer where one is due, and expects the typed error where that is. */
  #answer<T>(kind: string, at: Revision | undefined, read: () => T, compare: (answer: T) => void): void {
    this.done[kind] = (this.done[kind] ?? 0) + 1;
    const due = this.#errorDue(at);
    let answer: T;
    try {
      answer = read();
    } catch (error) {
      if (error instanceof StorageError && error.code === due) return;
      throw error;
    }
    if (due !== undefined) mismatch(`${kind} at ${at}`, answer, due);
    compare(answer);
  }

  #errorDue(at: Revision | undefined): StorageErrorCode | undefined {
    if (at === undefined) return undefined;
    if (at < this.#model.compacted) return 'compacted';
    return at > this.#model.applied ? 'future-revision' : undefined;
  }

  #get(at: Revision | undefined): void {
    const key = randomKey(this.#prng);
    this.#answer(
      'get',
      at,
      () => this.store.get(key, at),
      (answer) => {
        const due = this.#model.get(key, at);
        if (!sameState(answer, due)) mismatch(`get ${JSON.stringify(key)} at ${at}`, answer, due);
      },
    );
  }

  #firstPage(at: Revision | undefined): void {
    const prng = this.#prng;
    const { tenant, group, resource, namespace, name } = randomKey(this.#prng);
    this.#page({
      tenant,
      group,
      resource,
      ...(prng.chance(0.5) ? { namespace } : {}),
      ...(prng.chance(0.2) ? { after: { namespace: prng.pick(namespaces), name } } : {}),
      ...(at === undefined ? {} : { at }),
      maxEntries: prng.pick([1, 2, 5, 100]),
      maxBytes: prng.pick([1, 300, 100_000]),
    });
  }

  #nextPage(): void {
    const query = this.#pages.splice(this.#prng.below(this.#pages.length), 1)[0];
    if (query !== undefined) this.#page(query);
  }

  #page(query: RangeQuery): void {
    if (this.#prng.chance(0.5)) this.#items(query);
    const read = () => ({
      page: this.store.range(query),
      count: this.store.count({ ...query, maxEntries: 10_000 }),
    });
    this.#answer('range', query.at, read, ({ page, count }) => {
      const due = this.#model.entries(query);
      const { entries, revision } = page;
      const more = page.next !== undefined;
      const isStart = entries.every((entry, index) => sameEntry(entry, due[index]));
      const isEnough = entries.length > 0 || due.length === 0;
      // Whether a page ends before or behind its last byte, and what counts beside the record, is the backend's choice.
      const nextToo = due.slice(0, entries.length + 1);
      const mayStop = entries.length === query.maxEntries || bytesOf(nextToo) >= query.maxBytes / 2;
      const isMore = entries.length < due.length;
      if (
        !isStart ||
        !isEnough ||
        more !== isMore ||
        (more && !mayStop) ||
        entries.length > query.maxEntries
      ) {
        mismatch(`range ${JSON.stringify(query)}`, page, due);
      }
      if (count !== due.length) mismatch(`count ${JSON.stringify(query)}`, count, due.length);
      if (revision !== (query.at ?? this.#model.applied)) mismatch('revision of a page', revision, query.at);
      const last = entries.at(-1);
      if (more && last !== undefined && this.#pages.length < cursorsKept) {
        this.#pages.push({ ...query, at: revision, after: last.key });
      }
    });
  }

  /** The same range as items. */
  #items(query: RangeQuery): void {
    const asked = randomItemsQuery(this.#prng, query);
    this.#answer(
      'items',
      query.at,
      () => this.store.items(asked),
      (page) => compareItems(asked, page, this.#model.entries(query), query.at ?? this.#model.applied),
    );
  }

  #changes(after: Revision, upTo?: Revision): void {
    const { tenant, group, resource } = randomKey(this.#prng);
    const query = {
      after,
      maxEntries: this.#prng.pick([1, 3, 20, 500]),
      ...(upTo === undefined ? {} : { upTo }),
      ...(this.#prng.chance(0.5) ? { scope: { tenant, group, resource } } : {}),
    };
    if (after > this.#model.applied) return;
    this.#answer(
      'changes',
      after,
      () => this.store.changes(query),
      ({ changes, position }) => {
        const end = upTo ?? this.#model.applied;
        const due = this.#model.changes(query).filter(({ revision }) => revision <= position);
        const isPosition = position <= end && (position > after || end === after);
        const isAll =
          due.length === changes.length && changes.every((change, index) => sameChange(change, due[index]));
        if (!isPosition || !isAll || changes.length > query.maxEntries) {
          mismatch(`changes ${JSON.stringify(query)}`, { changes, position }, due);
        }
      },
    );
  }

  #index(): void {
    const after = this.#prng.chance(0.3) ? randomKey(this.#prng) : undefined;
    const query = {
      name: 'owner',
      value: this.#prng.pick(owners),
      tenant: after?.tenant ?? this.#prng.pick(tenants),
      maxEntries: this.#prng.pick([1, 3, 100]),
      ...(after === undefined ? {} : { after }),
    };
    const due = this.#model.index(query);
    this.#answer(
      'index',
      undefined,
      () => this.store.index(query),
      (keys) => {
        if (keys.length !== due.length || !keys.every((key, index) => sameKey(key, due[index]!))) {
          mismatch(`index ${JSON.stringify(query)}`, keys, due);
        }
      },
    );
  }

  #indexRange(): void {
    const query = {
      name: 'expires',
      upTo: String(this.#prng.below(10)),
      maxEntries: this.#prng.pick([1, 5, 100]),
    };
    const due = this.#model.indexRange(query);
    this.#answer(
      'indexRange',
      undefined,
      () => this.store.indexRange(query),
      (found) => {
        const isDue = ({ value, key }: (typeof found)[0], index: number) =>
          value === due[index]?.value && sameKey(key, due[index].key);
        if (found.length !== due.length || !found.every(isDue)) {
          mismatch(`indexRange ${JSON.stringify(query)}`, found, due);
        }
      },
    );
  }

  #counters(): void {
    const tenant = this.#prng.pick(tenants);
    const resource = this.#prng.pick(resources);
    const after = this.#prng.pick([undefined, ...tenants]);
    const maxEntries = this.#prng.between(1, 3);
    const ask = (from: Store | StoreModel) => ({
      counter: from.counter(tenant, '', resource),
      counters: from.counters('', resource, after, maxEntries),
      resources: from.resourcesOf(tenant),
    });
    this.#answer(
      'counters',
      undefined,
      () => ask(this.store),
      (answer) => {
        const due = ask(this.#model);
        if (JSON.stringify(answer) !== JSON.stringify(due)) mismatch('counters', answer, due);
      },
    );
  }
}

function bytesOf(entries: readonly { readonly record: Buffer }[]): number {
  return entries.reduce((sum, { record }) => sum + record.length, 0);
}
