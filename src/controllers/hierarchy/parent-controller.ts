/**
 * Lets go of deleted organizations and folders once nothing is under them. Admission refuses to delete a parent
 * with children; this closes the moment between that check and the deletion mark, after which no child can be
 * added. An organization's namespace goes first.
 */
import { limits } from '../../apimachinery/limits.ts';
import { folderDefinition } from '../../apis/resourcemanager/v1alpha1/folder/folder-definition.ts';
import { folderFinalizer } from '../../apis/resourcemanager/v1alpha1/folder/folder-strategy.ts';
import {
  childrenIndexName,
  childrenIndexValue,
  type ParentKind,
} from '../../apis/resourcemanager/v1alpha1/hierarchy.ts';
import { organizationDefinition } from '../../apis/resourcemanager/v1alpha1/organization/organization-definition.ts';
import {
  organizationFinalizer,
  organizationNamespace,
} from '../../apis/resourcemanager/v1alpha1/organization/organization-strategy.ts';
import type { PlaneClient } from '../../client/plane-client.ts';
import { tenantOfPlatform } from '../../storage/keys.ts';
import type { ObjectKey, Store } from '../../storage/store.ts';
import type { Controller } from '../runtime/controller.ts';
import { deletedObjects, markedByChange } from '../runtime/deleted-objects.ts';

export function organizationController(store: Store, client: PlaneClient): Controller {
  return parentController(store, client, {
    kind: 'Organization',
    storage: organizationDefinition.storage,
    finalizer: organizationFinalizer,
    namespace: organizationNamespace,
  });
}

export function folderController(store: Store, client: PlaneClient): Controller {
  return parentController(store, client, {
    kind: 'Folder',
    storage: folderDefinition.storage,
    finalizer: folderFinalizer,
  });
}

interface ParentOptions {
  readonly kind: ParentKind;
  readonly storage: { readonly group: string; readonly resource: string };
  readonly finalizer: string;
  /** The namespace that goes with it. */
  readonly namespace?: (name: string) => string;
}

function parentController(store: Store, client: PlaneClient, options: ParentOptions): Controller {
  const { group, resource } = options.storage;
  return {
    name: options.kind.toLowerCase(),
    workers: 1,
    watches: [{ group, resource, keysOf: markedByChange }],
    initial: () => deletedObjects(store, group, resource),
    reconcile: (key) => reconcile(store, client, options, key),
  };
}

async function reconcile(
  store: Store,
  client: PlaneClient,
  { kind, finalizer, namespace }: ParentOptions,
  key: ObjectKey,
): Promise<number | undefined> {
  const parent = client.get(key);
  if (parent?.metadata.deletionTimestamp === undefined) return undefined;
  if (!(parent.metadata.finalizers ?? []).includes(finalizer)) return undefined;
  const value = childrenIndexValue({ kind, name: key.name });
  const children = store.index({ name: childrenIndexName, value, tenant: tenantOfPlatform, maxEntries: 1 });
  if (children.length > 0) return limits.cleanupPollMs;
  if (namespace !== undefined) {
    const own: ObjectKey = {
      tenant: tenantOfPlatform,
      group: '',
      resource: 'namespaces',
      namespace: '',
      name: namespace(key.name),
    };
    await client.delete(own);
    if (client.get(own) !== undefined) return limits.namespacePollMs;
  }
  await client.update(key, '', ({ metadata }) => {
    metadata.finalizers = (metadata.finalizers ?? []).filter((name) => name !== finalizer);
  });
  return undefined;
}
