/**
 * The shape of Organization → Folder → Project that one object alone cannot show: bounded depth, no cycles, no
 * move between organizations, no parent deleted from above its children. What was walked is guarded by the
 * write's batch. Says which organization a project under folders belongs to.
 */
import { forbidden as forbiddenField, invalidValue } from '../../apimachinery/field-error.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { conflict, invalid } from '../../apimachinery/status.ts';
import {
  childrenIndexName,
  childrenIndexValue,
  type ParentKind,
  type ParentRef,
  parentOf,
  parentReferences,
  resourceManagerGroup,
  resourceManagerVersion,
} from '../../apis/resourcemanager/v1alpha1/hierarchy.ts';
import { organizationNameLabel } from '../../apis/resourcemanager/v1alpha1/project/project-strategy.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../../registry/admission.ts';
import { tenantOfPlatform } from '../../storage/keys.ts';
import { parseRecord } from '../../storage/record.ts';
import type { Guard, ObjectKey, Store } from '../../storage/store.ts';

type Field = 'ownerRef' | 'parentRef';
const parentFields: Readonly<Record<string, Field>> = { Project: 'ownerRef', Folder: 'parentRef' };
const parentKinds = new Set<string>(['Organization', 'Folder'] satisfies ParentKind[]);

export function hierarchy(store: Store): AdmissionPlugin {
  return {
    name: 'Hierarchy',
    admit(request) {
      const { definition, operation, subresource, object, old } = request;
      if (definition.group !== resourceManagerGroup || subresource !== '') return [];
      if (operation === 'delete') return refuseWithChildren(store, request);
      const field = parentFields[definition.kind];
      if (field === undefined) return [];
      const isInPlace = old !== undefined && sameParent(parentOf(object, field), parentOf(old, field));
      return isInPlace ? [] : placed(store, request, field);
    },
  };
}

function sameParent(a: ParentRef | undefined, b: ParentRef | undefined): boolean {
  return a?.kind === b?.kind && a?.name === b?.name;
}

function refuseWithChildren(store: Store, { definition, object }: AdmissionRequest): Guard[] {
  if (!parentKinds.has(definition.kind)) return [];
  const name = object.metadata.name ?? '';
  const value = childrenIndexValue({ kind: definition.kind as ParentKind, name });
  const [child] = store.index({ name: childrenIndexName, value, tenant: tenantOfPlatform, maxEntries: 1 });
  if (child === undefined) return [];
  const kind = definition.kind.toLowerCase();
  throw conflict(
    definition,
    name,
    `the ${kind} still has children, ${child.resource} "${child.name}" among them; delete or move them first`,
  );
}

/** Checks the way up from a new or moved object, and names the organization of a project. */
function placed(store: Store, request: AdmissionRequest, field: Field): Guard[] {
  const { definition, object, old } = request;
  const refuse = (error: ReturnType<typeof invalidValue>): never => {
    const gvk = { group: resourceManagerGroup, version: resourceManagerVersion, kind: definition.kind };
    throw invalid(gvk, object.metadata.name ?? '', [error]);
  };
  const path = `spec.${field}`;
  const guards: Guard[] = [];
  let depth = definition.kind === 'Folder' ? 1 : 0;
  let parent = parentOf(object, field);
  while (parent?.kind === 'Folder') {
    if (definition.kind === 'Folder' && parent.name === object.metadata.name) {
      refuse(invalidValue(path, parentOf(object, field)?.name, 'a folder may not lie inside itself'));
    }
    depth += 1;
    if (depth > limits.folderDepth) {
      refuse(forbiddenField(path, `folders may be nested ${limits.folderDepth} deep at most`));
    }
    const key = keyOfParent(parent);
    const stored = store.get(key);
    // A missing parent is reported by the engine, which checks the object's references.
    if (stored === undefined) return guards;
    guards.push({ kind: 'guard', key, expect: stored.revision });
    parent = parentOf(parseRecord(stored.record, stored.revision), 'parentRef');
  }
  if (definition.kind === 'Folder') {
    const below = heightBelow(store, object.metadata.name ?? '');
    if (depth + below > limits.folderDepth) {
      refuse(forbiddenField(path, `folders may be nested ${limits.folderDepth} deep at most`));
    }
  }
  // A reference without the shape of one: the schema says what is wrong with it.
  if (parent === undefined) return guards;
  const before = old === undefined ? parent.name : organizationOf(store, old, field);
  if (before !== parent.name) {
    const kind = definition.kind.toLowerCase();
    refuse(forbiddenField(path, `a ${kind} may not leave its organization "${before ?? ''}"`));
  }
  if (definition.kind === 'Project') nameOrganization(object, parent.name);
  return guards;
}

/** On the label a client may rely: what it says itself is not believed. */
function nameOrganization(object: KubeObject, organization: string): void {
  object.metadata.labels = { ...object.metadata.labels, [organizationNameLabel]: organization };
}

/**
 * Not guarded: folders move, but never out of their organization. Undefined when a folder of the way up is gone.
 * The way may be longer than the limit: a folder made in the moment in which one above it moves is not counted.
 */
function organizationOf(store: Store, object: KubeObject, field: Field): string | undefined {
  let parent = parentOf(object, field);
  for (let depth = 0; parent?.kind === 'Folder' && depth < 2 * limits.folderDepth; depth++) {
    const stored = store.get(keyOfParent(parent));
    parent = stored && parentOf(parseRecord(stored.record, stored.revision), 'parentRef');
  }
  return parent?.kind === 'Organization' ? parent.name : undefined;
}

/** Levels of folders below a folder. Bounded by the depth limit, which held when each was placed. */
function heightBelow(store: Store, name: string): number {
  let level = [name];
  for (let height = 0; ; height++) {
    const next = level.flatMap((folder) => folderChildren(store, folder));
    if (next.length === 0 || height >= limits.folderDepth) return height;
    level = next;
  }
}

function folderChildren(store: Store, name: string): string[] {
  const value = childrenIndexValue({ kind: 'Folder', name });
  return store
    .index({ name: childrenIndexName, value, tenant: tenantOfPlatform, maxEntries: limits.indexEntries })
    .filter((key) => key.resource === 'folders')
    .map((key) => key.name);
}

function keyOfParent(parent: ParentRef): ObjectKey {
  const [reference] = parentReferences(
    { apiVersion: '', kind: '', metadata: {}, spec: { parentRef: parent } },
    'parentRef',
  );
  return {
    tenant: tenantOfPlatform,
    group: resourceManagerGroup,
    resource: reference?.definition.resource ?? '',
    namespace: '',
    name: parent.name,
  };
}
