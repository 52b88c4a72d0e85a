/**
 * Lets go of deleted organizations and folders once nothing is under them. Admission refuses to delete a parent
 * with children; this waits for one that was written between that check and the deletion mark, after which no
 * child can be added. An organization's namespace goes first.
 */
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
  organizationOfNamespace,
} from '../../apis/resourcemanager/v1alpha1/organization/organization-strategy.ts';
import { projectDefinition } from '../../apis/resourcemanager/v1alpha1/project/project-definition.ts';
import type { PlaneClient } from '../../client/plane-client.ts';
import { tenantOfPlatform } from '../../storage/keys.ts';
import { indexesOf } from '../../storage/record.ts';
import type { Change, ObjectKey, Store } from '../../storage/store.ts';
import type { Controller, KeysOf, WatchedResource } from '../runtime/controller.ts';
import { deletedObjects, markedByChange } from '../runtime/deleted-objects.ts';

interface ParentOptions {
  readonly kind: ParentKind;
  readonly storage: { readonly group: string; readonly resource: string };
  readonly finalizer: string;
  /** The namespace that goes with it, and back. */
  readonly namespace?: {
    nameOf(parent: string): string;
    parentOf(namespace: string): string | undefined;
  };
}

const organization: ParentOptions = {
  kind: 'Organization',
  storage: organizationDefinition.storage,
  finalizer: organizationFinalizer,
  namespace: { nameOf: organizationNamespace, parentOf: organizationOfNamespace },
};
const folder: ParentOptions = {
  kind: 'Folder',
  storage: folderDefinition.storage,
  finalizer: folderFinalizer,
};
const namespaces = { group: '', resource: 'namespaces' };

export function organizationController(store: Store, client: PlaneClient): Controller {
  return parentController(store, client, organization);
}

export function folderController(store: Store, client: PlaneClient): Controller {
  return parentController(store, client, folder);
}

function parentController(store: Store, client: PlaneClient, options: ParentOptions): Controller {
  const { group, resource } = options.storage;
  const left = parentsLeft(options);
  const watches: WatchedResource[] = [
    { group, resource, keysOf: markedByChange },
    { ...folderDefinition.storage, keysOf: left },
    { ...projectDefinition.storage, keysOf: left },
  ];
  if (options.namespace !== undefined) {
    watches.push({ ...namespaces, keysOf: parentOfGoneNamespace(options, options.namespace) });
  }
  return {
    name: options.kind.toLowerCase(),
    workers: 1,
    watches,
    initial: () => deletedObjects(store, group, resource),
    reconcile: (key) => reconcile(store, client, options, key),
  };
}

/** The parent that a child was under and no longer is, read from the records' headers. */
function parentsLeft({ kind, storage }: ParentOptions): KeysOf {
  const prefix = childrenIndexValue({ kind, name: '' });
  const parentsIn = (record: Buffer): string[] =>
    indexesOf(record)
      .filter(({ name, value }) => name === childrenIndexName && value.startsWith(prefix))
      .map(({ value }) => value.slice(prefix.length));
  return ({ record, previous }: Change) => {
    if (previous === undefined) return [];
    const still = record === undefined ? [] : parentsIn(record);
    const gone = parentsIn(previous.record).filter((name) => !still.includes(name));
    return gone.map((name) => keyOn(storage, name));
  };
}

function parentOfGoneNamespace(
  { storage }: ParentOptions,
  { parentOf }: NonNullable<ParentOptions['namespace']>,
): KeysOf {
  return ({ key, record }: Change) => {
    const name = key.tenant === tenantOfPlatform && record === undefined ? parentOf(key.name) : undefined;
    return name === undefined ? [] : [keyOn(storage, name)];
  };
}

async function reconcile(
  store: Store,
  client: PlaneClient,
  { kind, finalizer, namespace }: ParentOptions,
  key: ObjectKey,
): Promise<undefined> {
  const parent = client.get(key);
  if (parent?.metadata.deletionTimestamp === undefined) return;
  if (!(parent.metadata.finalizers ?? []).includes(finalizer)) return;
  const value = childrenIndexValue({ kind, name: key.name });
  const children = store.index({ name: childrenIndexName, value, tenant: tenantOfPlatform, maxEntries: 1 });
  if (children.length > 0) return;
  if (namespace !== undefined) {
    const own = keyOn(namespaces, namespace.nameOf(key.name));
    await client.delete(own);
    if (client.get(own) !== undefined) return;
  }
  await client.update(key, '', ({ metadata }) => {
    metadata.finalizers = (metadata.finalizers ?? []).filter((name) => name !== finalizer);
  });
}

function keyOn({ group, resource }: { group: string; resource: string }, name: string): ObjectKey {
  return { tenant: tenantOfPlatform, group, resource, namespace: '', name };
}
