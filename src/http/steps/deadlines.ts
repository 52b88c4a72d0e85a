/**
 * Until when requests must be answered. One timer for all that have the server's own limit, which end in the order they
 * began: a request costs an entry in a set, not a timer. Stops no work: it only stops waiting for it.
 */
import { limits } from '../../apimachinery/limits.ts';
import { timeout } from '../../apimachinery/status.ts';

/** One request's. */
export class Deadline {
  /** By `performance.now()`. */
  readonly atMs: number;
  isPast = false;
  /** Rejects what waits for the request. */
  expire: () => void = () => {};

  /** What the client asked for, less than the server's own limit; undefined is that. */
  readonly askedMs: number | undefined;

  /** `startedMs` is when the request came. */
  constructor(startedMs: number, askedMs: number | undefined) {
    this.askedMs = askedMs;
    this.atMs = startedMs + (askedMs ?? limits.requestTimeoutMs);
  }
}

export class Deadlines {
  /** With the server's own limit, the oldest first. */
  readonly #open = new Set<Deadline>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * What `work` comes to, or a 504 when the time is over first. The work may still go on then, a write even succeed; its
   * answer goes nowhere, and `onLateError` hears of what it fails with.
   */
  race(deadline: Deadline, work: Promise<void>, onLateError: (error: unknown) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let ownTimer: NodeJS.Timeout | undefined;
      const settled = (): void => {
        this.#open.delete(deadline);
        clearTimeout(ownTimer);
      };
      deadline.expire = () => {
        deadline.isPast = true;
        reject(timeout('request did not complete within the allotted timeout'));
      };
      if (deadline.askedMs === undefined) this.#add(deadline);
      else ownTimer = setTimeout(deadline.expire, deadline.askedMs);
      work.then(
        () => {
          settled();
          resolve();
        },
        (error: unknown) => {
          settled();
          if (deadline.isPast) onLateError(error);
          else reject(error);
        },
      );
    });
  }

  #add(deadline: Deadline): void {
    this.#open.add(deadline);
    this.#timer ??= this.#wakeIn(limits.requestTimeoutMs);
  }

  #wakeIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#expireOldest(), ms).unref();
  }

  #expireOldest(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    for (const deadline of this.#open) {
      if (deadline.atMs > nowMs) {
        this.#timer = this.#wakeIn(Math.ceil(deadline.atMs - nowMs));
        return;
      }
      this.#open.delete(deadline);
      deadline.expire();
    }
  }
}
