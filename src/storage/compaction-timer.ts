/**
 * Compacts a store on a timer, each time to where the head was one interval before: whoever reads at a revision has
 * at least that long to come back to it. One timer per store.
 */
import { exponential } from '../metrics/buckets.ts';
import { Histogram } from '../metrics/series.ts';
import type { Revision, Store } from './store.ts';

export interface CompactionOptions {
  readonly intervalMs: number;
  /** A compaction failed. The next tick tries again. */
  readonly onError: (error: unknown) => void;
}

export interface Compaction {
  readonly activity: CompactionActivity;
  /** What the timer does. Resolves when that compaction has ended. */
  tick(): Promise<void>;
  stop(): void;
}

/** Seconds; to half a minute. */
const durations = exponential(0.001, 4, 8);

/** What compactions did since the start. */
export interface CompactionActivity {
  readonly seconds: Histogram;
  failures: number;
}

export function startCompaction(store: Store, { intervalMs, onError }: CompactionOptions): Compaction {
  let headBefore: Revision = store.compacted;
  let isRunning = false;
  const activity: CompactionActivity = { seconds: new Histogram(durations), failures: 0 };
  const tick = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    const target = headBefore;
    headBefore = store.applied;
    const startedMs = performance.now();
    try {
      // Also when there is nothing new: a compaction that a crash cut short is finished by the next one.
      await store.compact(target);
      activity.seconds.observe((performance.now() - startedMs) / 1_000);
    } catch (error) {
      activity.failures++;
      onError(error);
    } finally {
      isRunning = false;
    }
  };
  const timer = setInterval(() => void tick(), intervalMs);
  timer.unref();
  return { activity, tick, stop: () => clearInterval(timer) };
}
