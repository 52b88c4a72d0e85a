/**
 * Keys that wait for a worker: each once, however often it is added; a key added while it is worked on comes
 * back afterwards; a key that failed comes back after a growing pause. Where work waits for what somebody else runs, keys
 * are of groups, which take turns, and none has more than a number of workers. Holds nothing for keys at rest.
 */
import { limits } from '../../apimachinery/limits.ts';

export interface WorkQueueOptions {
  readonly workers: number;
  /** Whose turn it is, and how many of the workers may be busy for one of them; all keys are of one group when not given. */
  readonly groups?: { groupOf(key: string): string; readonly workersMax: number };
  /**
   * Resolves when the key is settled; with a number, looks again after that many milliseconds. The signal tells
   * long work that the queue closes: what it leaves undone is found again at the next start.
   */
  work(key: string, signal: AbortSignal): Promise<number | undefined>;
  /** Must not throw. */
  onError(key: string, error: unknown): void;
}

interface Planned {
  readonly timer: NodeJS.Timeout;
  /** On the monotonic clock. */
  readonly dueMs: number;
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  /** By group, that whose turn it is first. */
  readonly #waiting = new Map<string, Set<string>>();
  /** Workers by group. */
  readonly #busy = new Map<string, number>();
  readonly #working = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #planned = new Map<string, Planned>();
  readonly #closing = new AbortController();
  /** Keys that were added, however often each, and times that work on one failed. */
  adds = 0;
  failures = 0;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Keys that are worked on or will be. */
  get size(): number {
    const waiting = [...this.#waiting.values()].flatMap((keys) => [...keys]);
    return new Set([...waiting, ...this.#working.keys(), ...this.#planned.keys()]).size;
  }

  /** The same in a few steps, however many there are; a key that is planned while it is worked on counts twice. */
  get depth(): number {
    let waiting = 0;
    for (const keys of this.#waiting.values()) waiting += keys.size;
    return waiting + this.#working.size + this.#planned.size;
  }

  /** Works on the key as soon as a worker is free. */
  add(key: string): void {
    if (this.#closing.signal.aborted) return;
    this.adds++;
    this.#cancel(key);
    if (this.#working.has(key)) this.#again.add(key);
    else this.#wait(key);
    this.#start();
  }

  /** Works on the key after a pause, unless it will be sooner anyway. Many calls in one pause are one. */
  addLater(key: string, pauseMs: number): void {
    if (this.#closing.signal.aborted || this.#isWaiting(key) || this.#again.has(key)) return;
    const dueMs = performance.now() + pauseMs;
    const planned = this.#planned.get(key);
    if (planned !== undefined && planned.dueMs <= dueMs) return;
    this.#cancel(key);
    this.#planned.set(key, { timer: setTimeout(() => this.add(key), pauseMs).unref(), dueMs });
  }

  /** Asks work in progress to end, waits for it, and starts no more. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#waiting.clear();
    this.#again.clear();
    for (const key of [...this.#planned.keys()]) this.#cancel(key);
    await Promise.all(this.#working.values());
  }

  #cancel(key: string): void {
    clearTimeout(this.#planned.get(key)?.timer);
    this.#planned.delete(key);
  }

  #groupOf(key: string): string {
    return this.#options.groups?.groupOf(key) ?? '';
  }

  #isWaiting(key: string): boolean {
    return this.#waiting.get(this.#groupOf(key))?.has(key) === true;
  }

  #wait(key: string): void {
    const group = this.#groupOf(key);
    const keys = this.#waiting.get(group);
    if (keys === undefined) this.#waiting.set(group, new Set([key]));
    else keys.add(key);
  }

  #start(): void {
    while (this.#working.size < this.#options.workers) {
      const next = this.#takeNext();
      if (next === undefined) return;
      this.#working.set(next, this.#run(next));
    }
  }

  /** The first key of the first group that may have another worker; then it is the next group's turn. */
  #takeNext(): string | undefined {
    const { workersMax = this.#options.workers } = this.#options.groups ?? {};
    for (const [group, keys] of this.#waiting) {
      const busy = this.#busy.get(group) ?? 0;
      if (busy >= workersMax) continue;
      const key = keys.values().next().value as string;
      keys.delete(key);
      this.#waiting.delete(group);
      if (keys.size > 0) this.#waiting.set(group, keys);
      this.#busy.set(group, busy + 1);
      return key;
    }
    return undefined;
  }

  #release(group: string): void {
    const busy = (this.#busy.get(group) ?? 0) - 1;
    if (busy > 0) this.#busy.set(group, busy);
    else this.#busy.delete(group);
  }

  async #run(key: string): Promise<void> {
    // The caller must have the promise before the work can end.
    await undefined;
    const pauseMs = await this.#attempt(key);
    this.#working.delete(key);
    this.#release(this.#groupOf(key));
    if (this.#again.delete(key)) this.add(key);
    else if (pauseMs !== undefined) this.addLater(key, pauseMs);
    this.#start();
  }

  async #attempt(key: string): Promise<number | undefined> {
    try {
      const pauseMs = await this.#options.work(key, this.#closing.signal);
      this.#failures.delete(key);
      return pauseMs;
    } catch (error) {
      this.failures++;
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      this.#options.onError(key, error);
      return Math.min(limits.retryMsMin * 2 ** failures, limits.retryMsMax);
    }
  }
}
