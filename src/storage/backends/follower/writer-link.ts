/**
 * The follower's way to the process that writes: requests wait here for their answers, and those of one turn of the event
 * loop go in one message. Where the writer is lost nobody knows what became of them, and that is what each is told.
 */
import { limits } from '../../../apimachinery/limits.ts';
import { StorageError } from '../../errors.ts';
import type { CommitOutcome, Revision } from '../../store.ts';
import { type Answer, errorOf, type ToWriter, type Work } from './protocol.ts';

interface Waiting {
  readonly writes: number;
  resolve(outcome: CommitOutcome | undefined): void;
  reject(error: Error): void;
}

export class WriterLink {
  readonly #send: (message: ToWriter) => void;
  readonly #followed: () => Revision;
  readonly #waiting = new Map<number, Waiting>();
  #requests: { id: number; work: Work }[] = [];
  #isPlanned = false;
  #isLost = false;
  #newestId = 0;
  #writes = 0;
  #whenIdle: (() => void)[] = [];

  constructor(send: (message: ToWriter) => void, followed: () => Revision) {
    this.#send = send;
    this.#followed = followed;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  ask(work: Work): Promise<CommitOutcome | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#isLost) throw lost('and nothing was written');
      const writes = work.kind === 'commit' ? work.batch.length : 0;
      if (this.#writes + writes > limits.commitQueueWrites) {
        throw new StorageError('overloaded', `${this.#writes} writes already wait for the disk`);
      }
      this.#writes += writes;
      const id = ++this.#newestId;
      this.#waiting.set(id, { writes, resolve, reject });
      this.#requests.push({ id, work });
      this.plan();
    });
  }

  /** Sends at the end of this turn what is asked for by then, and up to where the log was followed. */
  plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      if (this.#isLost) return;
      const requests = this.#requests;
      this.#requests = [];
      this.#send({ requests, followed: this.#followed() });
    });
  }

  settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.id);
    this.#writes -= waiting.writes;
    if ('refusal' in answer) waiting.reject(errorOf(answer.refusal));
    else waiting.resolve(answer.outcome);
    this.#tellIdle();
  }

  /** No answer comes any more. */
  lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    for (const { reject } of this.#waiting.values()) {
      reject(lost('and whether the write was made is not known'));
    }
    this.#waiting.clear();
    this.#requests = [];
    this.#writes = 0;
    this.#tellIdle();
  }

  /** Resolves when everything asked for has been answered. */
  idle(): Promise<void> {
    return this.#waiting.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #tellIdle(): void {
    if (this.#waiting.size > 0) return;
    const idle = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of idle) resolve();
  }
}

function lost(consequence: string): StorageError {
  return new StorageError('failed', `the process that writes the store is gone, ${consequence}`);
}
