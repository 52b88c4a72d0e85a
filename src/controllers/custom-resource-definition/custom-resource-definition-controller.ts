/**
 * Lets a deleted CustomResourceDefinition go once its objects are gone: those of its own control plane, and of one of
 * the platform's those of every project that it was given to. Finalizers of the objects hold, and so hold the
 * definition, which serves them until then. What depends on the objects has a while to go with them: whoever collects it
 * must be able to tell that they are gone. Looks again at names that were taken when one that had them is gone.
 */
import { deepEqual } from '../../apimachinery/equality.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import type { CustomSpec } from '../../apimachinery/structural/custom-kind.ts';
import {
  customResourceDefinitionDefinition,
  placeOfDefinition,
  waitingNamesIndex,
} from '../../apis/apiextensions/v1/customresourcedefinition/custom-resource-definition-definition.ts';
import { customResourceCleanupFinalizer } from '../../apis/apiextensions/v1/customresourcedefinition/custom-resource-definition-strategy.ts';
import { findCondition, setCondition } from '../../apis/conditions.ts';
import type { PlaneClient } from '../../client/plane-client.ts';
import type { Clock } from '../../lib/clock.ts';
import { ownerKindIndex, ownerKindValue } from '../../storage/index-names.ts';
import { tenantOfPlatform } from '../../storage/keys.ts';
import { fieldsOf, isDeleting } from '../../storage/record.ts';
import { indexedKeys, tenantsWith } from '../../storage/scans.ts';
import type { Change, ObjectKey, Store, TenantId } from '../../storage/store.ts';
import type { Controller } from '../runtime/controller.ts';
import { deletedObjects, isOfMarked } from '../runtime/deleted-objects.ts';

const { group, resource } = customResourceDefinitionDefinition.storage;

interface Parts {
  readonly store: Store;
  readonly client: PlaneClient;
  readonly clock: Clock;
}

export function customResourceDefinitionController(
  store: Store,
  client: PlaneClient,
  clock: Clock,
): Controller {
  const parts = { store, client, clock };
  return {
    name: 'custom-resource-definition',
    workers: 4,
    watches: [{ group, resource, keysOf: changed }],
    follows: (change) => definitionOfMarked(store, change),
    initial: () => deletedObjects(store, group, resource),
    reconcile: (key, signal) => reconcile(parts, key, signal),
  };
}

/** A definition that is marked, or that may have set names free: it is gone, has others, or is seen elsewhere. */
function changed({ key, record, previous }: Change): readonly ObjectKey[] {
  if (record === undefined || isDeleting(record)) return [key];
  if (previous === undefined) return [];
  return deepEqual(fieldsOf(previous.record), fieldsOf(record)) ? [] : [key];
}

/** A deleted definition waits for the objects that were marked with it. */
function definitionOfMarked(store: Store, change: Change): readonly ObjectKey[] {
  if (!isOfMarked(change)) return [];
  const { tenant, group: of, resource: plural } = change.key;
  return [tenant, tenantOfPlatform].flatMap((definer) => {
    const key = { tenant: definer, ...placeOfDefinition({ group: of, resource: plural }) };
    const stored = of === '' ? undefined : store.get(key);
    return stored !== undefined && isDeleting(stored.record) ? [key] : [];
  });
}

async function reconcile(parts: Parts, key: ObjectKey, signal: AbortSignal): Promise<number | undefined> {
  const crd = parts.client.get(key);
  if (crd === undefined) {
    await acceptWaiting(parts, key.tenant);
    return undefined;
  }
  const { deletionTimestamp, finalizers = [] } = crd.metadata;
  if (deletionTimestamp === undefined) {
    await acceptWaiting(parts, key.tenant);
    return undefined;
  }
  if (!finalizers.includes(customResourceCleanupFinalizer)) return undefined;
  const { isComplete, held } = await removeInstances(parts, key.tenant, crd, signal);
  if (!isComplete) return limits.retryMsMin;
  if (held > 0) {
    await reportHeld(parts, key, held);
    return undefined;
  }
  if (await waitsForDependents(parts, key, crd)) return limits.retryMsMin;
  await parts.client.update(key, '', ({ metadata }) => {
    metadata.finalizers = (metadata.finalizers ?? []).filter(
      (name) => name !== customResourceCleanupFinalizer,
    );
  });
  return undefined;
}

async function removeInstances(
  { store, client }: Parts,
  definer: TenantId,
  { spec }: KubeObject,
  signal: AbortSignal,
): Promise<{ isComplete: boolean; held: number }> {
  const instances = { group: spec.group as string, resource: spec.names.plural as string };
  let held = 0;
  let isComplete = true;
  for (const tenant of definer === tenantOfPlatform ? tenantsWith(store, instances) : [definer]) {
    // What a project has defined itself is none of the platform's.
    if (tenant !== definer && store.get({ tenant, ...placeOfDefinition(instances) }) !== undefined) continue;
    const removal = await client.removeContents({ tenant, ...instances, signal });
    held += removal.held;
    isComplete = isComplete && removal.isComplete;
    if (signal.aborted) return { isComplete: false, held };
  }
  return { isComplete, held };
}

/** Since when it has no objects, the definition itself says, where that matters. */
async function waitsForDependents(
  { store, client, clock }: Parts,
  key: ObjectKey,
  crd: KubeObject,
): Promise<boolean> {
  if (!hasDependents(store, key.tenant, crd)) return false;
  const said = findCondition(crd, 'Terminating');
  if (said?.status === 'False')
    return clock.now() - Date.parse(said.lastTransitionTime) < limits.dependentsWaitMs;
  await client.update(key, 'status', (current) =>
    setCondition(
      current,
      {
        type: 'Terminating',
        status: 'False',
        reason: 'InstanceDeletionCompleted',
        message: 'removed all instances',
      },
      clock.now(),
    ),
  );
  return true;
}

/** Whether anything refers to an object of the kind as its owner, and is not on its way out. */
function hasDependents(store: Store, definer: TenantId, { spec }: KubeObject): boolean {
  const { group: of, names } = spec as CustomSpec;
  const value = ownerKindValue({ group: of, kind: names.kind });
  const definedAt = placeOfDefinition({ group: of, resource: names.plural });
  const tenant = definer === tenantOfPlatform ? undefined : definer;
  for (const key of indexedKeys(store, { name: ownerKindIndex, value, tenant })) {
    // What a project has defined itself is none of the platform's.
    if (key.tenant !== definer && store.get({ tenant: key.tenant, ...definedAt }) !== undefined) continue;
    const stored = store.get(key);
    if (stored !== undefined && !isDeleting(stored.record)) return true;
  }
  return false;
}

async function reportHeld({ client, clock }: Parts, key: ObjectKey, held: number): Promise<void> {
  await client.update(key, 'status', (crd) =>
    setCondition(
      crd,
      {
        type: 'Terminating',
        status: 'True',
        reason: 'InstanceDeletionPending',
        message: `${held} of its objects are held by finalizers`,
      },
      clock.now(),
    ),
  );
}

/** A write that changes nothing has names accepted anew (admission/custom-resources). What the platform frees, all may have. */
async function acceptWaiting({ store, client }: Parts, freedIn: TenantId): Promise<void> {
  const tenant = freedIn === tenantOfPlatform ? undefined : freedIn;
  for (const key of [...indexedKeys(store, { ...waitingNamesIndex, tenant })])
    await client.update(key, '', () => {});
}
