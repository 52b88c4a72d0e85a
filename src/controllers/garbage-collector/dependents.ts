/** The objects that refer to an owner, whatever they say of it besides its uid, a bounded number at a time. */
import { setImmediate } from 'node:timers/promises';
import { limits } from '../../apimachinery/limits.ts';
import { ownerIndex, ownerValue } from '../../storage/index-names.ts';
import type { ObjectKey, Store, TenantId } from '../../storage/store.ts';

export interface DependentsOf {
  readonly tenant: TenantId;
  readonly uid: string;
}

export function firstDependent(store: Store, tenant: TenantId, indexValue: string): readonly ObjectKey[] {
  return store.index({ name: ownerIndex, value: indexValue, tenant, maxEntries: 1 });
}

/**
 * Visits every dependent, as many together as share a durable commit. One that fails stops none of the others: the
 * first failure is thrown at the end. Ends early when a visit returns `stop` or the signal is aborted.
 */
export async function visitDependents(
  store: Store,
  { tenant, uid }: DependentsOf,
  signal: AbortSignal,
  visit: (key: ObjectKey) => Promise<'stop' | undefined>,
): Promise<void> {
  const failures: unknown[] = [];
  let after: ObjectKey | undefined;
  while (!signal.aborted) {
    const keys = store.index({
      name: ownerIndex,
      value: ownerValue(uid),
      tenant,
      maxEntries: limits.deletionsAtOnce,
      ...(after === undefined ? {} : { after }),
    });
    const outcomes = await Promise.allSettled(keys.map(visit));
    for (const outcome of outcomes) if (outcome.status === 'rejected') failures.push(outcome.reason);
    after = keys.at(-1);
    const isStopped = outcomes.some((outcome) => outcome.status === 'fulfilled' && outcome.value === 'stop');
    if (isStopped || keys.length < limits.deletionsAtOnce) break;
    // A page on which nothing is to do writes nothing, and would not wait for anything.
    await setImmediate();
  }
  if (failures.length > 0) throw failures[0];
}
