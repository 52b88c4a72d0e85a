/**
 * The store whose authority is one LMDB file: reads straight from the tables, writes through the queue. Puts the
 * parts together and keeps the laws of store.ts between them; holds no rows and no cache.
 */
import { limits } from '../../../apimachinery/limits.ts';
import { StoreActivity } from '../../activity.ts';
import { StorageError } from '../../errors.ts';
import { planCompactionStep } from '../../replica/compaction.ts';
import { closed, FileReads } from '../../replica/file-reads.ts';
import { planRepairStep } from '../../replica/inspection.ts';
import { decodeState, stateKey } from '../../replica/rows.ts';
import { type PreparedWrite, prepareWrite } from '../../replica/staging.ts';
import type { Tables } from '../../replica/tables.ts';
import type { Change, CommitOutcome, Revision, Store, Write } from '../../store.ts';
import type { DataLock } from './data-lock.ts';
import { copySnapshot } from './snapshot.ts';
import { WriteQueue } from './write-queue.ts';

export class EmbeddedStore extends FileReads implements Store {
  readonly activity = new StoreActivity();
  readonly #lock: DataLock;
  readonly #queue: WriteQueue;
  /** Compactions, repairs and snapshots under way. */
  readonly #background = new Set<Promise<void>>();
  #compactions: Promise<void> = Promise.resolve();
  #applied: Revision;
  #closing: Promise<void> | undefined;

  /** `tables` are open and of our format; the store closes them and releases the lock. */
  constructor(tables: Tables, file: string, lock: DataLock) {
    super(tables, file);
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
    if (!this.isClosed) this.tables.forgetDeadReaders();
  }

  get fault(): string | undefined {
    return this.#queue.fault;
  }

  async commit(batch: readonly Write[]): Promise<CommitOutcome> {
    if (this.#closing !== undefined) throw closed();
    return this.#queue.commit(batch.map(prepare));
  }

  async head(): Promise<Revision> {
    this.assertOpen();
    return this.#applied;
  }

  #publish(changes: readonly Change[]): void {
    this.#applied = changes.at(-1)!.revision;
    this.tell(changes);
  }

  /** The revision to read at, or the typed error when it cannot be read. */
  protected readable(at: Revision | undefined): Revision {
    this.assertOpen();
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
        const operations = planCompactionStep(this.tables, this.compacted);
        isDone = operations === undefined;
        return operations && { operations };
      });
    }
  }

  snapshot(file: string): Promise<void> {
    return this.#inBackground(() => copySnapshot(this.tables, file));
  }

  repair(): Promise<void> {
    return this.#inBackground(async () => {
      let last: string | undefined;
      for (let isDone = false; !isDone; ) {
        await this.#queue.upkeep(() => {
          const step = planRepairStep(this.tables);
          isDone = step === undefined;
          if (step !== undefined && step.first === last) {
            throw new StorageError('corrupt', `the data file ${this.file} cannot be repaired: ${last}`);
          }
          last = step?.first;
          return step;
        });
      }
      this.#applied = this.#queue.state.head;
    });
  }

  /** What was committed is finished first; what is committed from now on is refused. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#background);
    await this.#queue.idle();
    await this.closeTables();
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
}

function prepare(write: Write): PreparedWrite {
  if (write.kind === 'put' && write.record.length > limits.recordBytes) {
    const message = `the object takes ${write.record.length} bytes; at most ${limits.recordBytes} are allowed`;
    throw new StorageError('value-too-large', message);
  }
  return prepareWrite(write);
}
