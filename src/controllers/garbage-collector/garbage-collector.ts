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
 * that is not served owns nothing that could be judged, so its dependents stay, and are looked at again when it is
 * defined, or the platform's definition of it comes into sight: an index leads from the kind to them.
 */
import { foregroundFinalizer, orphanFinalizer } from '../../apimachinery/deletion-policy.ts';
import { deepEqual } from '../../apimachinery/equality.ts';
import type { GroupResource } from '../../apimachinery/gvk.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import {
  customResourceDefinitionDefinition,
  resourceDefinedAt,
} from '../../apis/apiextensions/v1/customresourcedefinition/custom-resource-definition-definition.ts';
import { discoveryContextPolicyDefinition } from '../../apis/discovery/v1alpha1/discoverycontextpolicy/discovery-context-policy-definition.ts';
import type { PlaneClient } from '../../client/plane-client.ts';
import { foregroundIndex, ownerIndex, ownerValue } from '../../storage/index-names.ts';
import { tenantOfPlatform } from '../../storage/keys.ts';
import { fieldsOf, indexesOf, isDeleting, uidOf } from '../../storage/record.ts';
import { allEntries } from '../../storage/scans.ts';
import type { Change, ObjectKey, Store, TenantId } from '../../storage/store.ts';
import type { Controller } from '../runtime/controller.ts';
import { deletedObjects } from '../runtime/deleted-objects.ts';
import { recentlyWoken } from '../runtime/recent-changes.ts';
import { awaitDependents, type Collecting, orphanDependents, settleDependent } from './collection.ts';
import {
  type DependentsOfKind,
  firstDependent,
  visitDependents,
  visitDependentsOfKind,
} from './dependents.ts';
import { type FindKind, ownersOf } from './owners.ts';

const definitions = customResourceDefinitionDefinition.storage;
const contextPolicies = discoveryContextPolicyDefinition.storage;
const isOf = (key: ObjectKey, { group, resource }: GroupResource): boolean =>
  key.group === group && key.resource === resource;

export interface GarbageCollectorOptions {
  readonly findKind: FindKind;
  /** The kind of a resource that a control plane defines or is given; undefined where it has none. */
  kindOf(tenant: TenantId, resource: GroupResource): string | undefined;
  /** Every resource that is stored. */
  resources(): Iterable<GroupResource>;
}

export function garbageCollector(
  store: Store,
  client: PlaneClient,
  { findKind, kindOf, resources }: GarbageCollectorOptions,
): Controller {
  const collecting: Collecting = { store, client, findKind };
  /** Undefined where it brings none that is served. */
  const kindAt: KindAt = ({ tenant, name }) => {
    const resource = resourceDefinedAt(name);
    const kind = kindOf(tenant, resource);
    return kind === undefined ? undefined : { group: resource.group, kind };
  };
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
    async reconcile(key, signal) {
      let isSettled = await reconcile(collecting, swept, key, signal);
      for (const definition of definitionsOf(store, key)) {
        const kind = kindAt(definition);
        if (kind === undefined || signal.aborted) continue;
        const tenant = key.tenant === tenantOfPlatform ? undefined : key.tenant;
        isSettled = (await lookAgain(collecting, swept, { ...kind, tenant }, signal)) && isSettled;
      }
      return isSettled ? undefined : limits.retryMsMin;
    },
  };
}

type KindAt = (definition: ObjectKey) => { readonly group: string; readonly kind: string } | undefined;

/** The definitions that a key is about: itself, or all that the platform has where a policy says who sees them. */
function* definitionsOf(store: Store, key: ObjectKey): Iterable<ObjectKey> {
  if (isOf(key, definitions)) yield key;
  else if (isOf(key, contextPolicies)) {
    const { group, resource } = definitions;
    for (const entry of allEntries(store, { tenant: tenantOfPlatform, group, resource })) yield entry.key;
  }
}

/** What depends on owners of a kind can be judged, now that the kind is served. False when it lost a race. */
async function lookAgain(
  collecting: Collecting,
  swept: Set<string>,
  dependents: DependentsOfKind,
  signal: AbortSignal,
): Promise<boolean> {
  const { store, client, findKind } = collecting;
  let isSettled = true;
  await visitDependentsOfKind(store, dependents, signal, async (key) => {
    const object = client.get(key);
    if (object === undefined || ownersOf(store, findKind, key, object).absent.length === 0) return undefined;
    isSettled = (await settle(collecting, swept, key, object, signal)) && isSettled;
    return undefined;
  });
  return isSettled;
}

async function reconcile(
  collecting: Collecting,
  swept: Set<string>,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<boolean> {
  const object = collecting.client.get(key);
  if (object === undefined) return true;
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  let isSettled = true;
  if (deletionTimestamp !== undefined) {
    if (finalizers.includes(orphanFinalizer)) await orphanDependents(collecting, key, object, signal);
    else if (finalizers.includes(foregroundFinalizer)) {
      isSettled = await awaitDependents(collecting, key, object, signal);
    }
  }
  return (await settle(collecting, swept, key, object, signal)) && isSettled;
}

/** What its owners want of an object, and with it of all that have an owner that is gone. */
async function settle(
  collecting: Collecting,
  swept: Set<string>,
  key: ObjectKey,
  object: KubeObject,
  signal: AbortSignal,
): Promise<boolean> {
  const { absent } = ownersOf(collecting.store, collecting.findKind, key, object);
  const own = settleDependent(collecting, key);
  let isSettled = true;
  // It is one of several: what becomes of the others must not wait for it to succeed.
  const rest = absent.map(({ uid }) => sweep(collecting, swept, key.tenant, uid, signal));
  for (const outcome of await Promise.allSettled([own, ...rest])) {
    if (outcome.status === 'rejected') throw outcome.reason;
    isSettled = outcome.value && isSettled;
  }
  return isSettled;
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
  if (changesKinds({ key, record, previous })) woken.push(key);
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

/** Kinds may be served from now on: of a definition, headers say what serving reads of it. */
function changesKinds({ key, record, previous }: Pick<Change, 'key' | 'record' | 'previous'>): boolean {
  if (isOf(key, contextPolicies)) return true;
  if (!isOf(key, definitions)) return false;
  const fields = [record, previous?.record].map((state) => (state === undefined ? {} : fieldsOf(state)));
  return !deepEqual(fields[0], fields[1]);
}

function ownerValuesOf(record: Buffer): string[] {
  const values: string[] = [];
  for (const { name, value } of indexesOf(record)) if (name === ownerIndex) values.push(value);
  return values;
}
