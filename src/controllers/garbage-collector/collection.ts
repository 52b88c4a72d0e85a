/**
 * What is done to one object for the sake of its owners, and to the dependents of one that is being deleted. Every
 * step looks at what is there now and demands that it still be so when it writes; a step that lost a race reports
 * itself as not settled. Source of the rules: pkg/controller/garbagecollector.
 */
import {
  foregroundFinalizer,
  orphanFinalizer,
  type PropagationPolicy,
} from '../../apimachinery/deletion-policy.ts';
import type { KubeObject, OwnerReference } from '../../apimachinery/object-meta.ts';
import { StatusError } from '../../apimachinery/status.ts';
import type { PlaneClient } from '../../client/plane-client.ts';
import { ownerIndex, ownerValue } from '../../storage/index-names.ts';
import type { ObjectKey, Store } from '../../storage/store.ts';
import { visitDependents } from './dependents.ts';
import { type FindKind, ownersOf, waitsForDependents } from './owners.ts';

export interface Collecting {
  readonly store: Store;
  readonly client: PlaneClient;
  readonly findKind: FindKind;
}

/** Removes references to owners that are gone; the object too, when none is left. False when it lost a race. */
export async function settleDependent(collecting: Collecting, key: ObjectKey): Promise<boolean> {
  const { store, client, findKind } = collecting;
  const object = client.get(key);
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return true;
  if ((object.metadata.ownerReferences ?? []).length === 0) return true;
  const { present, absent, waiting, isOpen } = ownersOf(store, findKind, key, object);
  if (isOpen) return true;
  if (present.length > 0) {
    await dropReferences(client, key, object.metadata.uid, [...absent, ...waiting]);
    return true;
  }
  if (waiting.length > 0 && hasDependents(store, key, object)) {
    // The owners wait for this one, so this one waits for its own: but nobody may wait for himself.
    if (await isOwnedInTurn(store, key, object)) await unblockOwners(client, key, object.metadata.uid);
    return await collect(client, key, client.get(key), 'Foreground');
  }
  return await collect(client, key, object, policyOf(object));
}

/** Takes the reference to a deleted object from all its dependents, then lets it go. */
export async function orphanDependents(
  { store, client }: Collecting,
  key: ObjectKey,
  owner: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const uid = owner.metadata.uid ?? '';
  await visitDependents(store, { tenant: key.tenant, uid }, signal, async (dependent) => {
    await dropReferences(client, dependent, undefined, [{ uid }]);
    return undefined;
  });
  if (!signal.aborted) await removeFinalizer(client, key, uid, orphanFinalizer);
}

/** Deletes what depends on a deleted object, and lets it go once nothing that blocks it is left. */
export async function awaitDependents(
  collecting: Collecting,
  key: ObjectKey,
  owner: KubeObject,
  signal: AbortSignal,
): Promise<boolean> {
  const { store, client } = collecting;
  const uid = owner.metadata.uid ?? '';
  let isSettled = true;
  let isBlocked = false;
  await visitDependents(store, { tenant: key.tenant, uid }, signal, async (dependent) => {
    // An object that owns itself is not held by itself.
    if (client.get(dependent)?.metadata.uid === uid) return undefined;
    isSettled = (await settleDependent(collecting, dependent)) && isSettled;
    const left = client.get(dependent);
    isBlocked ||= (left?.metadata.ownerReferences ?? []).some(
      (reference) => reference.uid === uid && reference.blockOwnerDeletion === true,
    );
    return undefined;
  });
  if (!isBlocked && !signal.aborted) await removeFinalizer(client, key, uid, foregroundFinalizer);
  return isSettled;
}

async function collect(
  client: PlaneClient,
  key: ObjectKey,
  object: KubeObject | undefined,
  propagationPolicy: PropagationPolicy,
): Promise<boolean> {
  const { uid, resourceVersion } = object?.metadata ?? {};
  if (uid === undefined || resourceVersion === undefined) return true;
  try {
    await client.delete(key, { preconditions: { uid, resourceVersion }, propagationPolicy });
    return true;
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'Conflict') return false;
    throw error;
  }
}

/** Nobody asked for another policy: the object's own finalizers say it. */
function policyOf({ metadata }: KubeObject): PropagationPolicy {
  const finalizers = metadata.finalizers ?? [];
  if (finalizers.includes(orphanFinalizer)) return 'Orphan';
  return finalizers.includes(foregroundFinalizer) ? 'Foreground' : 'Background';
}

function hasDependents(store: Store, { tenant }: ObjectKey, { metadata }: KubeObject): boolean {
  const value = ownerValue(metadata.uid ?? '');
  return store.index({ name: ownerIndex, value, tenant, maxEntries: 1 }).length > 0;
}

/** Something waits for its dependents and depends on the object whose owners wait: a circle, most often. */
async function isOwnedInTurn(
  store: Store,
  { tenant }: ObjectKey,
  { metadata }: KubeObject,
): Promise<boolean> {
  let isOwned = false;
  const dependents = { tenant, uid: metadata.uid ?? '' };
  await visitDependents(store, dependents, new AbortController().signal, async (key) => {
    const stored = store.get(key);
    isOwned ||= stored !== undefined && waitsForDependents(stored.record);
    return isOwned ? 'stop' : undefined;
  });
  return isOwned;
}

async function unblockOwners(client: PlaneClient, key: ObjectKey, uid: string | undefined): Promise<void> {
  await client.update(key, '', ({ metadata }) => {
    if (metadata.uid !== uid) return;
    for (const reference of metadata.ownerReferences ?? []) {
      if (reference.blockOwnerDeletion === true) reference.blockOwnerDeletion = false;
    }
  });
}

/** Does nothing to a namesake: an object with another uid than the one that is meant. */
async function dropReferences(
  client: PlaneClient,
  key: ObjectKey,
  uid: string | undefined,
  dropped: readonly Pick<OwnerReference, 'uid'>[],
): Promise<void> {
  if (dropped.length === 0) return;
  const uids = new Set(dropped.map((reference) => reference.uid));
  await client.update(key, '', ({ metadata }) => {
    if (uid !== undefined && metadata.uid !== uid) return;
    const kept = (metadata.ownerReferences ?? []).filter((reference) => !uids.has(reference.uid));
    if (kept.length > 0) metadata.ownerReferences = kept;
    else delete metadata.ownerReferences;
  });
}

async function removeFinalizer(
  client: PlaneClient,
  key: ObjectKey,
  uid: string,
  finalizer: string,
): Promise<void> {
  await client.update(key, '', ({ metadata }) => {
    if (metadata.uid !== uid || metadata.deletionTimestamp === undefined) return;
    const kept = (metadata.finalizers ?? []).filter((name) => name !== finalizer);
    if (kept.length > 0) metadata.finalizers = kept;
    else delete metadata.finalizers;
  });
}
