/**
 * Empties namespaces that are being deleted, then lets them go. Watches namespaces of all control planes; a
 * namespace at rest costs nothing, and one that finalizers hold costs nothing until one of them lets go. Which
 * objects are in it is read from the counters and key ranges on disk.
 */

import { limits } from '../../apimachinery/limits.ts';
import type { PlaneClient, Removal } from '../../client/plane-client.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Change, ObjectKey, Store } from '../../storage/store.ts';
import type { Controller } from '../runtime/controller.ts';
import { deletedObjects, isOfMarked, markedByChange } from '../runtime/deleted-objects.ts';
import { setContentConditions } from './content-conditions.ts';

const group = '';
const resource = 'namespaces';
const finalizer = 'kubernetes';

export function namespaceController(store: Store, client: PlaneClient, clock: Clock): Controller {
  return {
    name: 'namespace',
    workers: 4,
    watches: [{ group, resource, keysOf: markedByChange }],
    follows: namespaceOfMarked,
    initial: () => deletedObjects(store, group, resource),
    reconcile: (key, signal) => reconcile(store, client, clock, key, signal),
  };
}

/** A deleted namespace waits for the objects that were marked with it. */
function namespaceOfMarked(change: Change): readonly ObjectKey[] {
  const { tenant, namespace } = change.key;
  if (namespace === '' || !isOfMarked(change)) return [];
  return [{ tenant, group, resource, namespace: '', name: namespace }];
}

async function reconcile(
  store: Store,
  client: PlaneClient,
  clock: Clock,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<number | undefined> {
  const namespace = client.get(key);
  if (namespace?.metadata.deletionTimestamp === undefined) return undefined;
  const finalizers: string[] = namespace.spec?.finalizers ?? [];
  if (!finalizers.includes(finalizer)) return undefined;

  const remaining = new Map<string, Removal>();
  let isComplete = true;
  for (const { group, resource } of store.resourcesOf(key.tenant)) {
    const scope = { tenant: key.tenant, group, resource, namespace: key.name, signal };
    const removal = await client.removeContents(scope);
    isComplete = isComplete && removal.isComplete;
    if (removal.held > 0) remaining.set(group === '' ? `${resource}.` : `${resource}.${group}`, removal);
  }
  if (!isComplete) return limits.retryMsMin;
  const isHeld = remaining.size > 0;
  // What other finalizers hold stays visible, and must not say that content remains when none does.
  if (isHeld || (namespace.metadata.finalizers ?? []).length > 0) {
    await client.update(key, 'status', (current) => setContentConditions(current, remaining, clock.now()));
  }
  if (isHeld) return undefined;
  await client.update(key, 'finalize', (current) => {
    const kept = (current.spec?.finalizers ?? []).filter((name: string) => name !== finalizer);
    current.spec = { ...current.spec, finalizers: kept };
  });
  return undefined;
}
