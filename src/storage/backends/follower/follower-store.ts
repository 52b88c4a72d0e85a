/**
 * A store whose file another process writes (milo up --workers). Reads come straight from the same LMDB file, opened to
 * read; writes go to the writer and are answered once what they changed has been read here. The laws of store.ts hold
 * over all processes: `head` looks at the file, so it knows every revision that was acknowledged anywhere.
 *
 * What is new is read from the log when somebody asks (`follow`) and when the writer says that there is something, and
 * told to subscribers synchronously, in order, each change once. A follower that stood still for longer than the log
 * reaches back cannot know what it missed: it says so by `onUnfollowable` and is of no use any more.
 */
import { limits } from '../../../apimachinery/limits.ts';
import { must } from '../../../lib/assert.ts';
import { StoreActivity } from '../../activity.ts';
import { StorageError } from '../../errors.ts';
import { closed, FileReads } from '../../replica/file-reads.ts';
import { readChanges } from '../../replica/log-reads.ts';
import { decodeState, type StoreState, stateKey } from '../../replica/rows.ts';
import { Tables } from '../../replica/tables.ts';
import type { CommitOutcome, Difference, Revision, Store, StoreStats, Write } from '../../store.ts';
import type { ToFollower, ToWriter, Work } from './protocol.ts';
import { WriterLink } from './writer-link.ts';

export interface FollowerOptions {
  /** The data file, which the writer has open: what keeps others from it is the writer's lock. */
  readonly file: string;
  /** To the writer. */
  readonly send: (message: ToWriter) => void;
  /** Told once when the log cannot be followed any more. */
  readonly onUnfollowable: (error: StorageError) => void;
}

export class FollowerStore extends FileReads implements Store {
  /** Stays as it is: the writer counts what is written, whoever asked for it. */
  readonly activity = new StoreActivity();
  readonly #link: WriterLink;
  readonly #onUnfollowable: (error: StorageError) => void;
  #applied: Revision;
  #compacted: Revision;
  #isFollowing = false;
  #unfollowable: StorageError | undefined;
  #writerFault: string | undefined;
  #closing: Promise<void> | undefined;

  constructor({ file, send, onUnfollowable }: FollowerOptions) {
    super(new Tables(file, { readOnly: true }), file);
    this.#onUnfollowable = onUnfollowable;
    this.#link = new WriterLink(send, () => this.#applied);
    const { head, compacted } = this.#state();
    this.#applied = head;
    this.#compacted = compacted;
    this.#link.plan();
  }

  get applied(): Revision {
    return this.#applied;
  }

  get compacted(): Revision {
    return this.#compacted;
  }

  get fault(): string | undefined {
    if (this.#unfollowable !== undefined) return this.#unfollowable.message;
    return this.#link.isLost ? 'the process that writes the store is gone' : this.#writerFault;
  }

  /** What the writer has sent. */
  receive({ answers, fault }: ToFollower): void {
    if (this.isClosed) return;
    this.#writerFault = fault;
    try {
      this.follow();
    } catch (error) {
      // What could not be followed has been reported; the answers are true all the same.
      if (!(error instanceof StorageError)) throw error;
    }
    for (const answer of answers) this.#link.settle(answer);
    this.#link.plan();
  }

  /** The writer is gone. Reads go on; what waits for it is rejected. */
  lose(): void {
    this.#link.lose();
  }

  /**
   * Applies everything that is durable now, so that whoever reads after it sees each write that anybody was told of before.
   * One look at one row where there is nothing new. Throws the StorageError that `onUnfollowable` was told.
   */
  follow(): void {
    this.assertOpen();
    if (this.#unfollowable !== undefined) throw this.#unfollowable;
    // A listener that asks is being told just now of what there is.
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    try {
      this.tables.refresh();
      const { head, compacted } = this.#state();
      if (compacted > this.#applied) throw this.#missed(compacted);
      this.#compacted = compacted;
      while (this.#applied < head) this.#followStep(head);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#unfollowable = error;
      this.#onUnfollowable(error);
      throw error;
    } finally {
      this.#isFollowing = false;
    }
  }

  #followStep(head: Revision): void {
    const query = { after: this.#applied, maxEntries: limits.followStepEntries };
    const { changes, position } = readChanges(this.tables, query, head);
    // Every revision is a change: one that is not there was lost.
    if (changes.length !== position - this.#applied) {
      throw new StorageError(
        'corrupt',
        `the log lacks a revision between ${this.#applied} and ${position}; milo fsck says more`,
      );
    }
    this.#applied = position;
    this.tell(changes);
  }

  #missed(compacted: Revision): StorageError {
    const details = { requested: this.#applied, current: compacted };
    return new StorageError(
      'compacted',
      `this process stood still at revision ${this.#applied}; what came then is compacted up to ${compacted}`,
      details,
    );
  }

  #state(): StoreState {
    return decodeState(must(this.tables.meta.get(stateKey), 'the state row of an open store'));
  }

  async commit(batch: readonly Write[]): Promise<CommitOutcome> {
    return must(await this.#ask({ kind: 'commit', batch }), 'the outcome of a commit');
  }

  async #ask(work: Work): Promise<CommitOutcome | undefined> {
    if (this.#closing !== undefined) throw closed();
    return await this.#link.ask(work);
  }

  async head(): Promise<Revision> {
    this.follow();
    return this.#applied;
  }

  /**
   * The revision to read at, or the typed error when it cannot be read. The file may be ahead of what was followed, and
   * compacted further: rows are walked back through the log, so what the log has lost in the very snapshot that is read
   * cannot be read here.
   */
  protected readable(at: Revision | undefined): Revision {
    this.assertOpen();
    const current = this.#applied;
    if (at !== undefined && at > current) {
      const message = `revision ${at} has not happened yet; the newest is ${current}`;
      throw new StorageError('future-revision', message, { requested: at, current });
    }
    const { compacted } = this.#state();
    this.#compacted = Math.min(compacted, current);
    if (at !== undefined && at < compacted) {
      const message = `revision ${at} has been compacted; the oldest readable is ${compacted}`;
      throw new StorageError('compacted', message, { requested: at, current: compacted });
    }
    if (current < compacted) throw this.#missed(compacted);
    return at ?? current;
  }

  /** By the writer, as are `snapshot` and `repair`. */
  async compact(below: Revision): Promise<void> {
    await this.#ask({ kind: 'compact', below });
  }

  async snapshot(file: string): Promise<void> {
    await this.#ask({ kind: 'snapshot', file });
  }

  async repair(): Promise<void> {
    await this.#ask({ kind: 'repair' });
  }

  override check(maxDifferences: number): readonly Difference[] {
    this.follow();
    return super.check(maxDifferences);
  }

  override stats(): StoreStats {
    this.follow();
    return super.stats();
  }

  /** What was asked of the writer is finished first; what is asked from now on is refused. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#link.idle();
    await this.closeTables();
  }
}
