/** ClusterRoleBinding, rbac.authorization.k8s.io/v1. */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import { objectVerbs } from '../../../verbs.ts';
import { bindingColumns, bindingFields, bindingStrategy } from '../binding.ts';
import { rbacComponent, rbacGroup } from '../policy-rule.ts';
import { bootstrapClusterRoleBindings } from './bootstrap-cluster-role-bindings.ts';

const description =
  'ClusterRoleBinding gives the rules of a ClusterRole to subjects, everywhere in the control plane.';

export const clusterRoleBindingDefinition: ResourceDefinition = {
  group: rbacGroup,
  resource: 'clusterrolebindings',
  singular: 'clusterrolebinding',
  kind: 'ClusterRoleBinding',
  listKind: 'ClusterRoleBindingList',
  scope: 'Cluster',
  description,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [
    {
      version: 'v1',
      schema: kindSchema({ name: rbacComponent('ClusterRoleBinding'), description, fields: bindingFields }),
    },
  ],
  storage: {
    group: rbacGroup,
    version: 'v1',
    kind: 'ClusterRoleBinding',
    resource: 'clusterrolebindings',
  },
  strategy: bindingStrategy(['ClusterRole'], false),
  subresources: [],
  columns: bindingColumns,
  sharedObjects: bootstrapClusterRoleBindings,
  strategicMergePatch: true,
};
