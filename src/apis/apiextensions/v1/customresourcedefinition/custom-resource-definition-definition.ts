/**
 * CustomResourceDefinition, apiextensions.k8s.io/v1: a resource that is served like the ones the server has itself.
 * On the platform, where it may be for every control plane, and in projects, each for itself.
 */
import type { GroupResource } from '../../../../apimachinery/gvk.ts';
import { parentContextsAnnotation } from '../../../../apimachinery/parent-contexts.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { servedFormOf } from '../../../../apimachinery/structural/custom-kind.ts';
import { createdAtColumn, nameColumn } from '../../../columns.ts';
import { findCondition } from '../../../conditions.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import { objectVerbs } from '../../../verbs.ts';
import {
  customResourceDefinitionDescription,
  customResourceDefinitionSchema,
} from './custom-resource-definition-schema.ts';
import { customResourceDefinitionStrategy } from './custom-resource-definition-strategy.ts';

const group = 'apiextensions.k8s.io';

/** Header fields: what serving reads of every definition without parsing it. */
export const servedFormField = 'servedForm';
export const parentContextsField = 'parentContexts';
/** Of the store: definitions that would like to have a name that another kind has. */
export const waitingNamesIndex = { name: 'waitingNames', value: 'waiting' } as const;

export const customResourceDefinitionDefinition: ResourceDefinition = {
  group,
  resource: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  kind: 'CustomResourceDefinition',
  listKind: 'CustomResourceDefinitionList',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  scope: 'Cluster',
  description: customResourceDefinitionDescription,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [{ version: 'v1', schema: customResourceDefinitionSchema }],
  storage: {
    group,
    version: 'v1',
    kind: 'CustomResourceDefinition',
    resource: 'customresourcedefinitions',
  },
  strategy: customResourceDefinitionStrategy,
  subresources: [{ ...statusSubresource({ metadata: 'written' }), resetFields: [['metadata'], ['spec']] }],
  headerFields: {
    [servedFormField]: servedFormOf,
    [parentContextsField]: ({ metadata }) => metadata.annotations?.[parentContextsAnnotation] ?? '',
  },
  indexes: [
    {
      name: waitingNamesIndex.name,
      scope: 'store',
      values: (stored) =>
        findCondition(stored, 'NamesAccepted')?.status === 'False' ? [waitingNamesIndex.value] : [],
    },
  ],
  columns: [nameColumn, createdAtColumn],
  strategicMergePatch: true,
};

/** What the definition of that name defines: the name says it. */
export function resourceDefinedAt(name: string): GroupResource {
  const dot = name.indexOf('.');
  return { resource: name.slice(0, dot), group: name.slice(dot + 1) };
}

/** Where the definition of a resource lies in the control plane that defines it. */
export function placeOfDefinition({ group: of, resource }: GroupResource) {
  const { storage } = customResourceDefinitionDefinition;
  return { group: storage.group, resource: storage.resource, namespace: '', name: `${resource}.${of}` };
}
