/**
 * The cluster roles that every control plane has from its start: upstream's, without those for what runs nodes and
 * pods, and without rules for kinds that are not served. Controllers of the platform act by no role.
 * Source: kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy.
 */
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { must } from '../../../../lib/assert.ts';
import { bootstrapMetadata } from '../bootstrap-metadata.ts';
import { type PolicyRule, rbacGroup } from '../policy-rule.ts';
import { aggregationSelectors, joinedRules } from './aggregation-rule.ts';

const read = ['get', 'list', 'watch'];
const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const readWrite = [...read, ...write].sort();

const allow = (verbs: readonly string[], group: string, ...resources: string[]): PolicyRule => ({
  verbs: [...verbs],
  apiGroups: [group],
  resources,
});
const allowPaths = (...paths: string[]): PolicyRule => ({ verbs: ['get'], nonResourceURLs: paths });

const aggregateTo = (name: string) => `rbac.authorization.k8s.io/aggregate-to-${name}`;

/** `partOf`: the role that takes its rules. */
function role(name: string, rules: readonly PolicyRule[], partOf?: string): KubeObject {
  return {
    kind: 'ClusterRole',
    apiVersion: `${rbacGroup}/v1`,
    metadata: bootstrapMetadata(name, partOf === undefined ? {} : { [aggregateTo(partOf)]: 'true' }),
    rules: [...rules],
  };
}

function aggregate(name: string, partOf?: string): KubeObject {
  const clusterRoleSelectors = [{ matchLabels: { [aggregateTo(name)]: 'true' } }];
  return { ...role(name, [], partOf), aggregationRule: { clusterRoleSelectors } };
}

function approver(signer: string): KubeObject {
  return role(`system:certificates.k8s.io:${signer}-approver`, [
    {
      verbs: ['approve'],
      apiGroups: ['certificates.k8s.io'],
      resources: ['signers'],
      resourceNames: [`kubernetes.io/${signer}`],
    },
  ]);
}

const plainRoles: readonly KubeObject[] = [
  role('cluster-admin', [allow(['*'], '*', '*'), { verbs: ['*'], nonResourceURLs: ['*'] }]),
  role(
    'system:aggregate-to-admin',
    [
      allow(['create'], 'authorization.k8s.io', 'localsubjectaccessreviews'),
      allow(readWrite, rbacGroup, 'rolebindings', 'roles'),
    ],
    'admin',
  ),
  role(
    'system:aggregate-to-edit',
    [
      allow(read, '', 'secrets'),
      allow(['impersonate'], '', 'serviceaccounts'),
      allow(write, '', 'configmaps', 'events', 'secrets', 'serviceaccounts', 'services'),
      allow(['create'], '', 'serviceaccounts/token'),
      allow(readWrite, 'coordination.k8s.io', 'leases'),
    ],
    'edit',
  ),
  role(
    'system:aggregate-to-view',
    [
      allow(read, '', 'configmaps', 'endpoints', 'serviceaccounts', 'services', 'services/status'),
      allow(read, '', 'events', 'namespaces/status', 'resourcequotas', 'resourcequotas/status'),
      allow(read, '', 'namespaces'),
      allow(read, 'discovery.k8s.io', 'endpointslices'),
    ],
    'view',
  ),
  role('system:auth-delegator', [
    allow(['create'], 'authentication.k8s.io', 'tokenreviews'),
    allow(['create'], 'authorization.k8s.io', 'subjectaccessreviews'),
  ]),
  role('system:basic-user', [
    allow(['create'], 'authorization.k8s.io', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews'),
    allow(['create'], 'authentication.k8s.io', 'selfsubjectreviews'),
  ]),
  approver('kube-apiserver-client'),
  approver('legacy-unknown'),
  role('system:discovery', [
    allowPaths(
      ...['/api', '/api/*', '/apis', '/apis/*', '/healthz', '/livez', '/openapi', '/openapi/*', '/readyz'],
      ...['/version', '/version/'],
    ),
  ]),
  role('system:kube-aggregator', [allow(read, '', 'endpoints', 'services')]),
  role('system:monitoring', [
    allowPaths(
      ...[
        '/healthz',
        '/healthz/*',
        '/livez',
        '/livez/*',
        '/metrics',
        '/metrics/slis',
        '/readyz',
        '/readyz/*',
      ],
    ),
  ]),
  role('system:public-info-viewer', [allowPaths('/healthz', '/livez', '/readyz', '/version', '/version/')]),
  role('system:service-account-issuer-discovery', [
    allowPaths('/.well-known/openid-configuration', '/openid/v1/jwks'),
  ]),
];

/** Each aggregate with the rules of those before it: what the controller that aggregates would find. */
function withAggregates(roles: readonly KubeObject[], aggregates: readonly KubeObject[]): KubeObject[] {
  let all = byName(roles);
  for (const each of aggregates) {
    const chosen = aggregationSelectors(each).flatMap((selector) =>
      all.filter(({ metadata }) => selector.matches(metadata.labels ?? {})),
    );
    all = byName([...all, { ...each, rules: joinedRules(chosen) }]);
  }
  return all;
}

function byName(roles: readonly KubeObject[]): KubeObject[] {
  const name = ({ metadata }: KubeObject): string => must(metadata.name, 'name');
  return [...roles].sort((a, b) => (name(a) < name(b) ? -1 : 1));
}

export const bootstrapClusterRoles: readonly KubeObject[] = withAggregates(plainRoles, [
  aggregate('view', 'edit'),
  aggregate('edit', 'admin'),
  aggregate('admin'),
]);
