/**
 * Until when requests must be answered. One timer for all that have the server's own limit, which end in the order they
 * began: a request costs an entry in a list, not a timer. Stops no work: it only stops waiting for it.
 */
import { limits } from '../../apimachinery/limits.ts';
import { timeout } from '../../apimachinery/status.ts';
import { must } from '../../lib/assert.ts';

/** One request's. */
export class Deadline {
  /** By `performance.now()`. */
  readonly atMs: number;
  isPast = false;
  /**
   * Rejects what waits for the request. Set to what has a name: V8 puts a function that is written where it is assigned to
   * a property straight into the old generation, and with it all that it sees, which is the whole request.
   */
  expire: () => void = () => {};

  /** What the client asked for, less than the server's own limit; undefined is that. */
  readonly askedMs: number | undefined;
  /** Its place among those that are open; none when it is not. */
  before: Deadline | undefined;
  behind: Deadline | undefined;

  /** `startedMs` is when the request came. */
  constructor(startedMs: number, askedMs: number | undefined) {
    this.askedMs = askedMs;
    this.atMs = startedMs + (askedMs ?? limits.requestTimeoutMs);
  }
}

export class Deadlines {
  /**
   * With the server's own limit: a ring, the oldest behind this one. Not a Set: what is added to and deleted from all the
   * time outgrows its table again and again, each old table holds the next and what was in it then, and one of them in the
   * old generation keeps all of that until the next full collection.
   */
  readonly #open = emptyRing();
  #timer: NodeJS.Timeout | undefined;

  /**
   * What `work` comes to, or a 504 when the time is over first. The work may still go on then, a write even succeed; its
   * answer goes nowhere, and `onLateError` hears of what it fails with.
   */
  race(deadline: Deadline, work: Promise<void>, onLateError: (error: unknown) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let ownTimer: NodeJS.Timeout | undefined;
      const settled = (): void => {
        leave(deadline);
        clearTimeout(ownTimer);
      };
      const expire = (): void => {
        deadline.isPast = true;
        reject(timeout('request did not complete within the allotted timeout'));
      };
      deadline.expire = expire;
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
    join(this.#open, deadline);
    this.#timer ??= this.#wakeIn(limits.requestTimeoutMs);
  }

  #wakeIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#expireOldest(), ms).unref();
  }

  #expireOldest(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    for (;;) {
      const oldest = must(this.#open.behind, 'a ring');
      if (oldest === this.#open) return;
      if (oldest.atMs > nowMs) {
        this.#timer = this.#wakeIn(Math.ceil(oldest.atMs - nowMs));
        return;
      }
      leave(oldest);
      oldest.expire();
    }
  }
}

function emptyRing(): Deadline {
  const ring = new Deadline(0, undefined);
  ring.before = ring;
  ring.behind = ring;
  return ring;
}

function join(ring: Deadline, deadline: Deadline): void {
  const last = must(ring.before, 'a ring');
  deadline.before = last;
  deadline.behind = ring;
  last.behind = deadline;
  ring.before = deadline;
}

/** What is over keeps no way to those that come later, or it would hold them. */
function leave(deadline: Deadline): void {
  const { before, behind } = deadline;
  if (before === undefined || behind === undefined) return;
  before.behind = behind;
  behind.before = before;
  deadline.before = undefined;
  deadline.behind = undefined;
}
