/**
 * The garbage collector: dependents go with their owners, or forget them, as the deletion of the owner asked for. For
 * all control planes at once, from the index of dependents by owner uid; there is no graph in memory, and an object
 * whose owners live costs nothing.
 *
 * It is woken by keys of what is there. Of an owner that is gone only dependents are left, so the first of them is
 * woken: it finds the owner absent, and what depends on the same owner is looked at with it. If that first one goes
 * or changes owners before its turn, that change wakes the next.
 *
 * After a crash the log says what was going on: every change of the compaction window is considered once more. A kind
 * that is not served owns nothing that could be judged, so its dependents stay, and are looked at when they change.
 */
import { foregroundFinalizer, orphanFinalizer } from '../../apimachinery/deletion-policy.ts';
import type { GroupResource } from '../../apimachinery/gvk.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { PlaneClient } from '../../client/plane-client.ts';
import { foregroundIndex, ownerIndex, ownerValue } from '../../storage/index-names.ts';
import { indexesOf, isDeleting, uidOf } from '../../storage/record.ts';
import type { Change, ObjectKey, Store, TenantId } from '../../storage/store.ts';
import type { Controller } from '../runtime/controller.ts';
import { deletedObjects } from '../runtime/deleted-objects.ts';
import { recentlyWoken } from '../runtime/recent-changes.ts';
import { awaitDependents, type Collecting, orphanDependents, settleDependent } from './collection.ts';
import { firstDependent, visitDependents } from './dependents.ts';
import { type FindKind, ownersOf } from './owners.ts';

export interface GarbageCollectorOptions {
  readonly findKind: FindKind;
  /** Every resource that is stored. */
  resources(): Iterable<GroupResource>;
}

export function garbageCollector(
  store: Store,
  client: PlaneClient,
  { findKind, resources }: GarbageCollectorOptions,
): Controller {
  const collecting: Collecting = { store, client, findKind };
  /** Owners whose dependents are being looked at, so that no second worker does the same. */
  const swept = new Set<string>();
  const follows = (change: Change): readonly ObjectKey[] => wokenBy(store, change);
  return {
    name: 'garbage-collector',
    workers: 4,
    watches: [],
    follows,
    *initial() {
      for (const { group, resource } of resources()) yield* deletedObjects(store, group, resource);
    },
    recover: (signal) => recentlyWoken(store, follows, signal),
    reconcile: (key, signal) => reconcile(collecting, swept, key, signal),
  };
}

async function reconcile(
  collecting: Collecting,
  swept: Set<string>,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { store, client, findKind } = collecting;
  const object = client.get(key);
  if (object === undefined) return undefined;
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  let isSettled = true;
  if (deletionTimestamp !== undefined) {
    if (finalizers.includes(orphanFinalizer)) await orphanDependents(collecting, key, object, signal);
    else if (finalizers.includes(foregroundFinalizer)) {
      isSettled = await awaitDependents(collecting, key, object, signal);
    }
  }
  const { absent } = ownersOf(store, findKind, key, object);
  const own = settleDependent(collecting, key);
  // It is one of several: what becomes of the others must not wait for it to succeed.
  const rest = absent.map(({ uid }) => sweep(collecting, swept, key.tenant, uid, signal));
  for (const outcome of await Promise.allSettled([own, ...rest])) {
    if (outcome.status === 'rejected') throw outcome.reason;
    isSettled = outcome.value && isSettled;
  }
  return isSettled ? undefined : limits.retryMsMin;
}

/**
 * Everything else that depends on an owner found to be gone. False while another worker is at it: whether that one
 * succeeds is yet to be seen, and it may have begun for a dependent that is gone by now.
 */
async function sweep(
  collecting: Collecting,
  swept: Set<string>,
  tenant: TenantId,
  uid: string,
  signal: AbortSignal,
): Promise<boolean> {
  const id = `${tenant}\0${uid}`;
  if (swept.has(id)) return false;
  swept.add(id);
  const { store, client, findKind } = collecting;
  let isSettled = true;
  try {
    await visitDependents(store, { tenant, uid }, signal, async (key) => {
      const object = client.get(key);
      if (object === undefined) return undefined;
      const { present } = ownersOf(store, findKind, key, object);
      // The owner lives; it was a reference to it under another name that is void.
      if (present.some((reference) => reference.uid === uid)) return 'stop';
      isSettled = (await settleDependent(collecting, key)) && isSettled;
      return undefined;
    });
  } finally {
    swept.delete(id);
  }
  return isSettled;
}

/** Runs on every change: headers, and a look into an index for what is owned or gone. */
function wokenBy(store: Store, { key, record, previous }: Change): readonly ObjectKey[] {
  const { tenant } = key;
  const owners = record === undefined ? [] : ownerValuesOf(record);
  const before = previous === undefined ? [] : ownerValuesOf(previous.record);
  const woken: ObjectKey[] = [];
  // What every control plane has begins anew when it is deleted: then the old one is gone though a record is there.
  if (previous !== undefined && (record === undefined || uidOf(record) !== uidOf(previous.record)))
    woken.push(...firstDependent(store, tenant, ownerValue(uidOf(previous.record))));
  if (record !== undefined && (isDeleting(record) || owners.some((value) => !before.includes(value))))
    woken.push(key);
  for (const value of before) {
    if (!owners.includes(value)) woken.push(...firstDependent(store, tenant, value));
  }
  for (const value of new Set([...owners, ...before])) {
    const query = { name: foregroundIndex, value, tenant };
    woken.push(...store.index({ ...query, maxEntries: 1 }));
  }
  return woken;
}

function ownerValuesOf(record: Buffer): string[] {
  const values: string[] = [];
  for (const { name, value } of indexesOf(record)) if (name === ownerIndex) values.push(value);
  return values;
}
