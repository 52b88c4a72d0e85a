/**
 * The contract over the plain model, in memory: what the suites themselves are tried on, so that a law no store
 * could keep, or a check that lets a broken store pass, is found here. Never a backend: it keeps nothing.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { limits } from '../../apimachinery/limits.ts';
import { StoreActivity } from '../activity.ts';
import { StorageError } from '../errors.ts';
import { encodeKey } from '../keys.ts';
import { indexesOf } from '../record.ts';
import { servedItems } from '../served-items.ts';
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
} from '../store.ts';
import { StoreModel } from './model.ts';

interface Waiting {
  readonly batch: readonly Write[];
  readonly resolve: (outcome: CommitOutcome) => void;
}

export class ReferenceStore implements Store {
  readonly fault = undefined;
  readonly activity = new StoreActivity();
  protected readonly model = new StoreModel(0);
  readonly #listeners = new Set<(changes: readonly Change[]) => void>();
  #waiting: Waiting[] = [];
  #waitingWrites = 0;
  #isClosed = false;

  async commit(batch: readonly Write[]): Promise<CommitOutcome> {
    if (this.#isClosed) throw new StorageError('closed', 'the store is closed');
    for (const write of batch) {
      encodeKey(write.key);
      if (write.kind === 'put' && write.record.length > limits.recordBytes) {
        throw new StorageError('value-too-large', 'the record is too large');
      }
    }
    if (this.#waitingWrites + batch.length > limits.commitQueueWrites) {
      throw new StorageError('overloaded', 'too many writes wait');
    }
    this.#waitingWrites += batch.length;
    return new Promise((resolve) => {
      this.#waiting.push({ batch, resolve });
      if (this.#waiting.length === 1) setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingWrites = 0;
    const before = this.applied;
    const outcomes = waiting.map(({ batch }) => this.outcomeOf(batch));
    const changes = this.model.changes({ after: before });
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
    for (const [index, { resolve }] of waiting.entries()) resolve(outcomes[index]!);
  }

  protected outcomeOf(batch: readonly Write[]): CommitOutcome {
    for (const [index, write] of batch.entries()) {
      const { key, expect } = write;
      const isOfResource = write.kind === 'guard' && write.isOfResource === true;
      const actual = isOfResource ? this.model.lastRevision(key) : (this.model.get(key)?.revision ?? 0);
      if (isOfResource ? actual > expect : actual !== expect) return { ok: false, index, actual };
    }
    const revisions = batch.map((write) => {
      if (write.kind === 'guard') return write.expect;
      this.model.apply(this.applied + 1, write);
      return this.applied;
    });
    return { ok: true, revisions };
  }

  async head(): Promise<Revision> {
    return this.applied;
  }

  get applied(): Revision {
    return this.model.applied;
  }

  get compacted(): Revision {
    return this.model.compacted;
  }

  get(key: ObjectKey, at?: Revision): StoredRecord | undefined {
    this.requireReadable(at);
    return this.model.get(key, at);
  }

  range(query: RangeQuery): RangePage {
    this.requireReadable(query.at);
    const all = this.model.entries(query);
    let [bytes, end] = [0, 0];
    for (; end < Math.min(all.length, query.maxEntries); end++) {
      bytes += all[end]!.record.length;
      if (end > 0 && bytes > query.maxBytes) break;
    }
    const entries = all.slice(0, end);
    const next = end < all.length ? entries.at(-1)?.key : undefined;
    return { entries, revision: query.at ?? this.applied, next };
  }

  items(query: ItemsQuery): ItemsPage | undefined {
    const page = this.range(query);
    const chosen: StoredEntry[] = [];
    let end = query.offset;
    let last: StoredEntry | undefined;
    let isWhole = page.next === undefined;
    for (const entry of page.entries) {
      if (chosen.length === query.maxItems) {
        isWhole = false;
        break;
      }
      const judgement = query.judge?.(entry) ?? 'item';
      if (judgement === 'unlike') return undefined;
      if (judgement === 'item') {
        const items = servedItems([...chosen, entry], { isTyped: query.isTyped });
        if (query.offset + items.length > query.slab.length) {
          if (last === undefined) return undefined;
          isWhole = false;
          break;
        }
        chosen.push(entry);
        end = query.offset + items.copy(query.slab, query.offset);
      }
      last = entry;
    }
    const next = isWhole ? undefined : last === page.entries.at(-1) ? page.next : last?.key;
    return { items: chosen.length, end, revision: page.revision, next };
  }

  count(query: RangeQuery): number | undefined {
    this.requireReadable(query.at);
    const { length } = this.model.entries(query);
    return length > query.maxEntries ? undefined : length;
  }

  protected requireReadable(at: Revision | undefined): void {
    if (at === undefined) return;
    const details = { requested: at, current: this.applied };
    if (at < this.compacted) throw new StorageError('compacted', `${at} is compacted`, details);
    if (at > this.applied) throw new StorageError('future-revision', `${at} is to come`, details);
  }

  index(query: IndexQuery): readonly ObjectKey[] {
    return this.model.index(query);
  }

  indexRange(query: IndexRangeQuery): readonly { readonly value: string; readonly key: ObjectKey }[] {
    return this.model.indexRange(query);
  }

  counter(tenant: TenantId, group: string, resource: string): Counter {
    return this.model.counter(tenant, group, resource);
  }

  counters(group: string, resource: string, after: TenantId | undefined, maxEntries: number): Counter[] {
    return this.model.counters(group, resource, after, maxEntries);
  }

  resourcesOf(tenant: TenantId): { group: string; resource: string; objects: number }[] {
    return this.model.resourcesOf(tenant);
  }

  changes(query: ChangesQuery): ChangesPage {
    this.requireReadable(query.after);
    const all = this.model.changes(query);
    const changes = all.slice(0, query.maxEntries);
    const isWhole = changes.length === all.length;
    return { changes, position: isWhole ? (query.upTo ?? this.applied) : changes.at(-1)!.revision };
  }

  subscribe(listener: (changes: readonly Change[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async compact(below: Revision): Promise<void> {
    await nextTurn();
    this.model.compact(below);
  }

  async snapshot(): Promise<void> {
    throw new StorageError('unreadable', 'a store in memory has no file');
  }

  check(_maxDifferences: number): readonly Difference[] {
    return [];
  }

  async repair(): Promise<void> {}

  stats(): StoreStats {
    const living = this.model.living();
    const distinct = new Set(
      living.flatMap(({ key, record }) => indexesOf(record).map((entry) => JSON.stringify([key, entry]))),
    );
    return {
      revision: this.applied,
      compacted: this.compacted,
      logEntries: this.model.changed.length,
      currentEntries: living.length,
      indexEntries: distinct.size,
      counterEntries: 0,
      fileBytes: 0,
      usedBytes: 0,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}
