/** Role, rbac.authorization.k8s.io/v1. */
import { pathSegmentProblems } from '../../../../apimachinery/names.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import { byValue } from '../../../../apimachinery/schema/schema.ts';
import { createdAtColumn, nameColumn } from '../../../columns.ts';
import { objectVerbs } from '../../../verbs.ts';
import { policyRulesErrors, policyRulesSchema, rbacComponent, rbacGroup } from '../policy-rule.ts';

const description =
  'Role is a set of rules on the objects of one namespace, for bindings to give to subjects.';

export const roleDefinition: ResourceDefinition = {
  group: rbacGroup,
  resource: 'roles',
  singular: 'role',
  kind: 'Role',
  listKind: 'RoleList',
  scope: 'Namespaced',
  description,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [
    {
      version: 'v1',
      schema: kindSchema({
        name: rbacComponent('Role'),
        description,
        fields: { rules: byValue(2, policyRulesSchema, 'What the role allows.') },
      }),
    },
  ],
  storage: { group: rbacGroup, version: 'v1', kind: 'Role', resource: 'roles' },
  strategy: {
    hasQualifiedFinalizers: true,
    allowUnconditionalUpdate: true,
    allowCreateOnUpdate: true,
    validateName: pathSegmentProblems,
    validate: ({ rules }) => policyRulesErrors(rules ?? [], 'Role'),
  },
  subresources: [],
  columns: [nameColumn, createdAtColumn],
  strategicMergePatch: true,
};
