/**
 * Compacts a store on a timer, each time to where the head was one interval before: whoever reads at a revision has
 * at least that long to come back to it. One timer per store.
 */
import type { Revision, Store } from './store.ts';

export interface CompactionOptions {
  readonly intervalMs: number;
  /** A compaction failed. The next tick tries again. */
  readonly onError: (error: unknown) => void;
}

export interface Compaction {
  /** What the timer does. Resolves when that compaction has ended. */
  tick(): Promise<void>;
  stop(): void;
}

export function startCompaction(store: Store, { intervalMs, onError }: CompactionOptions): Compaction {
  let headBefore: Revision = store.compacted;
  let isRunning = false;
  const tick = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    const target = headBefore;
    headBefore = store.applied;
    try {
      // Also when there is nothing new: a compaction that a crash cut short is finished by the next one.
      await store.compact(target);
    } catch (error) {
      onError(error);
    } finally {
      isRunning = false;
    }
  };
  const timer = setInterval(() => void tick(), intervalMs);
  timer.unref();
  return { tick, stop: () => clearInterval(timer) };
}
