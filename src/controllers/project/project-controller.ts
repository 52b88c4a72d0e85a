/**
 * Empties the control plane of a deleted project and frees its name. In order, each step safe to repeat:
 * namespaces are marked, so that nothing new is created; everything in and beside them is removed, finalizers
 * first; what is left of the namespaces goes; then the project's own finalizer. Keys carry the project's uid,
 * so a namesake begins with nothing.
 */
import { limits } from '../../apimachinery/limits.ts';
import { setCondition } from '../../apis/conditions.ts';
import { projectDefinition } from '../../apis/resourcemanager/v1alpha1/project/project-definition.ts';
import { projectFinalizer } from '../../apis/resourcemanager/v1alpha1/project/project-strategy.ts';
import type { PlaneClient, Removal } from '../../client/plane-client.ts';
import { must } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import { tenantOfProject } from '../../storage/keys.ts';
import type { ObjectKey, Store, TenantId } from '../../storage/store.ts';
import type { Controller } from '../runtime/controller.ts';
import { deletedObjects, markedByChange } from '../runtime/deleted-objects.ts';

const { group, resource } = projectDefinition.storage;
const namespaces = { group: '', resource: 'namespaces' };

export function projectController(store: Store, client: PlaneClient, clock: Clock): Controller {
  return {
    name: 'project',
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
  const project = client.get(key);
  if (project?.metadata.deletionTimestamp === undefined) return undefined;
  if (!(project.metadata.finalizers ?? []).includes(projectFinalizer)) return undefined;
  const tenant = tenantOfProject(key.name, must(project.metadata.uid, 'uid of a stored project'));
  const held = await emptyTenant(store, client, tenant);
  if (held.length > 0) {
    await client.update(key, 'status', (current) => {
      const message = `What finalizers hold in the control plane: ${held.join('; ')}.`;
      const generation = current.metadata.generation;
      setCondition(
        current,
        {
          type: 'ResourceCleanup',
          status: 'False',
          reason: 'CleanupAwaitingCompletion',
          message,
          ...(generation === undefined ? {} : { observedGeneration: generation }),
        },
        clock.now(),
      );
    });
    return limits.cleanupPollMs;
  }
  await client.update(key, '', (current) => {
    const { metadata } = current;
    metadata.finalizers = (metadata.finalizers ?? []).filter((name) => name !== projectFinalizer);
  });
  return undefined;
}

/** Removes what nothing holds; returns a phrase for each resource of which something is held. */
async function emptyTenant(store: Store, client: PlaneClient, tenant: TenantId): Promise<string[]> {
  const held: string[] = [];
  const note = (name: string, removal: Removal): void => {
    if (removal.held === 0) return;
    const finalizers = [...removal.finalizers.keys()].join(', ');
    held.push(`${removal.held} ${name} (${removal.examples.join(', ')}) by ${finalizers}`);
  };
  // Marks every namespace: from here on nothing can be created in them.
  await client.removeContents({ tenant, ...namespaces });
  for (const content of store.resourcesOf(tenant)) {
    if (content.group === namespaces.group && content.resource === namespaces.resource) continue;
    note(content.resource, await client.removeContents({ tenant, ...content }));
  }
  if (held.length > 0) return held;
  const rest = await client.removeContents({ tenant, ...namespaces, ignoresLifecycle: true });
  note(namespaces.resource, rest);
  if (held.length === 0 && store.resourcesOf(tenant).length > 0) held.push('objects written meanwhile');
  return held;
}
