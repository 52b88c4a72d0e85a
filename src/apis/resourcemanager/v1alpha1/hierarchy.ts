/**
 * What the kinds of the hierarchy share: their API group, the reference from a child to its parent, and the index
 * that finds the children of a parent. Depth, cycles and whether a parent exists need other objects: the engine
 * checks those.
 */
import type { KubeObject } from '../../../apimachinery/object-meta.ts';
import type {
  ColumnDefinition,
  IndexDefinition,
  Reference,
} from '../../../apimachinery/resource-definition.ts';
import { enumeration, object, required, string } from '../../../apimachinery/schema/schema.ts';

export const resourceManagerGroup = 'resourcemanager.miloapis.com';
export const resourceManagerVersion = 'v1alpha1';
export const resourceManagerApiVersion = `${resourceManagerGroup}/${resourceManagerVersion}`;
/** OpenAPI component names: the group backwards, then version and type. */
export const componentName = (type: string): string => `com.miloapis.resourcemanager.v1alpha1.${type}`;

/** Where people's tools look for a name to show. */
const displayNameAnnotation = 'kubernetes.io/display-name';
export const displayNameColumn: ColumnDefinition = {
  name: 'Display Name',
  type: 'string',
  description: `The annotation ${displayNameAnnotation}.`,
  value: (object) => object.metadata.annotations?.[displayNameAnnotation],
};

/** The kinds that may have children, with the resource each is stored as. */
const parentResources = { Organization: 'organizations', Folder: 'folders' } as const;
export type ParentKind = keyof typeof parentResources;
export interface ParentRef {
  readonly kind: ParentKind;
  readonly name: string;
}
const parentKinds = ['Organization', 'Folder'] as const;

export const parentRefSchema = (type: string, description: string) =>
  object(
    {
      kind: required(0, enumeration(parentKinds), 'Organization or Folder.'),
      name: required(0, string({ minLength: 1 }), 'The name of that organization or folder.'),
    },
    { name: componentName(type), description },
  );

/** The parent in a spec field, if it has the shape of one; the schema reports what has not. */
export function parentOf(object: KubeObject, field: 'ownerRef' | 'parentRef'): ParentRef | undefined {
  const ref = object.spec?.[field];
  const isParent = Object.hasOwn(parentResources, ref?.kind ?? '') && typeof ref.name === 'string';
  return isParent && ref.name !== '' ? ref : undefined;
}

/** The parent must exist, undeleted, when the child is written. */
export function parentReferences(object: KubeObject, field: 'ownerRef' | 'parentRef'): Reference[] {
  const parent = parentOf(object, field);
  if (parent === undefined) return [];
  const definition = { group: resourceManagerGroup, resource: parentResources[parent.kind] };
  return [{ definition, namespace: '', name: parent.name, field: `spec.${field}` }];
}

/** Children by parent. Deletion protection and the walk through the hierarchy look it up on the platform. */
export const childrenIndexName = 'children';
export const childrenIndexValue = (parent: ParentRef): string => `${parent.kind}/${parent.name}`;
export function childrenIndex(field: 'ownerRef' | 'parentRef'): IndexDefinition {
  return {
    name: childrenIndexName,
    scope: 'tenant',
    values(object) {
      const parent = parentOf(object, field);
      return parent === undefined ? [] : [childrenIndexValue(parent)];
    },
  };
}

/** `Organization/acme`. */
export function parentColumn(
  name: string,
  field: 'ownerRef' | 'parentRef',
  priority: number,
): ColumnDefinition {
  return {
    name,
    type: 'string',
    description: 'Kind and name of what it is directly under.',
    priority,
    value(object) {
      const parent = parentOf(object, field);
      return parent === undefined ? undefined : childrenIndexValue(parent);
    },
  };
}
