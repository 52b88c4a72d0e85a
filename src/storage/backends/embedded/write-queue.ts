/**
 * Everything that writes passes here, one transaction at a time. While one is being made durable on LMDB's thread
 * the next commits gather; they then share a transaction (group commit). Upkeep runs between groups, one bounded
 * step each. Knows no reads beyond those of Staging, and no rows.
 */
import { dirname } from 'node:path';
import { limits } from '../../../apimachinery/limits.ts';
import type { StoreActivity } from '../../activity.ts';
import { StorageError } from '../../errors.ts';
import { decodeState, encodeState, type StoreState, stateKey } from '../../replica/rows.ts';
import { type PreparedWrite, Staging } from '../../replica/staging.ts';
import type { Operation, TransactionOutcome } from '../../replica/tables.ts';
import { type Tables, TransactionError } from '../../replica/tables.ts';
import type { Change, CommitOutcome } from '../../store.ts';
import { hasRoom } from './disk-room.ts';
import { RowArena } from './row-arena.ts';

interface PendingCommit {
  readonly batch: readonly PreparedWrite[];
  readonly bytes: number;
  /** By `performance.now()`. */
  readonly startedMs: number;
  readonly resolve: (outcome: CommitOutcome) => void;
  readonly reject: (error: StorageError) => void;
}

export interface UpkeepStep {
  readonly state?: Partial<StoreState>;
  readonly operations?: readonly Operation[];
}

export interface WriteQueueOptions {
  readonly tables: Tables;
  readonly file: string;
  readonly state: StoreState;
  readonly fence: number;
  /** Called with a group's changes once they are durable, before its commits are acknowledged. */
  readonly publish: (changes: readonly Change[]) => void;
  readonly activity: StoreActivity;
}

/** LMDB's and the system's numbers for "no room": the file, its quota, its size limit, the map, the address space. */
const fullCodes: ReadonlySet<number | undefined> = new Set([28, 122, 27, -30792, -30788, 12]);

export class WriteQueue {
  readonly #tables: Tables;
  readonly #file: string;
  readonly #publish: (changes: readonly Change[]) => void;
  readonly #activity: StoreActivity;
  #state: StoreState;
  readonly #arena = new RowArena();
  #fence: number;
  #fault: string | undefined;
  #commits: PendingCommit[] = [];
  #queuedWrites = 0;
  readonly #upkeep: (() => Promise<void>)[] = [];
  #isRunning = false;
  #whenIdle: (() => void)[] = [];

  constructor({ tables, file, state, fence, publish, activity }: WriteQueueOptions) {
    this.#tables = tables;
    this.#file = file;
    this.#state = state;
    this.#fence = fence;
    this.#publish = publish;
    this.#activity = activity;
  }

  get state(): StoreState {
    return this.#state;
  }

  get fault(): string | undefined {
    return this.#fault;
  }

  commit(batch: readonly PreparedWrite[]): Promise<CommitOutcome> {
    return new Promise((resolve, reject) => {
      const bytes = bytesOf(batch);
      if (this.#fault !== undefined) throw this.#stopped();
      if (batch.length > limits.commitBatchWrites || bytes > limits.commitBatchBytes) {
        const most = `${limits.commitBatchWrites} writes and ${limits.commitBatchBytes} bytes`;
        throw new StorageError('value-too-large', `a batch takes at most ${most}`);
      }
      if (this.#queuedWrites + batch.length > limits.commitQueueWrites) {
        throw new StorageError('overloaded', `${this.#queuedWrites} writes already wait for the disk`);
      }
      this.#queuedWrites += batch.length;
      this.#activity.queuedWrites = this.#queuedWrites;
      this.#commits.push({ batch, bytes, startedMs: performance.now(), resolve, reject });
      this.#wake();
    });
  }

  /**
   * Runs a step of upkeep between two groups. `plan` reads the tables and returns what to write, if anything; it
   * sees all that is durable and nothing is written in between.
   */
  upkeep(plan: () => UpkeepStep | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#upkeep.push(async () => {
        try {
          if (this.#fault !== undefined) throw this.#stopped();
          const planned = plan();
          if (planned !== undefined) {
            await this.#transact({ ...this.#state, ...planned.state }, planned.operations ?? []);
          }
          resolve();
        } catch (error) {
          reject(error);
        }
      });
      this.#wake();
    });
  }

  /** Resolves when everything queued has been answered. */
  idle(): Promise<void> {
    return this.#isRunning ? new Promise((resolve) => this.#whenIdle.push(resolve)) : Promise.resolve();
  }

  #wake(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Not at once: what else this turn of the event loop commits belongs into the same group.
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#commits.length > 0 || this.#upkeep.length > 0) {
      if (this.#commits.length > 0) await this.#commitGroup(this.#takeGroup());
      await this.#upkeep.shift()?.();
    }
    this.#isRunning = false;
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }

  #takeGroup(): PendingCommit[] {
    let taken = 0;
    let writes = 0;
    let bytes = 0;
    for (const { batch, bytes: more } of this.#commits) {
      const isOver =
        writes + batch.length > limits.commitBatchWrites || bytes + more > limits.commitBatchBytes;
      if (taken > 0 && isOver) break;
      taken++;
      writes += batch.length;
      bytes += more;
    }
    this.#queuedWrites -= writes;
    this.#activity.queuedWrites = this.#queuedWrites;
    const group = this.#commits;
    this.#commits = group.slice(taken);
    group.length = taken;
    return group;
  }

  async #commitGroup(group: readonly PendingCommit[]): Promise<void> {
    try {
      if (this.#fault !== undefined) throw this.#stopped();
      const { staging, answers } = this.#stage(group);
      if (!staging.isEmpty) {
        const startedMs = performance.now();
        await this.#transact({ ...this.#state, head: staging.head }, staging.operations());
        this.#written(staging.changes, group.length, performance.now() - startedMs);
        this.#publish(staging.changes);
      }
      this.#answered(answers);
      for (const [{ resolve, reject }, answer] of answers) {
        if (answer instanceof StorageError) reject(answer);
        else resolve(answer);
      }
    } catch (error) {
      const failure = error instanceof StorageError ? error : this.#stop(error);
      this.#answered(new Map(group.map((commit) => [commit, failure])));
      for (const { reject } of group) reject(failure);
    }
  }

  #written(changes: readonly Change[], batches: number, tookMs: number): void {
    const activity = this.#activity;
    activity.transactionSeconds.observe(tookMs / 1_000);
    activity.groupBatches.observe(batches);
    activity.changes += changes.length;
    for (const { record } of changes) activity.recordBytes += record?.length ?? 0;
  }

  #answered(answers: ReadonlyMap<PendingCommit, CommitOutcome | StorageError>): void {
    const { commitSeconds, onCommit } = this.#activity;
    const nowMs = performance.now();
    for (const [{ batch, startedMs }, answer] of answers) {
      const seconds = (nowMs - startedMs) / 1_000;
      commitSeconds.observe(seconds);
      if (batch[0] === undefined || onCommit === undefined) continue;
      try {
        onCommit(batch[0].write, seconds, answer instanceof StorageError);
      } catch (error) {
        // As with those who hear of changes: its bug must neither reach the committer nor be lost.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Stages a group. A commit whose staging throws (a damaged row) fails alone; the others are staged anew. */
  #stage(group: readonly PendingCommit[]): {
    staging: Staging;
    answers: Map<PendingCommit, CommitOutcome | StorageError>;
  } {
    const answers = new Map<PendingCommit, CommitOutcome | StorageError>();
    for (;;) {
      this.#arena.reset();
      const staging = new Staging(this.#tables, this.#state.head, this.#arena.allocate);
      let failed: PendingCommit | undefined;
      for (const commit of group) {
        if (answers.get(commit) instanceof StorageError) continue;
        try {
          answers.set(commit, staging.stage(commit.batch));
        } catch (error) {
          if (!(error instanceof StorageError)) throw error;
          answers.set(commit, error);
          failed = commit;
          break;
        }
      }
      if (failed === undefined) return { staging, answers };
    }
  }

  /** One durable transaction. Throws a StorageError, after which nothing of it exists. */
  async #transact(state: StoreState, operations: readonly Operation[]): Promise<void> {
    let outcome: TransactionOutcome;
    try {
      outcome = await this.#tables.transact(stateKey, this.#fence, encodeState(state), operations);
    } catch (error) {
      throw (await this.#isFull(error)) ? this.#full(error) : this.#stop(error);
    }
    if (outcome === 'fenced') throw this.#stop(new Error('another process has written the file'));
    if (outcome === 'misplaced') {
      throw this.#stop(new Error('the log holds revisions behind the newest one; milo fsck says more'));
    }
    this.#fence++;
    this.#state = state;
  }

  /** True when a transaction failed for want of room and the file stands as before. */
  async #isFull(error: unknown): Promise<boolean> {
    if (!(error instanceof TransactionError)) return false;
    // LMDB calls a write that the disk took only half of an input/output error, as it does a real one.
    const isForRoom =
      fullCodes.has(error.code) || (error.code === 5 && !(await hasRoom(dirname(this.#file))));
    if (!isForRoom) return false;
    try {
      // Where the meta page could not be written LMDB refuses even reads from now on.
      this.#tables.refresh();
      const state = decodeState(this.#tables.meta.get(stateKey)!);
      return this.#tables.fenceOf(stateKey) === this.#fence && state.head === this.#state.head;
    } catch {
      return false;
    }
  }

  #full(cause: unknown): StorageError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new StorageError('full', `there is no room for the data file ${this.#file}: ${reason}`, { cause });
  }

  /** After a fault whose outcome on disk is unknown no write may follow; a restart reads what is there. */
  #stop(cause: unknown): StorageError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#fault ??= `the store stopped writing ${this.#file}: ${reason}`;
    return new StorageError('failed', this.#fault, { cause });
  }

  #stopped(): StorageError {
    return new StorageError('failed', this.#fault!);
  }
}

function bytesOf(batch: readonly PreparedWrite[]): number {
  return batch.reduce((bytes, { write }) => bytes + (write.kind === 'put' ? write.record.length : 0), 0);
}
