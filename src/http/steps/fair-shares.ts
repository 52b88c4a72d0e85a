/**
 * Everybody's share of the one thread that answers requests. In a turn of the event loop each share may work for
 * `limits.fairShareMs`; what it asks for beyond waits in its line, and the lines are served in rotation, between which the
 * loop looks at the sockets again. So a request waits for as many shares as there are others, however many requests one
 * of them sends. Who is alone waits for nobody: a line that is the only one is served turn after turn.
 *
 * Counts time, not requests, and only what is spent here: not the waiting for disk, webhooks or bodies. A line that is
 * full, and who has waited for too long, is told 429. A share that nobody uses costs nothing.
 */
import { limits } from '../../apimachinery/limits.ts';
import { tooManyRequests } from '../../apimachinery/status.ts';

export type Refusal = 'queue-full' | 'time-out';

export interface FairSharesObserver {
  /** A request had its turn, after having waited in line. */
  waited(seconds: number): void;
  refused(reason: Refusal): void;
}

interface Waiting {
  readonly sinceMs: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** First in, first out. */
class Line {
  #waiting: Waiting[] = [];
  #first = 0;

  get length(): number {
    return this.#waiting.length - this.#first;
  }

  push(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  shift(): Waiting | undefined {
    const waiting = this.#waiting[this.#first];
    if (waiting === undefined) return undefined;
    if (++this.#first > 64 && this.#first * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    return waiting;
  }
}

export class FairShares {
  readonly #observer: FairSharesObserver;
  readonly #now: () => number;
  /** In this turn of the event loop, in milliseconds. */
  readonly #used = new Map<string, number>();
  /** The next to be served comes first. */
  readonly #lines = new Map<string, Line>();
  #waiting = 0;
  /** Whose work is under way, as far as this turn goes, and since when. */
  #current: string | undefined;
  #currentSinceMs = 0;
  #isTurnOpen = false;

  /** `now` as `performance.now()`. */
  constructor(observer: FairSharesObserver, now = (): number => performance.now()) {
    this.#observer = observer;
    this.#now = now;
  }

  /** Requests in line. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Before work that keeps the thread: undefined when it may begin at once. Rejects with a 429 StatusError. The rest of
   * the turn counts as the share's, until the next one enters.
   */
  enter(share: string): Promise<void> | undefined {
    const nowMs = this.#now();
    this.#account(nowMs);
    this.#openTurn();
    const line = this.#lines.get(share);
    if (line === undefined && this.#hasLeft(share)) {
      this.#current = share;
      return undefined;
    }
    return this.#standInLine(share, line ?? new Line(), nowMs);
  }

  #standInLine(share: string, line: Line, nowMs: number): Promise<void> {
    if (line.length >= limits.fairLineRequests) return Promise.reject(this.#refusal('queue-full'));
    this.#lines.set(share, line);
    this.#waiting++;
    return new Promise((resolve, reject) => line.push({ sinceMs: nowMs, resolve, reject }));
  }

  #refusal(reason: Refusal): Error {
    this.#observer.refused(reason);
    return tooManyRequests('too many requests, please try again later');
  }

  #hasLeft(share: string): boolean {
    return (this.#used.get(share) ?? 0) < limits.fairShareMs;
  }

  /** What has passed since the last one entered was that one's. */
  #account(nowMs: number): void {
    const share = this.#current;
    if (share !== undefined) {
      this.#used.set(share, (this.#used.get(share) ?? 0) + nowMs - this.#currentSinceMs);
      this.#current = undefined;
    }
    this.#currentSinceMs = nowMs;
  }

  #openTurn(): void {
    if (this.#isTurnOpen) return;
    this.#isTurnOpen = true;
    setImmediate(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    this.#isTurnOpen = false;
    this.#account(this.#now());
    this.#used.clear();
    if (this.#waiting === 0) return;
    // One callback for each, since what one has begun runs on only when its callback has returned. They come in the next
    // turn, behind what the sockets bring then.
    for (let n = Math.min(this.#waiting, limits.fairTurnRequests); n > 0; n--) setImmediate(this.#serveNext);
    this.#openTurn();
  };

  /** Lets the first go on of the next line whose share has time left. */
  readonly #serveNext = (): void => {
    const nowMs = this.#now();
    this.#account(nowMs);
    for (const [share, line] of this.#lines) {
      if (!this.#hasLeft(share)) continue;
      // Behind the others, if anybody is left in it.
      this.#lines.delete(share);
      const waiting = line.shift();
      if (line.length > 0) this.#lines.set(share, line);
      if (waiting === undefined) continue;
      this.#waiting--;
      const waitedMs = nowMs - waiting.sinceMs;
      if (waitedMs > limits.fairWaitMs) {
        waiting.reject(this.#refusal('time-out'));
        continue;
      }
      this.#observer.waited(waitedMs / 1_000);
      this.#current = share;
      waiting.resolve();
      return;
    }
  };
}
