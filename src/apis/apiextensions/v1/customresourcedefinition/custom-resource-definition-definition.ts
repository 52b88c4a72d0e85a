/**
 * CustomResourceDefinition, apiextensions.k8s.io/v1: a resource that is served like the ones the server has itself.
 * On the platform, where it may be for every control plane, and in projects, each for itself.
 */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { createdAtColumn, nameColumn } from '../../../columns.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import { objectVerbs } from '../../../verbs.ts';
import {
  customResourceDefinitionDescription,
  customResourceDefinitionSchema,
} from './custom-resource-definition-schema.ts';
import { customResourceDefinitionStrategy } from './custom-resource-definition-strategy.ts';

const group = 'apiextensions.k8s.io';

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
  subresources: [statusSubresource({ metadata: 'written' })],
  columns: [nameColumn, createdAtColumn],
  strategicMergePatch: true,
};
