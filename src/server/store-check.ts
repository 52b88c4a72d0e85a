/** What `milo fsck` looks for: differences between the store's objects and what is derived from them. */
import { limits } from '../apimachinery/limits.ts';
import type { Difference, Store } from '../storage/store.ts';

export interface StoreCheck {
  readonly differences: readonly Difference[];
  /** There may be more of them. */
  readonly isCutShort: boolean;
}

export function checkStore(store: Store): StoreCheck {
  const differences = store.check(limits.fsckDifferences);
  return { differences, isCutShort: differences.length === limits.fsckDifferences };
}
