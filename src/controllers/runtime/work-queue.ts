/**
 * Keys that wait for a worker: each once, however often it is added; a key added while it is worked on comes
 * back afterwards; a key that failed comes back after a growing pause. Holds nothing for keys at rest.
 */
import { limits } from '../../apimachinery/limits.ts';

export interface WorkQueueOptions {
  readonly workers: number;
  /** Resolves when the key is settled; with a number, looks again after that many milliseconds. */
  work(key: string): Promise<number | undefined>;
  onError(key: string, error: unknown): void;
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #working = new Set<string>();
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #isClosed = false;
  #idle: (() => void) | undefined;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  add(key: string): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    if (this.#working.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#start();
  }

  /** Lets work in progress finish and starts no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.clear();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    if (this.#working.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  #start(): void {
    for (const key of this.#waiting) {
      if (this.#working.size >= this.#options.workers) return;
      this.#waiting.delete(key);
      this.#working.add(key);
      void this.#run(key);
    }
  }

  async #run(key: string): Promise<void> {
    try {
      const pauseMs = await this.#options.work(key);
      this.#failures.delete(key);
      if (pauseMs !== undefined) this.#addLater(key, pauseMs);
    } catch (error) {
      const failures = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, failures);
      this.#options.onError(key, error);
      this.#addLater(key, Math.min(limits.retryMsMin * 2 ** (failures - 1), limits.retryMsMax));
    }
    this.#working.delete(key);
    if (this.#again.delete(key)) this.add(key);
    if (this.#isClosed && this.#working.size === 0) this.#idle?.();
    else this.#start();
  }

  #addLater(key: string, pauseMs: number): void {
    if (this.#isClosed || this.#again.has(key)) return;
    const timer = setTimeout(() => this.add(key), pauseMs).unref();
    this.#timers.set(key, timer);
  }
}
