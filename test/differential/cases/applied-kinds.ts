/** Server-side apply of every kind: made by one manager, joined by another, contested, given back. */
import type { JsonObject } from '../../../src/apimachinery/object-meta.ts';
import { type Case, patch, post } from '../case.ts';

const rbac = 'rbac.authorization.k8s.io';
const admission = 'admissionregistration.k8s.io';

interface AppliedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly isCluster?: boolean;
  /** What the first manager says, and what a second one says beside and against it. */
  readonly first: JsonObject;
  readonly beside: JsonObject;
  readonly against: JsonObject;
}

const webhook = (name: string, path: string): JsonObject => ({
  name,
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  clientConfig: { url: `https://e.com/${path}` },
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
});

const kinds: readonly AppliedKind[] = [
  {
    apiVersion: 'v1',
    kind: 'Secret',
    resource: 'secrets',
    first: { data: { a: 'AAEC' }, type: 'Opaque' },
    beside: { stringData: { b: 'text' } },
    against: { data: { a: 'AwQF' } },
  },
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    resource: 'serviceaccounts',
    first: {
      secrets: [{ name: 'a' }],
      imagePullSecrets: [{ name: 'p' }],
      automountServiceAccountToken: true,
    },
    beside: { secrets: [{ name: 'b', namespace: 'c' }], imagePullSecrets: [{ name: 'q' }] },
    against: { automountServiceAccountToken: false },
  },
  {
    apiVersion: 'v1',
    kind: 'Endpoints',
    resource: 'endpoints',
    first: { subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 1 }] }] },
    beside: { metadata: { labels: { a: 'b' } } },
    against: { subsets: [{ addresses: [{ ip: '192.0.2.2' }], ports: [{ port: 1 }] }] },
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    resource: 'endpointslices',
    first: {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['192.0.2.1'] }],
      ports: [{ port: 1, name: 'x' }],
    },
    beside: { addressType: 'IPv4' },
    against: { endpoints: [{ addresses: ['192.0.2.3'] }] },
  },
  {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    resource: 'leases',
    first: { spec: { holderIdentity: 'a', leaseDurationSeconds: 5 } },
    beside: { spec: { leaseTransitions: 1 } },
    against: { spec: { holderIdentity: 'b' } },
  },
  {
    apiVersion: 'v1',
    kind: 'Event',
    resource: 'events',
    first: { involvedObject: { namespace: '{ns}', name: 'x' }, reason: 'r', count: 1 },
    beside: { message: 'm' },
    against: { count: 2 },
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    resource: 'roles',
    first: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
    beside: { metadata: { annotations: { a: 'b' } } },
    against: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }] },
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    resource: 'rolebindings',
    first: {
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'a' },
      subjects: [{ kind: 'User', name: 'u', apiGroup: rbac }],
    },
    beside: { roleRef: { apiGroup: rbac, kind: 'Role', name: 'a' } },
    against: { subjects: [{ kind: 'Group', name: 'g', apiGroup: rbac }] },
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    resource: 'clusterroles',
    isCluster: true,
    first: { rules: [{ nonResourceURLs: ['/x'], verbs: ['get'] }] },
    beside: { metadata: { labels: { a: 'b' } } },
    against: { rules: [{ nonResourceURLs: ['/y'], verbs: ['get'] }] },
  },
  {
    apiVersion: `${admission}/v1`,
    kind: 'ValidatingWebhookConfiguration',
    resource: 'validatingwebhookconfigurations',
    isCluster: true,
    first: { webhooks: [webhook('a.e.com', 'a')] },
    beside: { webhooks: [webhook('b.e.com', 'b')] },
    against: { webhooks: [webhook('a.e.com', 'c')] },
  },
  {
    apiVersion: `${admission}/v1`,
    kind: 'ValidatingAdmissionPolicyBinding',
    resource: 'validatingadmissionpolicybindings',
    isCluster: true,
    first: { spec: { policyName: 'p', validationActions: ['Deny'] } },
    beside: { spec: { validationActions: ['Audit'] } },
    against: { spec: { policyName: 'q' } },
  },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    resource: 'prioritylevelconfigurations',
    isCluster: true,
    first: { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 3 } } },
    beside: { spec: { limited: { lendablePercent: 5 } } },
    against: { spec: { limited: { nominalConcurrencyShares: 4 } } },
  },
];

export const appliedKindCases: readonly Case[] = kinds.map(
  ({ apiVersion, kind, resource, isCluster = false, first, beside, against }) => {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const collection = `${root}${isCluster ? '' : '/namespaces/{ns}'}/${resource}`;
    const one = `${collection}/a-{ns}`;
    const by = (manager: string, fields: JsonObject, more = '') =>
      patch('apply', `${one}?fieldManager=${manager}${more}`, { apiVersion, kind, ...fields });
    return {
      name: `${kind} applied`,
      requests: [
        by('first', first, '&dryRun=All'),
        by('first', first),
        by('first', first),
        by('second', beside),
        by('second', against),
        by('second', against, '&force=true'),
        by('first', first),
        by('first', {}),
        patch('merge', `${one}?fieldManager=third`, beside),
        patch('strategic', `${one}?fieldManager=third`, against),
        by('first', { ...first, nope: 1 }),
        by('first', { ...first, nope: 1 }, '&fieldValidation=Warn'),
        by('first', { ...first, nope: 1 }, '&fieldValidation=Ignore'),
        post(collection, { metadata: { name: 'p-{ns}', generateName: 'x' }, ...first }),
      ],
    };
  },
);
