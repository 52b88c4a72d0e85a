/** RoleBinding, rbac.authorization.k8s.io/v1. */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import { objectVerbs } from '../../../verbs.ts';
import { bindingColumns, bindingFields, bindingStrategy } from '../binding.ts';
import { rbacComponent, rbacGroup } from '../policy-rule.ts';

const description =
  'RoleBinding gives the rules of a Role or ClusterRole to subjects, within the namespace it is in.';

export const roleBindingDefinition: ResourceDefinition = {
  group: rbacGroup,
  resource: 'rolebindings',
  singular: 'rolebinding',
  kind: 'RoleBinding',
  listKind: 'RoleBindingList',
  scope: 'Namespaced',
  description,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [
    {
      version: 'v1',
      schema: kindSchema({ name: rbacComponent('RoleBinding'), description, fields: bindingFields }),
    },
  ],
  storage: { group: rbacGroup, version: 'v1', kind: 'RoleBinding', resource: 'rolebindings' },
  strategy: bindingStrategy(['Role', 'ClusterRole'], true),
  subresources: [],
  columns: bindingColumns,
  strategicMergePatch: true,
};
