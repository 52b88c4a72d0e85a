/** Folder, resourcemanager.miloapis.com/v1alpha1: on the platform only. */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { conditionColumn, dateAgeColumn, nameColumn } from '../../../columns.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import { objectVerbs } from '../../../verbs.ts';
import {
  childrenIndex,
  displayNameColumn,
  parentColumn,
  resourceManagerGroup,
  resourceManagerVersion,
} from '../hierarchy.ts';
import { folderSchema } from './folder-schema.ts';
import { folderStrategy } from './folder-strategy.ts';

export const folderDefinition: ResourceDefinition = {
  group: resourceManagerGroup,
  resource: 'folders',
  singular: 'folder',
  kind: 'Folder',
  listKind: 'FolderList',
  categories: ['datum'],
  scope: 'Cluster',
  description:
    'Folder groups projects and other folders of an organization; rules given on it hold for all below it.',
  verbs: objectVerbs,
  contexts: ['Platform'],
  versions: [{ version: resourceManagerVersion, schema: folderSchema }],
  storage: {
    group: resourceManagerGroup,
    version: resourceManagerVersion,
    kind: 'Folder',
    resource: 'folders',
  },
  strategy: folderStrategy,
  subresources: [statusSubresource({ metadata: 'kept' })],
  columns: [
    nameColumn,
    { ...displayNameColumn, priority: 1 },
    parentColumn('Parent', 'parentRef', 0),
    conditionColumn('Ready', 'Ready'),
    dateAgeColumn,
  ],
  indexes: [childrenIndex('parentRef')],
  strategicMergePatch: false,
};
