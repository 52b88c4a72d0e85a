/** FlowSchema, flowcontrol.apiserver.k8s.io/v1. Kept for those who keep one; this server does not queue by it yet. */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { findCondition } from '../../../conditions.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import { objectVerbs } from '../../../verbs.ts';
import { flowControlGroup } from '../conditions.ts';
import { bootstrapFlowSchemas } from './bootstrap-flow-schemas.ts';
import { flowSchemaDescription, flowSchemaSchema } from './flow-schema-schema.ts';
import { flowSchemaErrors } from './flow-schema-validation.ts';

const defaultPrecedence = 1000;

export const flowSchemaDefinition: ResourceDefinition = {
  group: flowControlGroup,
  resource: 'flowschemas',
  singular: 'flowschema',
  kind: 'FlowSchema',
  listKind: 'FlowSchemaList',
  scope: 'Cluster',
  description: flowSchemaDescription,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [{ version: 'v1', schema: flowSchemaSchema }],
  storage: { group: flowControlGroup, version: 'v1', kind: 'FlowSchema', resource: 'flowschemas' },
  strategy: {
    hasQualifiedFinalizers: true,
    hasGeneration: true,
    allowUnconditionalUpdate: true,
    defaults(flowSchema) {
      flowSchema.spec ??= {};
      flowSchema.spec.matchingPrecedence ||= defaultPrecedence;
    },
    validate: flowSchemaErrors,
  },
  subresources: [statusSubresource({ metadata: 'kept' })],
  columns: [
    nameColumn,
    {
      name: 'PriorityLevel',
      type: 'string',
      description: 'Where the requests go.',
      value: ({ spec }) => spec?.priorityLevelConfiguration?.name ?? '',
    },
    {
      name: 'MatchingPrecedence',
      type: 'string',
      description: 'The lowest of those that match takes the request.',
      value: ({ spec }) => spec?.matchingPrecedence ?? 0,
    },
    {
      name: 'DistinguisherMethod',
      type: 'string',
      description: 'What tells one flow from another.',
      value: ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>',
    },
    ageColumn,
    {
      name: 'MissingPL',
      type: 'string',
      description: 'Whether the priority level is missing or broken.',
      value: (flowSchema) => findCondition(flowSchema, 'Dangling')?.status ?? '?',
    },
  ],
  sharedObjects: bootstrapFlowSchemas,
  strategicMergePatch: true,
};
