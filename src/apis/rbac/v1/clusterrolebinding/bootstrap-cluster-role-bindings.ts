/**
 * Who has which of the bootstrap cluster roles (../clusterrole/bootstrap-cluster-roles.ts) from the start.
 * Source: kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy.
 */
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { bootstrapMetadata } from '../bootstrap-metadata.ts';
import { rbacGroup } from '../policy-rule.ts';

/** A binding has its role's name. */
const binding = (role: string, ...groups: string[]): KubeObject => ({
  kind: 'ClusterRoleBinding',
  apiVersion: `${rbacGroup}/v1`,
  metadata: bootstrapMetadata(role),
  subjects: groups.map((name) => ({ kind: 'Group', apiGroup: rbacGroup, name })),
  roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: role },
});

export const bootstrapClusterRoleBindings: readonly KubeObject[] = [
  binding('cluster-admin', 'system:masters'),
  binding('system:basic-user', 'system:authenticated'),
  binding('system:discovery', 'system:authenticated'),
  binding('system:monitoring', 'system:monitoring'),
  binding('system:public-info-viewer', 'system:authenticated', 'system:unauthenticated'),
  binding('system:service-account-issuer-discovery', 'system:serviceaccounts'),
];
