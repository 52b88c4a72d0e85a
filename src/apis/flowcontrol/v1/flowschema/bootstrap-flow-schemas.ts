/**
 * The flow schemas that every control plane has from its start: two that nobody may change, and those that upstream
 * suggests. Source: apiserver pkg/apis/flowcontrol/bootstrap.
 */
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { bootstrapMetadata } from '../bootstrap-metadata.ts';
import { flowControlGroup } from '../conditions.ts';
import type { FlowNonResourceRule, FlowResourceRule, FlowRule, FlowSubject } from './flow-schema-schema.ts';

const users = (...names: string[]): FlowSubject[] => names.map((name) => ({ kind: 'User', user: { name } }));
const groups = (...names: string[]): FlowSubject[] =>
  names.map((name) => ({ kind: 'Group', group: { name } }));
const systemServiceAccounts: FlowSubject = {
  kind: 'ServiceAccount',
  serviceAccount: { namespace: 'kube-system', name: '*' },
};
const everybody = groups('system:unauthenticated', 'system:authenticated');
const controllerManager = 'system:kube-controller-manager';
const scheduler = 'system:kube-scheduler';

const resources = (
  verbs: string[],
  apiGroup: string,
  names: string[],
  namespaces: string[],
): FlowResourceRule => ({ verbs, apiGroups: [apiGroup], resources: names, namespaces });
const allResources: FlowResourceRule = {
  verbs: ['*'],
  apiGroups: ['*'],
  resources: ['*'],
  clusterScope: true,
  namespaces: ['*'],
};
const allPaths: FlowNonResourceRule = { verbs: ['*'], nonResourceURLs: ['*'] };
const everythingOf = (...subjects: FlowSubject[]): FlowRule => ({
  subjects,
  resourceRules: [allResources],
  nonResourceRules: [allPaths],
});
const electionBy = (subjects: FlowSubject[], namespace: string): FlowRule => ({
  subjects,
  resourceRules: [
    resources(['get', 'create', 'update'], '', ['endpoints', 'configmaps'], [namespace]),
    resources(['get', 'create', 'update'], 'coordination.k8s.io', ['leases'], ['*']),
  ],
});

function flowSchema(
  name: string,
  level: string,
  matchingPrecedence: number,
  distinguisher: 'ByUser' | 'ByNamespace' | undefined,
  rule: FlowRule,
): KubeObject {
  return {
    kind: 'FlowSchema',
    apiVersion: `${flowControlGroup}/v1`,
    metadata: bootstrapMetadata(name),
    spec: {
      priorityLevelConfiguration: { name: level },
      matchingPrecedence,
      ...(distinguisher === undefined ? {} : { distinguisherMethod: { type: distinguisher } }),
      rules: [rule],
    },
  };
}

/** Every server has them, and nobody may change them. */
export const mandatoryFlowSchemas: readonly KubeObject[] = [
  flowSchema('catch-all', 'catch-all', 10_000, 'ByUser', everythingOf(...everybody)),
  flowSchema('exempt', 'exempt', 1, undefined, everythingOf(...groups('system:masters'))),
];

export const bootstrapFlowSchemas: readonly KubeObject[] = [
  ...mandatoryFlowSchemas,
  flowSchema('global-default', 'global-default', 9_900, 'ByUser', everythingOf(...everybody)),
  flowSchema(
    'kube-controller-manager',
    'workload-high',
    800,
    'ByNamespace',
    everythingOf(...users(controllerManager)),
  ),
  flowSchema('kube-scheduler', 'workload-high', 800, 'ByNamespace', everythingOf(...users(scheduler))),
  flowSchema(
    'kube-system-service-accounts',
    'workload-high',
    900,
    'ByNamespace',
    everythingOf(systemServiceAccounts),
  ),
  flowSchema('probes', 'exempt', 2, undefined, {
    subjects: everybody,
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
  }),
  flowSchema(
    'service-accounts',
    'workload-low',
    9_000,
    'ByUser',
    everythingOf(...groups('system:serviceaccounts')),
  ),
  flowSchema(
    'system-leader-election',
    'leader-election',
    100,
    'ByUser',
    electionBy([...users(controllerManager, scheduler), systemServiceAccounts], 'kube-system'),
  ),
  flowSchema('system-node-high', 'node-high', 400, 'ByUser', {
    subjects: groups('system:nodes'),
    resourceRules: [
      { ...resources(['*'], '', ['nodes', 'nodes/status'], ['*']), clusterScope: true },
      resources(['*'], 'coordination.k8s.io', ['leases'], ['*']),
    ],
  }),
  flowSchema('system-nodes', 'system', 500, 'ByUser', everythingOf(...groups('system:nodes'))),
  flowSchema(
    'workload-leader-election',
    'leader-election',
    200,
    'ByUser',
    electionBy([systemServiceAccounts], '*'),
  ),
];
