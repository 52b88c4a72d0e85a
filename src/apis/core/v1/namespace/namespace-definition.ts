/** Namespace, core/v1: cluster-scoped, in every control plane. */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { objectVerbs } from '../../../verbs.ts';
import { namespaceSchema } from './namespace-schema.ts';
import {
  namespaceFinalizeSubresource,
  namespaceStatusSubresource,
  namespaceStrategy,
} from './namespace-strategy.ts';
import { systemNamespaces } from './system-namespaces.ts';

export const namespaceDefinition: ResourceDefinition = {
  group: '',
  resource: 'namespaces',
  singular: 'namespace',
  kind: 'Namespace',
  listKind: 'NamespaceList',
  shortNames: ['ns'],
  scope: 'Cluster',
  description: 'Namespace is a scope for names: objects in it must differ in name only among their own kind.',
  verbs: objectVerbs.filter((verb) => verb !== 'deletecollection'),
  contexts: ['Platform', 'Project'],
  versions: [{ version: 'v1', schema: namespaceSchema }],
  storage: { group: '', version: 'v1', kind: 'Namespace', resource: 'namespaces' },
  strategy: namespaceStrategy,
  subresources: [namespaceStatusSubresource, namespaceFinalizeSubresource],
  columns: [
    nameColumn,
    {
      name: 'Status',
      type: 'string',
      description: 'Active, or Terminating while its content is being removed.',
      value: (namespace) => namespace.status?.phase,
    },
    ageColumn,
  ],
  selectableFields: {
    'status.phase': (namespace) => namespace.status?.phase ?? '',
    /** Older clients select by `name`. */
    name: (namespace) => namespace.metadata.name ?? '',
  },
  sharedObjects: systemNamespaces,
  strategicMergePatch: true,
};
