/** Sub-resources: which fields each endpoint writes, who owns them then, and what a write of one leaves alone. */
import type { JsonObject } from '../../../src/apimachinery/object-meta.ts';
import { type Case, get, named, patch, post, put, remove } from '../case.ts';

const core = '/api/v1/namespaces/{ns}';
const by = (manager: string) => `fieldManager=${manager}`;

interface StatusKind {
  readonly path: string;
  readonly type: { readonly apiVersion: string; readonly kind: string };
  readonly made: JsonObject;
  readonly spec: JsonObject;
  readonly status: JsonObject;
  readonly otherStatus: JsonObject;
}

const condition = (type: string, status = 'True'): JsonObject => ({
  type,
  status,
  reason: 'R',
  message: 'm',
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

/** Not those whose status kube-apiserver writes itself (APIService, FlowSchema), for it does so meanwhile. */
const kinds: readonly StatusKind[] = [
  {
    path: `${core}/services`,
    type: { apiVersion: 'v1', kind: 'Service' },
    made: { spec: { clusterIP: 'None', selector: { a: 'b' }, ports: [{ port: 80 }] } },
    spec: { selector: { c: 'd' } },
    status: { conditions: [condition('A')] },
    otherStatus: { conditions: [condition('B')] },
  },
];

function statusLife({ path, type, made, spec, status, otherStatus }: StatusKind): Case {
  const name = 's-{ns}';
  const one = `${path}/${name}`;
  const applied = (fields: JsonObject): JsonObject => ({ ...type, metadata: { name }, ...fields });
  return {
    name: `the status of ${type.kind}`,
    requests: [
      post(`${path}?${by('maker')}`, { metadata: { name }, ...made, status }),
      named('read', get(`${one}/status`)),
      put(`${one}/status?${by('putter')}`, { again: 'read', changes: { spec, status } }),
      put(`${one}/status?${by('putter')}`, { again: 'read', changes: { status: otherStatus } }),
      patch('merge', `${one}/status?${by('merger')}`, { status: otherStatus, spec }),
      patch('merge', `${one}/status?${by('merger')}`, {
        metadata: { labels: { l: 'm' }, finalizers: ['e.com/x'] },
      }),
      patch('strategic', `${one}/status?${by('strategist')}`, { status }),
      patch('apply', `${one}/status?${by('applier')}`, applied({ status: otherStatus })),
      patch('apply', `${one}/status?${by('applier')}&force=true`, applied({ status: otherStatus, spec })),
      patch('apply', `${one}?${by('specs')}`, applied({ spec, status })),
      patch('apply', `${one}?${by('specs')}&force=true`, applied({ spec })),
      patch('json', `${one}/status?${by('json')}`, [{ op: 'remove', path: '/status/conditions' }]),
      patch('merge', `${one}?${by('merger')}`, { status }),
      patch('merge', `${one}/status?dryRun=All`, { status }),
      put(`${one}/status`, { metadata: { name: 'other' } }),
      put(`${one}/status`, { metadata: { name, resourceVersion: '1' } }),
      post(`${one}/status`, {}),
      remove(`${one}/status`),
      patch('merge', `${path}/nope/status`, {}),
      get(`${path}/nope/status`),
      remove(one),
    ],
  };
}

const requestPem = Buffer.from(
  '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n',
).toString('base64');

export const subresourceCases: readonly Case[] = [
  ...kinds.map(statusLife),
  {
    name: 'namespaces and what is below them',
    requests: [
      named('made', post('/api/v1/namespaces', { metadata: { name: 'sub-{ns}' } })),
      get('/api/v1/namespaces/sub-{ns}/status'),
      put('/api/v1/namespaces/sub-{ns}/status', {
        again: 'made',
        changes: { spec: { finalizers: ['a/b'] } },
      }),
      patch('merge', '/api/v1/namespaces/sub-{ns}/status', { status: { conditions: [condition('A')] } }),
      patch('apply', `/api/v1/namespaces/sub-{ns}/status?${by('m')}`, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'sub-{ns}' },
        status: { conditions: [condition('B')] },
      }),
      patch('apply', `/api/v1/namespaces/sub-{ns}?${by('m')}`, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { labels: { a: 'b' } },
      }),
      patch('merge', '/api/v1/namespaces/sub-{ns}', {
        metadata: { labels: { 'kubernetes.io/metadata.name': null } },
      }),
      put('/api/v1/namespaces/sub-{ns}/finalize', { metadata: { name: 'other' } }),
      put('/api/v1/namespaces/sub-{ns}/finalize', {
        metadata: { name: 'sub-{ns}' },
        spec: { finalizers: ['kubernetes', 'e.com/x'] },
      }),
      patch('merge', '/api/v1/namespaces/sub-{ns}/finalize', {}),
      get('/api/v1/namespaces/sub-{ns}'),
      remove('/api/v1/namespaces/sub-{ns}/finalize'),
    ],
  },
  {
    name: 'requests for certificates that are none',
    requests: [
      post('/apis/certificates.k8s.io/v1/certificatesigningrequests', { metadata: { name: 'c-{ns}' } }),
      post('/apis/certificates.k8s.io/v1/certificatesigningrequests', {
        metadata: { name: 'c-{ns}' },
        spec: { request: requestPem, signerName: 'e.com/x', usages: ['client auth', 'nope', 'client auth'] },
      }),
      post('/apis/certificates.k8s.io/v1/certificatesigningrequests', {
        metadata: { name: 'c-{ns}' },
        spec: { request: 'AAEC', signerName: 'nope', usages: [], expirationSeconds: 5 },
      }),
      get('/apis/certificates.k8s.io/v1/certificatesigningrequests/c-{ns}/approval'),
      put('/apis/certificates.k8s.io/v1/certificatesigningrequests/c-{ns}/approval', {
        metadata: { name: 'c-{ns}' },
      }),
      patch('merge', '/apis/certificates.k8s.io/v1/certificatesigningrequests/c-{ns}/status', {}),
    ],
  },
];
