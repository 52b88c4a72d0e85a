/** What the changes that can still be read would have woken: how a controller finds, after a crash, what it was at. */
import { setImmediate } from 'node:timers/promises';
import { limits } from '../../apimachinery/limits.ts';
import { StorageError } from '../../storage/errors.ts';
import type { ObjectKey, Store } from '../../storage/store.ts';
import type { KeysOf } from './controller.ts';

/** A step of the log at a time, with room for others between. */
export async function* recentlyWoken(
  store: Store,
  keysOf: KeysOf,
  signal: AbortSignal,
): AsyncGenerator<ObjectKey> {
  const upTo = store.applied;
  let after = store.compacted;
  while (after < upTo && !signal.aborted) {
    try {
      const { changes, position } = store.changes({ after, upTo, maxEntries: limits.watchLogStepEntries });
      for (const change of changes) yield* keysOf(change);
      after = position;
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'compacted')) throw error;
      after = store.compacted;
    }
    await setImmediate();
  }
}
