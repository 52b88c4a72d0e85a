/** ClusterRole, rbac.authorization.k8s.io/v1. The rules of one that aggregates are a controller's. */
import { pathSegmentProblems } from '../../../../apimachinery/names.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import { byValue, field } from '../../../../apimachinery/schema/schema.ts';
import { createdAtColumn, nameColumn } from '../../../columns.ts';
import { objectVerbs } from '../../../verbs.ts';
import { policyRulesErrors, policyRulesSchema, rbacComponent, rbacGroup } from '../policy-rule.ts';
import { aggregationErrors, aggregationIndexes, aggregationRuleSchema } from './aggregation-rule.ts';
import { bootstrapClusterRoles } from './bootstrap-cluster-roles.ts';

const description =
  'ClusterRole is a set of rules for all namespaces and for what has none, for bindings to give to subjects.';

export const clusterRoleDefinition: ResourceDefinition = {
  group: rbacGroup,
  resource: 'clusterroles',
  singular: 'clusterrole',
  kind: 'ClusterRole',
  listKind: 'ClusterRoleList',
  scope: 'Cluster',
  description,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [
    {
      version: 'v1',
      schema: kindSchema({
        name: rbacComponent('ClusterRole'),
        description,
        fields: {
          rules: byValue(2, policyRulesSchema, 'What the role allows.'),
          aggregationRule: field(
            3,
            aggregationRuleSchema,
            'Where the rules come from. When set, rules written by hand do not last.',
          ),
        },
      }),
    },
  ],
  storage: { group: rbacGroup, version: 'v1', kind: 'ClusterRole', resource: 'clusterroles' },
  strategy: {
    hasQualifiedFinalizers: true,
    allowUnconditionalUpdate: true,
    allowCreateOnUpdate: true,
    validateName: pathSegmentProblems,
    validate: (role) => [...policyRulesErrors(role.rules ?? [], 'ClusterRole'), ...aggregationErrors(role)],
  },
  subresources: [],
  columns: [nameColumn, createdAtColumn],
  indexes: aggregationIndexes,
  sharedObjects: bootstrapClusterRoles,
  strategicMergePatch: true,
};
