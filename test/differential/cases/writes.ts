/** Create, update and patch that succeed or meet the object as it is: metadata, generation, conflicts, strictness. */
import { type Case, get, named, patch, post, put } from '../case.ts';

const maps = '/api/v1/namespaces/{ns}/configmaps';
const secrets = '/api/v1/namespaces/{ns}/secrets';
const services = '/api/v1/namespaces/{ns}/services';
const nothing = { spec: null };
const again = (name: string, changes = {}) => ({ again: name, changes });

export const writeCases: readonly Case[] = [
  {
    name: 'a ConfigMap through its life',
    requests: [
      named('made', post(maps, { metadata: { name: 'a', labels: { x: 'y' } }, data: { k: 'v' } })),
      post(maps, { metadata: { name: 'a' } }),
      get(`${maps}/a`),
      put(`${maps}/a`, again('made')),
      named('put', put(`${maps}/a`, again('made', { data: { k: 'w' } }))),
      put(`${maps}/a`, again('made', { data: { k: 'x' } })),
      put(`${maps}/a`, again('put', { metadata: { uid: 'other' } })),
      put(`${maps}/a`, again('put', { metadata: { resourceVersion: null }, data: { k: 'y' } })),
      put(`${maps}/a`, { metadata: { name: 'a' } }),
      put(`${maps}/a`, { metadata: { name: 'a', resourceVersion: 'nope' } }),
      put(`${maps}/a`, { metadata: { name: 'a', resourceVersion: '0' } }),
      put(`${maps}/a`, { data: { no: 'name' } }),
      put(`${maps}/a`, {
        metadata: { name: 'a', creationTimestamp: '2001-01-01T00:00:00Z' },
        data: { k: 't' },
      }),
      put(`${maps}/a`, { metadata: { name: 'a', generation: 9, deletionTimestamp: '2001-01-01T00:00:00Z' } }),
      put(`${maps}/a`, { metadata: { name: 'a', namespace: '' }, immutable: true, data: { k: 'v' } }),
      put(`${maps}/a`, { metadata: { name: 'a' }, immutable: false, data: { k: 'w' } }),
      put(`${maps}/a`, {
        metadata: { name: 'a', labels: { still: 'free' } },
        immutable: true,
        data: { k: 'v' },
      }),
    ],
  },
  {
    name: 'generated names',
    requests: [
      post(maps, { metadata: { generateName: 'gen-' } }),
      post(maps, { metadata: { name: 'given', generateName: 'gen-' } }),
      post(maps, { metadata: { name: 'given', generateName: 'gen-' } }),
      post(`${maps}?dryRun=All`, { metadata: { generateName: 'gen-' } }),
      get(`${maps}/given`),
    ],
  },
  {
    name: 'dry runs',
    requests: [
      post(`${maps}?dryRun=All`, { metadata: { name: 'a' }, data: { k: 'v' } }),
      get(`${maps}/a`),
      named('made', post(maps, { metadata: { name: 'a' }, data: { k: 'v' } })),
      post(`${maps}?dryRun=All`, { metadata: { name: 'a' } }),
      put(`${maps}/a?dryRun=All`, again('made', { data: { k: 'w' } })),
      put(`${maps}/a?dryRun=All`, again('made')),
      patch('merge', `${maps}/a?dryRun=All`, { data: { k: 'w' } }),
      patch('apply', `${maps}/a?dryRun=All&fieldManager=m`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        data: { l: 'w' },
      }),
      patch('apply', `${maps}/b?dryRun=All&fieldManager=m`, { apiVersion: 'v1', kind: 'ConfigMap' }),
      get(`${maps}/a`),
    ],
  },
  {
    name: 'fields that no schema knows',
    requests: ['Strict', 'Warn', 'Ignore', ''].flatMap((mode, i) => {
      const asked = mode === '' ? '' : `?fieldValidation=${mode}`;
      const twice = (name: string) =>
        `{"metadata":{"name":"${name}","nope":1},"data":{"a":"1","a":"2"},"data":{"b":"1"},"Data":{},"x":{"y":1}}`;
      return [
        post(`${maps}${asked}`, twice(`m${i}`)),
        post(maps, { metadata: { name: `n${i}` } }),
        put(`${maps}/n${i}${asked}`, twice(`n${i}`)),
        patch('merge', `${maps}/n${i}${asked}`, '{"x":1,"metadata":{"y":2},"data":{"c":"1","c":"2"}}'),
        patch('strategic', `${maps}/n${i}${asked}`, '{"x":1,"metadata":{"y":2},"data":{"c":"1","c":"2"}}'),
        patch('json', `${maps}/n${i}${asked}`, [{ op: 'add', path: '/x', value: 1 }]),
        patch(
          'json',
          `${maps}/n${i}${asked}`,
          '[{"op":"add","op":"add","path":"/data/z","value":"1","extra":1}]',
        ),
        patch('apply', `${maps}/n${i}${asked === '' ? '?' : `${asked}&`}fieldManager=m`, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          x: 1,
          data: { q: '1' },
        }),
        patch(
          'apply',
          `${maps}/n${i}${asked === '' ? '?' : `${asked}&`}fieldManager=m`,
          'apiVersion: v1\nkind: ConfigMap\ndata: {q: "1"}\ndata: {q: "2"}\n',
        ),
        post(`${maps}${asked}`, 'metadata: {name: y, name: z, q: 1}\nx: 1\n', {
          headers: { 'content-type': 'application/yaml' },
        }),
      ];
    }),
  },
  {
    name: 'patches of every type',
    requests: [
      post(maps, {
        metadata: { name: 'a', labels: { x: 'y' }, finalizers: ['e.com/a'] },
        data: { k: 'v', l: 'w' },
      }),
      patch('merge', `${maps}/a`, { data: { k: null, m: 'n' } }),
      patch('merge', `${maps}/a`, {}),
      patch('merge', `${maps}/a`, { data: null, metadata: { labels: null } }),
      patch('merge', `${maps}/a`, '[]'),
      patch('merge', `${maps}/a`, 'null'),
      patch('merge', `${maps}/a`, '{'),
      patch('merge', `${maps}/a`, ''),
      patch('merge', `${maps}/a`, { metadata: { name: 'b' } }),
      patch('merge', `${maps}/a`, { metadata: { namespace: 'b' } }),
      patch('merge', `${maps}/a`, { metadata: { uid: 'b' } }),
      patch('merge', `${maps}/a`, { metadata: { resourceVersion: '1' } }),
      patch('merge', `${maps}/a`, { metadata: { resourceVersion: 'x' } }),
      patch('merge', `${maps}/a`, { metadata: { creationTimestamp: null, generation: 4 } }),
      patch('merge', `${maps}/a`, { kind: 'Secret' }),
      patch('merge', `${maps}/a`, { apiVersion: 'v2' }),
      patch('merge', `${maps}/a`, { data: { k: 1 } }),
      patch('json', `${maps}/a`, [{ op: 'add', path: '/data', value: { k: 'v' } }]),
      patch('json', `${maps}/a`, [{ op: 'test', path: '/data/k', value: 'w' }]),
      patch('json', `${maps}/a`, [{ op: 'remove', path: '/data/nope' }]),
      patch('json', `${maps}/a`, [{ op: 'replace', path: '/data/nope', value: 'x' }]),
      patch('json', `${maps}/a`, [{ op: 'copy', from: '/data/k', path: '/data/l' }]),
      patch('json', `${maps}/a`, [{ op: 'move', from: '/data/l', path: '/data/m' }]),
      patch('json', `${maps}/a`, [{ op: 'nope', path: '/data/l' }]),
      patch('json', `${maps}/a`, [{ op: 'add', path: '/metadata/finalizers/9', value: 'e.com/b' }]),
      patch('json', `${maps}/a`, [{ op: 'add', path: '/metadata/finalizers/-', value: 'e.com/b' }]),
      patch('json', `${maps}/a`, { op: 'add' }),
      patch('json', `${maps}/a`, '['),
      patch('json', `${maps}/a`, []),
      patch('json', `${maps}/a`, [{ op: 'add', path: 'data', value: 'x' }]),
      patch('strategic', `${maps}/a`, { metadata: { finalizers: ['e.com/c'] }, data: { k: null } }),
      patch('strategic', `${maps}/a`, { metadata: { '$deleteFromPrimitiveList/finalizers': ['e.com/a'] } }),
      patch('strategic', `${maps}/a`, { data: { $patch: 'replace', only: 'this' } }),
      patch('strategic', `${maps}/a`, { data: { $patch: 'nope' } }),
      patch('strategic', `${maps}/a`, { data: 'x' }),
      patch('strategic', `${maps}/a`, '[]'),
      patch('strategic', `${maps}/a`, {}),
      get(`${maps}/a`),
    ],
  },
  {
    name: 'ports merge by their key',
    requests: [
      post(services, {
        metadata: { name: 's' },
        spec: { clusterIP: 'None', selector: { a: 'b' }, ports: [{ name: 'http', port: 80 }] },
      }),
      patch('strategic', `${services}/s`, { spec: { ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] } }),
      patch('strategic', `${services}/s`, { spec: { ports: [{ port: 80, targetPort: 'web' }] } }),
      patch('strategic', `${services}/s`, { spec: { ports: [{ port: 53, $patch: 'delete' }] } }),
      patch('strategic', `${services}/s`, { spec: { ports: [{ name: 'nokey' }] } }),
      patch('strategic', `${services}/s`, { spec: { $setElementOrder: [{ port: 80 }] } }),
      patch('merge', `${services}/s`, { spec: { clusterIP: '10.96.3.3' } }),
      patch('merge', `${services}/s`, { metadata: { labels: { gen: 'same' } } }),
      patch('merge', `${services}/s/status`, {
        status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
      }),
      patch('merge', `${services}/s/status`, { spec: { selector: { c: 'd' } } }),
      patch('merge', `${services}/s`, { status: { loadBalancer: null } }),
      get(`${services}/s`),
    ],
  },
  {
    name: 'a Secret through its life',
    requests: [
      post(secrets, { metadata: { name: 'a' }, stringData: { k: 'v' }, data: { k: 'b2xk', l: 'bA==' } }),
      post(secrets, { metadata: { name: 'b' }, type: 'kubernetes.io/tls' }),
      post(secrets, { metadata: { name: 'c' }, type: 'kubernetes.io/basic-auth' }),
      post(secrets, { metadata: { name: 'd' }, type: 'kubernetes.io/service-account-token' }),
      post(secrets, { metadata: { name: 'e' }, data: { k: 'not base64' } }),
      patch('merge', `${secrets}/a`, { type: 'other' }),
      patch('merge', `${secrets}/a`, { stringData: { k: 'w' } }),
      patch('merge', `${secrets}/a`, { data: null }),
      patch('merge', `${secrets}/a`, { immutable: true }),
      patch('merge', `${secrets}/a`, { stringData: { k: 'w' } }),
    ],
  },
  {
    name: 'fields of metadata that were null',
    requests: [
      post(maps, {
        metadata: {
          name: 'a',
          labels: null,
          annotations: {},
          finalizers: [],
          ownerReferences: null,
          managedFields: [],
          creationTimestamp: null,
        },
        data: null,
        binaryData: {},
        ...nothing,
      }),
      put(`${maps}/a`, { metadata: { name: 'a', managedFields: [{}] }, data: {} }),
      put(`${maps}/a`, { metadata: { name: 'a', managedFields: [] }, data: { k: '' } }),
      put(`${maps}/a`, { metadata: { name: 'a', managedFields: [{ manager: 'x' }] } }),
    ],
  },
  {
    name: 'updates that make',
    requests: [
      put('/apis/coordination.k8s.io/v1/namespaces/{ns}/leases/made', {
        metadata: { name: 'made' },
        spec: {},
      }),
      put('/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles/made', {
        metadata: { name: 'made' },
        rules: [],
      }),
      put('/api/v1/namespaces/{ns}/events/made', {
        metadata: { name: 'made', namespace: '{ns}' },
        involvedObject: { namespace: '{ns}' },
      }),
      put(`${services}/made`, { metadata: { name: 'made' }, spec: { clusterIP: 'None' } }),
      put('/api/v1/namespaces/{ns}/resourcequotas/made', { metadata: { name: 'made' } }),
      put('/api/v1/namespaces/new-{ns}', { metadata: { name: 'new-{ns}' } }),
    ],
  },
];
