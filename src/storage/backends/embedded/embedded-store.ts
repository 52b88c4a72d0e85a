/**
 * The store whose authority is one LMDB file: reads straight from the tables, writes through the queue. Puts the
 * parts together and keeps the laws of store.ts between them; holds no rows and no cache.
 */
import { statSync } from 'node:fs';
import { limits } from '../../../apimachinery/limits.ts';
import { StoreActivity } from '../../activity.ts';
import { StorageError } from '../../errors.ts';
import { planCompactionStep } from '../../replica/compaction.ts';
import * as derived from '../../replica/derived-reads.ts';
import { findDifferences, planRepairStep } from '../../replica/inspection.ts';
import { readChanges } from '../../replica/log-reads.ts';
import { countRange, readObject, readRange } from '../../replica/object-reads.ts';
import { decodeState, stateKey } from '../../replica/rows.ts';
import { type PreparedWrite, prepareWrite } from '../../replica/staging.ts';
import type { Tables } from '../../replica/tables.ts';
import type {
  Change,
  ChangesPage,
  ChangesQuery,
  CommitOutcome,
  Counter,
  Difference,
  IndexQuery,
  IndexRangeQuery,
  ObjectKey,
  RangePage,
  RangeQuery,
  Revision,
  Store,
  StoredRecord,
  StoreStats,
  TenantId,
  Write,
} from '../../store.ts';
import type { DataLock } from './data-lock.ts';
import { copySnapshot } from './snapshot.ts';
import { WriteQueue } from './write-queue.ts';

type ChangeListener = (changes: readonly Change[]) => void;

export class EmbeddedStore implements Store {
  readonly activity = new StoreActivity();
  readonly #tables: Tables;
  readonly #file: string;
  readonly #lock: DataLock;
  readonly #queue: WriteQueue;
  readonly #listeners = new Set<ChangeListener>();
  /** Compactions, repairs and snapshots under way. */
  readonly #background = new Set<Promise<void>>();
  #compactions: Promise<void> = Promise.resolve();
  #applied: Revision;
  #closing: Promise<void> | undefined;
  #isClosed = false;

  /** `tables` are open and of our format; the store closes them and releases the lock. */
  constructor(tables: Tables, file: string, lock: DataLock) {
    this.#tables = tables;
    this.#file = file;
    this.#lock = lock;
    const state = decodeState(tables.meta.get(stateKey)!);
    const fence = tables.fenceOf(stateKey)!;
    this.#applied = state.head;
    this.#queue = new WriteQueue({
      tables,
      file,
      state,
      fence,
      publish: (changes) => this.#publish(changes),
      activity: this.activity,
    });
  }

  get applied(): Revision {
    return this.#applied;
  }

  get compacted(): Revision {
    return this.#queue.state.compacted;
  }

  /** A process that read the same file has ended: pages that it held are free again. */
  readerEnded(): void {
    if (!this.#isClosed) this.#tables.forgetDeadReaders();
  }

  get fault(): string | undefined {
    return this.#queue.fault;
  }

  async commit(batch: readonly Write[]): Promise<CommitOutcome> {
    if (this.#closing !== undefined) throw closed();
    return this.#queue.commit(batch.map(prepare));
  }

  async head(): Promise<Revision> {
    this.#assertOpen();
    return this.#applied;
  }

  #publish(changes: readonly Change[]): void {
    this.#applied = changes.at(-1)!.revision;
    for (const listener of this.#listeners) {
      try {
        listener(changes);
      } catch (error) {
        // A listener's bug must neither reach the committer nor be lost.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  subscribe(listener: ChangeListener): () => void {
    this.#assertOpen();
    // Wrapped: the same function may subscribe twice and end once.
    const own: ChangeListener = (changes) => listener(changes);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  get(key: ObjectKey, at?: Revision): StoredRecord | undefined {
    return readObject(this.#tables, key, this.#readable(at));
  }

  range(query: RangeQuery): RangePage {
    return readRange(this.#tables, query, this.#readable(query.at));
  }

  count(query: RangeQuery): number | undefined {
    return countRange(this.#tables, query, this.#readable(query.at));
  }

  index(query: IndexQuery): readonly ObjectKey[] {
    this.#assertOpen();
    return derived.readIndex(this.#tables, query);
  }

  indexRange(query: IndexRangeQuery): readonly { readonly value: string; readonly key: ObjectKey }[] {
    this.#assertOpen();
    return derived.readIndexRange(this.#tables, query);
  }

  counter(tenant: TenantId, group: string, resource: string): Counter {
    this.#assertOpen();
    return derived.readCounter(this.#tables, tenant, group, resource);
  }

  counters(
    group: string,
    resource: string,
    after: TenantId | undefined,
    maxEntries: number,
  ): readonly Counter[] {
    this.#assertOpen();
    return derived.readCounters(this.#tables, group, resource, after, maxEntries);
  }

  resourcesOf(
    tenant: TenantId,
  ): readonly { readonly group: string; readonly resource: string; readonly objects: number }[] {
    this.#assertOpen();
    return derived.readResourcesOf(this.#tables, tenant);
  }

  changes(query: ChangesQuery): ChangesPage {
    this.#readable(query.after);
    return readChanges(this.#tables, query, Math.min(query.upTo ?? this.#applied, this.#applied));
  }

  /** The revision to read at, or the typed error when it cannot be read. */
  #readable(at: Revision | undefined): Revision {
    this.#assertOpen();
    if (at === undefined) return this.#applied;
    const current = this.#applied;
    if (at > current) {
      const message = `revision ${at} has not happened yet; the newest is ${current}`;
      throw new StorageError('future-revision', message, { requested: at, current });
    }
    if (at < this.compacted) {
      const message = `revision ${at} has been compacted; the oldest readable is ${this.compacted}`;
      throw new StorageError('compacted', message, { requested: at, current: this.compacted });
    }
    return at;
  }

  compact(below: Revision): Promise<void> {
    return this.#inBackground(async () => {
      if (below > this.#applied) {
        const details = { requested: below, current: this.#applied };
        throw new StorageError(
          'future-revision',
          `cannot compact revision ${below}, which has not happened yet`,
          details,
        );
      }
      // One after the other: two at once would plan the same steps.
      const compaction = this.#compactions.then(() => this.#compactTo(below));
      this.#compactions = compaction.catch(() => undefined);
      await compaction;
    });
  }

  async #compactTo(below: Revision): Promise<void> {
    if (below > this.compacted) {
      // First of all it is durable that nothing below may be read; only then does anything go.
      await this.#queue.upkeep(() => ({ state: { compacted: below } }));
    }
    for (let isDone = false; !isDone && this.#closing === undefined; ) {
      await this.#queue.upkeep(() => {
        const operations = planCompactionStep(this.#tables, this.compacted);
        isDone = operations === undefined;
        return operations && { operations };
      });
    }
  }

  snapshot(file: string): Promise<void> {
    return this.#inBackground(() => copySnapshot(this.#tables, file));
  }

  check(maxDifferences: number): readonly Difference[] {
    this.#assertOpen();
    const found: Difference[] = [];
    if (maxDifferences < 1) return found;
    for (const { difference } of findDifferences(this.#tables)) {
      found.push(difference);
      if (found.length >= maxDifferences) break;
    }
    return found;
  }

  repair(): Promise<void> {
    return this.#inBackground(async () => {
      let last: string | undefined;
      for (let isDone = false; !isDone; ) {
        await this.#queue.upkeep(() => {
          const step = planRepairStep(this.#tables);
          isDone = step === undefined;
          if (step !== undefined && step.first === last) {
            throw new StorageError('corrupt', `the data file ${this.#file} cannot be repaired: ${last}`);
          }
          last = step?.first;
          return step;
        });
      }
      this.#applied = this.#queue.state.head;
    });
  }

  stats(): StoreStats {
    this.#assertOpen();
    const { current, log, index, counters } = this.#tables;
    return {
      revision: this.#applied,
      compacted: this.compacted,
      logEntries: log.stats().entryCount,
      currentEntries: current.stats().entryCount,
      indexEntries: index.stats().entryCount,
      counterEntries: counters.stats().entryCount,
      fileBytes: statSync(this.#file).size,
      usedBytes: this.#tables.usedBytes(),
    };
  }

  /** What was committed is finished first; what is committed from now on is refused. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#background);
    await this.#queue.idle();
    this.#isClosed = true;
    this.#listeners.clear();
    await this.#tables.close();
    await this.#lock.release();
  }

  async #inBackground(work: () => Promise<void>): Promise<void> {
    if (this.#closing !== undefined) throw closed();
    const running = work();
    this.#background.add(running);
    try {
      await running;
    } finally {
      this.#background.delete(running);
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closed();
  }
}

function prepare(write: Write): PreparedWrite {
  if (write.kind === 'put' && write.record.length > limits.recordBytes) {
    const message = `the object takes ${write.record.length} bytes; at most ${limits.recordBytes} are allowed`;
    throw new StorageError('value-too-large', message);
  }
  return prepareWrite(write);
}

function closed(): StorageError {
  return new StorageError('closed', 'the store is closed');
}
