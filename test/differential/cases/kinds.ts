/** The served kinds, each made, shown, changed: defaults, validation and the answers of their sub-resources. */
import type { JsonObject } from '../../../src/apimachinery/object-meta.ts';
import { type Case, get, patch, post, put, remove } from '../case.ts';

const core = '/api/v1/namespaces/{ns}';
const group = (name: string, version = 'v1') => `/apis/${name}/${version}/namespaces/{ns}`;
const rbac = 'rbac.authorization.k8s.io';

/** A life in the plainest order; `bad` are bodies that are refused. */
function life(path: string, good: JsonObject, change: JsonObject, bad: readonly JsonObject[]): Case {
  const body = (fields: JsonObject, name = 'a') => ({ metadata: { name }, ...fields });
  return {
    name: `the life of ${path.split('/').at(-1)}`,
    requests: [
      post(path, body(good)),
      get(`${path}/a`),
      patch('merge', `${path}/a`, change),
      patch('merge', `${path}/a`, { metadata: { labels: { l: 'm' } } }),
      put(`${path}/a`, body(good)),
      ...bad.map((fields, i) => post(path, body(fields, `bad${i}`))),
      post(path, body({ ...good, nope: 1 }, 'warned')),
      post(`${path}?fieldValidation=Strict`, body({ ...good, nope: 1 }, 'strict')),
      remove(`${path}/a`),
    ],
  };
}

export const kindCases: readonly Case[] = [
  life(`${core}/serviceaccounts`, { automountServiceAccountToken: false }, { secrets: [{ name: 's' }] }, [
    { secrets: {} },
    { imagePullSecrets: [{ nope: 1 }] },
  ]),
  life(
    `${core}/services`,
    { spec: { clusterIP: 'None', ports: [{ port: 80 }] } },
    { spec: { sessionAffinity: 'ClientIP' } },
    [{}, { spec: {} }, { spec: { ports: [{ port: 0 }] } }, { spec: { type: 'Nope', ports: [{ port: 1 }] } }],
  ),
  // With nothing to count: how far Milo's controller has counted is no difference of the API.
  life(`${core}/resourcequotas`, { spec: {} }, { metadata: { annotations: { a: 'b' } } }, [
    { spec: { hard: { pods: '-1' } } },
    { spec: { hard: { pods: 'x' } } },
    { spec: { hard: { nope: '1' } } },
    { spec: { scopes: ['Nope'] } },
  ]),
  life(
    `${core}/endpoints`,
    { subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 1 }] }] },
    { subsets: [] },
    [{ subsets: [{}] }, { subsets: [{ addresses: [{ ip: 'x' }] }] }],
  ),
  life(
    `${group('discovery.k8s.io')}/endpointslices`,
    { addressType: 'IPv4', endpoints: [{ addresses: ['192.0.2.1'] }], ports: [{ port: 1 }] },
    { endpoints: [{ addresses: ['192.0.2.2'], conditions: { ready: false } }] },
    [{}, { addressType: 'X', endpoints: [] }, { addressType: 'IPv4', endpoints: [{ addresses: [] }] }],
  ),
  life(
    `${group('coordination.k8s.io')}/leases`,
    { spec: { holderIdentity: 'a', leaseDurationSeconds: 5 } },
    { spec: { leaseTransitions: 1, renewTime: '2026-01-01T00:00:00.000000Z' } },
    [{ spec: { leaseDurationSeconds: 0 } }, { spec: { leaseTransitions: -1 } }, { spec: { renewTime: 'x' } }],
  ),
  life(
    `${core}/events`,
    { involvedObject: { namespace: '{ns}' }, reason: 'r', count: 1, eventTime: null },
    { count: 2 },
    [{}, { involvedObject: { namespace: 'other' } }, { involvedObject: { namespace: '{ns}' }, count: 'x' }],
  ),
  life(
    `${group('events.k8s.io')}/events`,
    {
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'c.e.com/x',
      reportingInstance: 'i',
      action: 'a',
      reason: 'r',
      type: 'Normal',
      regarding: { namespace: '{ns}' },
    },
    { series: { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' } },
    [{}, { eventTime: 'x' }, { eventTime: '2026-01-01T00:00:00.000000Z', regarding: { namespace: '{ns}' } }],
  ),
  life(
    `${group(rbac)}/roles`,
    { rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }] },
    { rules: [] },
    [
      { rules: [{}] },
      { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
      { rules: [{ verbs: ['get'] }] },
    ],
  ),
  life(
    `${group(rbac)}/rolebindings`,
    { roleRef: { apiGroup: rbac, kind: 'Role', name: 'a' }, subjects: [{ kind: 'Group', name: 'g' }] },
    { roleRef: { name: 'other' } },
    [
      {},
      { roleRef: { kind: 'Nope', name: 'x' } },
      { roleRef: { kind: 'Role', name: 'x' }, subjects: [{ kind: 'ServiceAccount', name: 'x' }] },
      { roleRef: { kind: 'Role', name: 'x' }, subjects: [{ kind: 'Nope', name: 'x' }] },
    ],
  ),
  {
    name: 'cluster-scoped kinds',
    requests: [
      post(`/apis/${rbac}/v1/clusterroles`, {
        metadata: { name: 'cr-{ns}' },
        rules: [{ nonResourceURLs: ['/x'], verbs: ['get'] }],
      }),
      post(`/apis/${rbac}/v1/clusterroles`, { metadata: { name: 'cr-{ns}', namespace: 'x' } }),
      patch('merge', `/apis/${rbac}/v1/clusterroles/cr-{ns}`, { rules: [{ verbs: [] }] }),
      post(`/apis/${rbac}/v1/clusterrolebindings`, {
        metadata: { name: 'cr-{ns}' },
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cr-{ns}' },
        subjects: [{ kind: 'User', name: 'u' }],
      }),
      post(`/apis/${rbac}/v1/clusterrolebindings`, {
        metadata: { name: 'no-{ns}' },
        roleRef: { apiGroup: rbac, kind: 'Role', name: 'x' },
      }),
      post('/api/v1/namespaces', { metadata: { name: 'A' } }),
      post('/api/v1/namespaces', {
        metadata: { name: 'x-{ns}', labels: { a: 'b' } },
        spec: { finalizers: ['a/b'] },
      }),
      put('/api/v1/namespaces/x-{ns}', { metadata: { name: 'x-{ns}' } }),
      patch('merge', '/api/v1/namespaces/x-{ns}/status', { status: { phase: 'Terminating' } }),
      put('/api/v1/namespaces/x-{ns}/finalize', { metadata: { name: 'x-{ns}' }, spec: { finalizers: [] } }),
      post('/api/v1/namespaces/x-{ns}', {}),
    ],
  },
  {
    name: 'quotas',
    requests: [
      post(`${core}/resourcequotas?dryRun=All`, {
        metadata: { name: 'q' },
        spec: {
          hard: { pods: '1', 'requests.cpu': 0.5, 'limits.memory': '1.5Gi', 'count/configmaps': '1e3' },
        },
      }),
      patch('apply', `${core}/resourcequotas/q?dryRun=All&fieldManager=m`, {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        spec: { hard: { secrets: '1k', configmaps: 5 } },
      }),
    ],
  },
];
