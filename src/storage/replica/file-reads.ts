/**
 * What every store does alike whose rows lie in an LMDB file of this machine, whoever writes it: reads, and telling of
 * changes. Which revisions can be read, and how far this process is, its heirs know. Writes nothing.
 */
import { statSync } from 'node:fs';
import { StorageError } from '../errors.ts';
import type {
  Change,
  ChangesPage,
  ChangesQuery,
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
  StoredRecord,
  StoreStats,
  TenantId,
} from '../store.ts';
import * as derived from './derived-reads.ts';
import { findDifferences } from './inspection.ts';
import { readItems } from './item-reads.ts';
import { readChanges } from './log-reads.ts';
import { countRange, readObject, readRange } from './object-reads.ts';
import type { Tables } from './tables.ts';

type ChangeListener = (changes: readonly Change[]) => void;

export abstract class FileReads {
  protected readonly tables: Tables;
  protected readonly file: string;
  readonly #listeners = new Set<ChangeListener>();
  #isClosed = false;

  /** The tables are open, and closed by `closeTables`. */
  constructor(tables: Tables, file: string) {
    this.tables = tables;
    this.file = file;
  }

  abstract get applied(): Revision;
  abstract get compacted(): Revision;
  /** The revision to read at, or the typed error when it cannot be read. */
  protected abstract readable(at: Revision | undefined): Revision;

  subscribe(listener: ChangeListener): () => void {
    this.assertOpen();
    // Wrapped: the same function may subscribe twice and end once.
    const own: ChangeListener = (changes) => listener(changes);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  protected tell(changes: readonly Change[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(changes);
      } catch (error) {
        // A listener's bug must reach neither the committer nor the others, nor be lost.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  get(key: ObjectKey, at?: Revision): StoredRecord | undefined {
    return readObject(this.tables, key, this.readable(at));
  }

  range(query: RangeQuery): RangePage {
    return readRange(this.tables, query, this.readable(query.at));
  }

  items(query: ItemsQuery): ItemsPage | undefined {
    return readItems(this.tables, query, this.readable(query.at));
  }

  count(query: RangeQuery): number | undefined {
    return countRange(this.tables, query, this.readable(query.at));
  }

  index(query: IndexQuery): readonly ObjectKey[] {
    this.assertOpen();
    return derived.readIndex(this.tables, query);
  }

  indexRange(query: IndexRangeQuery): readonly { readonly value: string; readonly key: ObjectKey }[] {
    this.assertOpen();
    return derived.readIndexRange(this.tables, query);
  }

  counter(tenant: TenantId, group: string, resource: string): Counter {
    this.assertOpen();
    return derived.readCounter(this.tables, tenant, group, resource);
  }

  counters(
    group: string,
    resource: string,
    after: TenantId | undefined,
    maxEntries: number,
  ): readonly Counter[] {
    this.assertOpen();
    return derived.readCounters(this.tables, group, resource, after, maxEntries);
  }

  resourcesOf(
    tenant: TenantId,
  ): readonly { readonly group: string; readonly resource: string; readonly objects: number }[] {
    this.assertOpen();
    return derived.readResourcesOf(this.tables, tenant);
  }

  changes(query: ChangesQuery): ChangesPage {
    this.readable(query.after);
    return readChanges(this.tables, query, Math.min(query.upTo ?? this.applied, this.applied));
  }

  check(maxDifferences: number): readonly Difference[] {
    this.assertOpen();
    const found: Difference[] = [];
    if (maxDifferences < 1) return found;
    for (const { difference } of findDifferences(this.tables)) {
      found.push(difference);
      if (found.length >= maxDifferences) break;
    }
    return found;
  }

  stats(): StoreStats {
    this.assertOpen();
    const { current, log, index, counters } = this.tables;
    return {
      revision: this.applied,
      compacted: this.compacted,
      logEntries: log.stats().entryCount,
      currentEntries: current.stats().entryCount,
      indexEntries: index.stats().entryCount,
      counterEntries: counters.stats().entryCount,
      fileBytes: statSync(this.file).size,
      usedBytes: this.tables.usedBytes(),
    };
  }

  protected get isClosed(): boolean {
    return this.#isClosed;
  }

  protected async closeTables(): Promise<void> {
    this.#isClosed = true;
    this.#listeners.clear();
    await this.tables.close();
  }

  protected assertOpen(): void {
    if (this.#isClosed) throw closed();
  }
}

export function closed(): StorageError {
  return new StorageError('closed', 'the store is closed');
}
