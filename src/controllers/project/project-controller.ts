/**
 * Empties the control plane of a deleted project and frees its name. Nothing is created in it once the project is
 * marked (admission/project-lifecycle guards every create), so what is removed stays removed: objects in and
 * beside the namespaces first, finalizers before all; then the namespaces; then the project's own finalizer.
 * Each step is safe to repeat. Keys carry the project's uid, so a namesake begins with nothing.
 */
import { limits } from '../../apimachinery/limits.ts';
import { setCondition } from '../../apis/conditions.ts';
import { projectDefinition } from '../../apis/resourcemanager/v1alpha1/project/project-definition.ts';
import { projectFinalizer } from '../../apis/resourcemanager/v1alpha1/project/project-strategy.ts';
import type { PlaneClient, Removal } from '../../client/plane-client.ts';
import { must } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import { projectOfTenant, tenantOfPlatform, tenantOfProject } from '../../storage/keys.ts';
import type { Change, ObjectKey, Store, TenantId } from '../../storage/store.ts';
import type { Controller } from '../runtime/controller.ts';
import { deletedObjects, isOfMarked, markedByChange } from '../runtime/deleted-objects.ts';

const { group, resource } = projectDefinition.storage;
const namespaces = { group: '', resource: 'namespaces' };

export function projectController(store: Store, client: PlaneClient, clock: Clock): Controller {
  return {
    name: 'project',
    workers: 4,
    watches: [{ group, resource, keysOf: markedByChange }],
    follows: projectOfMarked,
    initial: () => deletedObjects(store, group, resource),
    reconcile: (key, signal) => reconcile(store, client, clock, key, signal),
  };
}

/** A deleted project waits for the objects in its control plane that were marked with it. */
function projectOfMarked(change: Change): readonly ObjectKey[] {
  const name = projectOfTenant(change.key.tenant);
  if (name === undefined || !isOfMarked(change)) return [];
  return [{ tenant: tenantOfPlatform, group, resource, namespace: '', name }];
}

async function reconcile(
  store: Store,
  client: PlaneClient,
  clock: Clock,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<number | undefined> {
  const project = client.get(key);
  if (project?.metadata.deletionTimestamp === undefined) return undefined;
  if (!(project.metadata.finalizers ?? []).includes(projectFinalizer)) return undefined;
  const tenant = tenantOfProject(key.name, must(project.metadata.uid, 'uid of a stored project'));
  const { held, isComplete } = await emptyTenant(store, client, tenant, signal);
  if (!isComplete) return limits.retryMsMin;
  if (held.length > 0) {
    await reportHeld(client, key, held, clock.now());
    return undefined;
  }
  await client.update(key, '', ({ metadata }) => {
    metadata.finalizers = (metadata.finalizers ?? []).filter((name) => name !== projectFinalizer);
  });
  return undefined;
}

interface Emptying {
  /** A phrase for each resource of which something is held. */
  readonly held: readonly string[];
  /** Nothing is there but what is held. */
  readonly isComplete: boolean;
}

async function emptyTenant(
  store: Store,
  client: PlaneClient,
  tenant: TenantId,
  signal: AbortSignal,
): Promise<Emptying> {
  const held: string[] = [];
  const defaults = new Set<string>();
  let isComplete = true;
  const note = (name: string, removal: Removal): void => {
    isComplete = isComplete && removal.isComplete;
    if (removal.held === 0) return;
    for (const namespace of removal.namespaces) defaults.add(namespace);
    const finalizers = [...removal.finalizers.keys()].sort().join(', ');
    held.push(`${removal.held} ${name} (${removal.examples.join(', ')}) by ${finalizers}`);
  };
  for (const content of store.resourcesOf(tenant)) {
    if (content.group === namespaces.group && content.resource === namespaces.resource) continue;
    note(content.resource, await client.removeContents({ tenant, ...content, signal }));
  }
  if (held.length > 0) {
    // Whoever is to let go may look at the namespace for a reason, as when it is deleted alone.
    const marking = await client.removeContents({ tenant, ...namespaces, defaults, signal });
    return { held, isComplete: isComplete && marking.isComplete };
  }
  if (!isComplete) return { held, isComplete };
  note('namespaces', await client.removeContents({ tenant, ...namespaces, ignoresLifecycle: true, signal }));
  return { held, isComplete: isComplete && (held.length > 0 || store.resourcesOf(tenant).length === 0) };
}

async function reportHeld(
  client: PlaneClient,
  key: ObjectKey,
  held: readonly string[],
  nowMs: number,
): Promise<void> {
  await client.update(key, 'status', (project) => {
    const { generation } = project.metadata;
    setCondition(
      project,
      {
        type: 'ResourceCleanup',
        status: 'False',
        reason: 'CleanupAwaitingCompletion',
        message: `What finalizers hold in the control plane: ${held.join('; ')}.`,
        ...(generation === undefined ? {} : { observedGeneration: generation }),
      },
      nowMs,
    );
  });
}
