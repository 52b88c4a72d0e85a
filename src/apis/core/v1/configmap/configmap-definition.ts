/** ConfigMap, core/v1. */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { objectVerbs } from '../../../verbs.ts';
import { configMapSchema } from './configmap-schema.ts';
import { configMapStrategy } from './configmap-strategy.ts';

export const configMapDefinition: ResourceDefinition = {
  group: '',
  resource: 'configmaps',
  singular: 'configmap',
  kind: 'ConfigMap',
  listKind: 'ConfigMapList',
  shortNames: ['cm'],
  scope: 'Namespaced',
  description: 'ConfigMap holds configuration for others to read, as text or as bytes under keys.',
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [{ version: 'v1', schema: configMapSchema }],
  storage: { group: '', version: 'v1', kind: 'ConfigMap', resource: 'configmaps' },
  strategy: configMapStrategy,
  subresources: [],
  columns: [
    nameColumn,
    {
      name: 'Data',
      type: 'string',
      description: 'How many keys it has.',
      value: ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    },
    ageColumn,
  ],
  strategicMergePatch: true,
};
