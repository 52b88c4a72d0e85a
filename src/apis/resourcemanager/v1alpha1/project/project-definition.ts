/** Project, resourcemanager.miloapis.com/v1alpha1: on the platform, and in what it may lie under. */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { conditionColumn, dateAgeColumn, nameColumn } from '../../../columns.ts';
import { objectVerbs } from '../../../verbs.ts';
import {
  childrenIndex,
  displayNameColumn,
  parentColumn,
  resourceManagerGroup,
  resourceManagerVersion,
} from '../hierarchy.ts';
import { projectSchema } from './project-schema.ts';
import { projectStatusSubresource, projectStrategy } from './project-strategy.ts';

/** In the record's header, so that a request finds its control plane without parsing the project. */
export const startRevisionField = 'status.startRevision';

export const projectDefinition: ResourceDefinition = {
  group: resourceManagerGroup,
  resource: 'projects',
  singular: 'project',
  kind: 'Project',
  listKind: 'ProjectList',
  scope: 'Cluster',
  description:
    'Project is a control plane of its own: an API with its own namespaces and objects, apart from all others.',
  verbs: objectVerbs,
  contexts: ['Platform', 'Organization', 'Folder'],
  versions: [{ version: resourceManagerVersion, schema: projectSchema }],
  storage: {
    group: resourceManagerGroup,
    version: resourceManagerVersion,
    kind: 'Project',
    resource: 'projects',
  },
  strategy: projectStrategy,
  subresources: [projectStatusSubresource],
  columns: [
    nameColumn,
    { ...displayNameColumn, priority: 1 },
    parentColumn('Owner', 'ownerRef', 1),
    conditionColumn('Ready', 'Ready'),
    dateAgeColumn,
  ],
  selectableFields: {
    [startRevisionField]: (project) => String(project.status?.startRevision ?? 0),
  },
  indexes: [childrenIndex('ownerRef')],
  strategicMergePatch: false,
};
