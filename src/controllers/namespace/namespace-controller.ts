/**
 * Empties namespaces that are being deleted, then lets them go. Watches namespaces of all control planes; a
 * namespace at rest costs nothing. Which objects are in it is read from the counters and key ranges on disk.
 */

import { limits } from '../../apimachinery/limits.ts';
import type { PlaneClient, Removal } from '../../client/plane-client.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ObjectKey, Store } from '../../storage/store.ts';
import type { Controller } from '../runtime/controller.ts';
import { deletedObjects, markedByChange } from '../runtime/deleted-objects.ts';
import { setContentConditions } from './content-conditions.ts';

const group = '';
const resource = 'namespaces';
const finalizer = 'kubernetes';

export function namespaceController(store: Store, client: PlaneClient, clock: Clock): Controller {
  return {
    name: 'namespace',
    workers: 4,
    watches: [{ group, resource, keysOf: markedByChange }],
    initial: () => deletedObjects(store, group, resource),
    reconcile: (key) => reconcile(store, client, clock, key),
  };
}

async function reconcile(
  store: Store,
  client: PlaneClient,
  clock: Clock,
  key: ObjectKey,
): Promise<number | undefined> {
  const namespace = client.get(key);
  if (namespace?.metadata.deletionTimestamp === undefined) return undefined;
  const finalizers: string[] = namespace.spec?.finalizers ?? [];
  if (!finalizers.includes(finalizer)) return undefined;

  const remaining = new Map<string, Removal>();
  for (const { group, resource } of store.resourcesOf(key.tenant)) {
    const removal = await client.removeContents({ tenant: key.tenant, group, resource, namespace: key.name });
    if (removal.held > 0) remaining.set(group === '' ? `${resource}.` : `${resource}.${group}`, removal);
  }
  if (remaining.size > 0) {
    await client.update(key, 'status', (current) => setContentConditions(current, remaining, clock.now()));
    return limits.cleanupPollMs;
  }
  await client.update(key, 'finalize', (current) => {
    const kept = (current.spec?.finalizers ?? []).filter((name: string) => name !== finalizer);
    current.spec = { ...current.spec, finalizers: kept };
  });
  return undefined;
}
