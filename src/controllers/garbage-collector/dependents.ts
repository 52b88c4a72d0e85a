/**
 * The objects that refer to an owner, whatever they say of it besides its uid, or to owners of a kind; a bounded number
 * at a time.
 */
import { setImmediate } from 'node:timers/promises';
import { limits } from '../../apimachinery/limits.ts';
import { ownerIndex, ownerKindIndex, ownerKindValue, ownerValue } from '../../storage/index-names.ts';
import { beforeAllOf } from '../../storage/scans.ts';
import type { ObjectKey, Store, TenantId } from '../../storage/store.ts';

export interface DependentsOf {
  readonly tenant: TenantId;
  readonly uid: string;
}

export interface DependentsOfKind {
  readonly group: string;
  readonly kind: string;
  /** Of all control planes when absent. */
  readonly tenant?: TenantId | undefined;
}

type Visit = (key: ObjectKey) => Promise<'stop' | undefined>;

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
  visit: Visit,
): Promise<void> {
  const query = { name: ownerIndex, value: ownerValue(uid), tenant, maxEntries: limits.deletionsAtOnce };
  const page = (after: ObjectKey | undefined): readonly ObjectKey[] =>
    store.index(after === undefined ? query : { ...query, after });
  await visitPages(page, undefined, signal, visit);
}

/** The same for all whose owner is of a kind, whichever and in whatever version. */
export async function visitDependentsOfKind(
  store: Store,
  { group, kind, tenant }: DependentsOfKind,
  signal: AbortSignal,
  visit: Visit,
): Promise<void> {
  const value = ownerKindValue({ group, kind });
  const query = { name: ownerKindIndex, value, maxEntries: limits.deletionsAtOnce };
  const page = (after: ObjectKey | undefined): readonly ObjectKey[] => {
    const keys = store.index(after === undefined ? query : { ...query, after });
    return tenant === undefined ? keys : keys.filter((key) => key.tenant === tenant);
  };
  await visitPages(page, tenant && beforeAllOf(tenant), signal, visit);
}

async function visitPages(
  page: (after: ObjectKey | undefined) => readonly ObjectKey[],
  start: ObjectKey | undefined,
  signal: AbortSignal,
  visit: Visit,
): Promise<void> {
  const failures: unknown[] = [];
  let after = start;
  while (!signal.aborted) {
    const keys = page(after);
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
