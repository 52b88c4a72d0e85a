/** The same objects in other forms: tables, metadata, YAML, protobuf, indented, without a body. */
import { type Case, get, named, patch, post, put, remove, send } from '../case.ts';

const core = '/api/v1/namespaces/{ns}';
const maps = `${core}/configmaps`;
const as = (form: string, version = 'v1', type = 'application/json') => ({
  accept: `${type};as=${form};v=${version};g=meta.k8s.io`,
});
const protobuf = 'application/vnd.kubernetes.protobuf';

const made = [
  post(maps, { metadata: { name: 'a', labels: { x: 'y' } }, data: { k: 'v' }, binaryData: { b: 'AAEC' } }),
  post(`${core}/secrets`, { metadata: { name: 'a' }, stringData: { k: 'v' } }),
  post(`${core}/services`, {
    metadata: { name: 'a' },
    spec: { clusterIP: 'None', ports: [{ port: 80, targetPort: 'http' }], selector: { a: 'b' } },
  }),
  post(`${core}/serviceaccounts`, { metadata: { name: 'a' } }),
  post('/apis/coordination.k8s.io/v1/namespaces/{ns}/leases', {
    metadata: { name: 'a' },
    spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: '2026-01-02T03:04:05.678901Z' },
  }),
  post('/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles', {
    metadata: { name: 'a' },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
  }),
  post('/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings', {
    metadata: { name: 'a' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'a' },
    subjects: [{ kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' }],
  }),
  post(`${core}/events`, {
    metadata: { name: 'a', namespace: '{ns}' },
    involvedObject: { kind: 'ConfigMap', name: 'a', namespace: '{ns}' },
    reason: 'Made',
    message: 'm',
    type: 'Normal',
    count: 2,
    firstTimestamp: '2026-01-02T03:04:05Z',
    lastTimestamp: '2026-01-02T03:04:05Z',
    source: { component: 'c' },
  }),
];
const collections = [
  maps,
  `${core}/secrets`,
  `${core}/services`,
  `${core}/serviceaccounts`,
  '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases',
  '/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles',
  '/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings',
  `${core}/events`,
  '/apis/events.k8s.io/v1/namespaces/{ns}/events',
];

export const formCases: readonly Case[] = [
  {
    name: 'tables',
    requests: [
      ...made,
      ...collections.flatMap((path) => [
        get(path, as('Table')),
        get(`${path}/a`, as('Table')),
        get(`${path}/nope`, as('Table')),
      ]),
      get(maps, as('Table', 'v1beta1')),
      get(`${maps}?includeObject=None`, as('Table')),
      get(`${maps}?includeObject=Object`, as('Table')),
      get(`${maps}?includeObject=Nope`, as('Table')),
      get(`${maps}?limit=1`, as('Table')),
      get(`${maps}?labelSelector=nope`, as('Table')),
      get('/api/v1/namespaces/{ns}', as('Table')),
      post(maps, { metadata: { name: 't' } }, { headers: as('Table') }),
      patch('merge', `${maps}/t`, { data: { k: 'v' } }, { headers: as('Table') }),
      remove(`${maps}/t`, undefined, { headers: as('Table') }),
    ],
  },
  {
    name: 'metadata only',
    requests: [
      ...made,
      ...collections.flatMap((path) => [
        get(path, as('PartialObjectMetadataList')),
        get(`${path}/a`, as('PartialObjectMetadata')),
      ]),
      get(`${maps}/a`, as('PartialObjectMetadata', 'v1beta1')),
      get(maps, as('PartialObjectMetadataList', 'v1beta1')),
      post(maps, { metadata: { name: 'p' } }, { headers: as('PartialObjectMetadata') }),
      put(
        `${maps}/p`,
        { metadata: { name: 'p' }, data: { k: 'v' } },
        { headers: as('PartialObjectMetadata') },
      ),
      patch('merge', `${maps}/p`, { data: { k: 'v' } }, { headers: as('PartialObjectMetadata') }),
      remove(`${maps}/p`, undefined, { headers: as('PartialObjectMetadata') }),
      get(`${maps}?limit=1`, as('PartialObjectMetadataList', 'v1', protobuf)),
      get(`${maps}/a`, as('PartialObjectMetadata', 'v1', protobuf)),
      get(`${maps}/a`, as('Table', 'v1', protobuf)),
    ],
  },
  {
    name: 'YAML',
    requests: [
      ...made,
      ...collections.flatMap((path) => [
        get(path, { accept: 'application/yaml' }),
        get(`${path}/a`, { accept: 'application/yaml' }),
      ]),
      get(maps, as('Table', 'v1', 'application/yaml')),
      post(maps, 'metadata:\n  name: made\ndata:\n  k: "1"\n', {
        headers: { 'content-type': 'application/yaml', accept: 'application/yaml' },
      }),
      put(`${maps}/made`, 'metadata:\n  name: made\ndata:\n  k: 1\n', {
        headers: { 'content-type': 'application/yaml' },
      }),
      post(maps, 'metadata:\n\tname: y\n', { headers: { 'content-type': 'application/yaml' } }),
      post(maps, 'a: b\n---\nc: d\n', { headers: { 'content-type': 'application/yaml' } }),
      post(maps, 'x', { headers: { 'content-type': 'application/yaml' } }),
    ],
  },
  {
    name: 'protobuf',
    requests: [
      ...made,
      // Without services: what is known to differ in them could not be told apart by field numbers.
      ...collections
        .filter((path) => !path.endsWith('/services'))
        .flatMap((path) => [
          get(path, { accept: protobuf }),
          get(`${path}/a`, { accept: protobuf }),
          get(`${path}/nope`, { accept: protobuf }),
        ]),
      get('/api/v1/namespaces/{ns}', { accept: protobuf }),
      get('/nope', { accept: protobuf }),
      get('/api', { accept: protobuf }),
      get('/apis/rbac.authorization.k8s.io/v1', { accept: protobuf }),
      get(`${maps}/a`, { accept: `${protobuf},application/json` }),
      post(maps, { metadata: { name: 'p' } }, { headers: { accept: protobuf } }),
      remove(`${maps}/p`, undefined, { headers: { accept: protobuf } }),
    ],
  },
  {
    name: 'indented, and without a body',
    requests: [
      named('made', post(maps, { metadata: { name: 'a' }, data: { k: '<&>\u2028 é' } })),
      ...['true', '1', 'false', '0', '', 'nope'].map((pretty) => get(`${maps}/a?pretty=${pretty}`)),
      get(`${maps}/a`, { 'user-agent': 'Mozilla/5.0' }),
      get(`${maps}/a`, { 'user-agent': 'curl/8' }),
      get(`${maps}/a`, { 'user-agent': 'Wget/1' }),
      get(`${maps}/a`, { 'user-agent': 'kubectl/1' }),
      get(`${maps}/nope?pretty=false`),
      get(`${maps}/a?pretty=true`, { accept: 'application/yaml' }),
      get('/api?pretty=false'),
      get('/version?pretty=false'),
      send('HEAD', `${maps}/a`),
      send('HEAD', `${maps}/nope`),
      send('HEAD', '/api'),
      send('HEAD', '/version'),
      send('HEAD', '/nope'),
      get(`${maps}/a`, { accept: 'application/json', 'accept-encoding': 'gzip' }),
    ],
  },
];
