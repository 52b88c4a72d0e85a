/**
 * Forgets the past in time: each tick compacts below the revision that the previous tick saw, so that whatever
 * happened can be read for one interval at least and two at most. One tick at a time.
 */
import type { Logger } from '../lib/logger.ts';
import type { Store } from '../storage/store.ts';

export interface CompactionTimer {
  /** Resolves when a compaction under way has ended. */
  close(): Promise<void>;
}

export function startCompaction(store: Store, intervalMs: number, logger: Logger): CompactionTimer {
  let seen = store.applied;
  let running: Promise<void> | undefined;
  const tick = async (): Promise<void> => {
    const below = seen;
    seen = store.applied;
    if (below <= store.compacted) return;
    try {
      await store.compact(below);
      logger.debug({ below }, 'compacted');
    } catch (error) {
      logger.error({ err: error, below }, 'compaction failed; the next one will try again');
    }
  };
  const timer = setInterval(() => {
    running ??= tick().finally(() => {
      running = undefined;
    });
  }, intervalMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
