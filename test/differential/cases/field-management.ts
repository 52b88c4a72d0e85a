/** Who owns what: `managedFields` after every kind of write, conflicts, force, sub-resources. */
import { type Case, get, named, patch, post, put } from '../case.ts';

const maps = '/api/v1/namespaces/{ns}/configmaps';
const services = '/api/v1/namespaces/{ns}/services';
const map = (fields: Record<string, unknown> = {}) =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', ...fields }) as never;
const by = (manager: string) => `fieldManager=${manager}`;
const again = (name: string, changes = {}) => ({ again: name, changes });

export const fieldManagementCases: readonly Case[] = [
  {
    name: 'entries of plain writes',
    requests: [
      named(
        'made',
        post(`${maps}?${by('one')}`, { metadata: { name: 'a', labels: { x: 'y' } }, data: { k: 'v' } }),
      ),
      put(`${maps}/a?${by('one')}`, again('made', { data: { l: 'w' } })),
      put(`${maps}/a?${by('two')}`, again('made', { metadata: { resourceVersion: null }, data: { l: 'x' } })),
      patch('merge', `${maps}/a?${by('three')}`, { data: { m: 'n' }, metadata: { annotations: { p: 'q' } } }),
      patch('json', `${maps}/a?${by('four')}`, [{ op: 'add', path: '/data/o', value: 'p' }]),
      patch('strategic', `${maps}/a?${by('five')}`, { data: { q: 'r' } }),
      patch('strategic', `${maps}/a?${by('five')}`, { data: { q: 'r' } }),
      patch('merge', `${maps}/a`, { data: { m: null } }),
      patch('merge', `${maps}/a`, { metadata: { managedFields: [{}] } }),
      patch('merge', `${maps}/a`, { data: { after: 'reset' } }),
      patch('merge', `${maps}/a`, { metadata: { managedFields: null } }),
      get(`${maps}/a`),
    ],
  },
  {
    name: 'apply makes, changes, takes back',
    requests: [
      patch('apply', `${maps}/a?${by('one')}`, map({ data: { k: 'v', l: 'w' } })),
      patch('apply', `${maps}/a?${by('one')}`, map({ data: { k: 'v', l: 'w' } })),
      patch('apply', `${maps}/a?${by('one')}`, map({ data: { k: 'v' } })),
      patch('apply', `${maps}/a?${by('two')}`, map({ data: { k: 'v' } })),
      patch('apply', `${maps}/a?${by('two')}`, map({ data: { k: 'x' } })),
      patch('apply', `${maps}/a?${by('two')}&force=true`, map({ data: { k: 'x' } })),
      patch(
        'apply',
        `${maps}/a?${by('one')}`,
        map({ data: { k: 'y', z: '1' }, metadata: { labels: { a: 'b' } } }),
      ),
      patch('apply', `${maps}/a?${by('two')}`, map()),
      patch('apply', `${maps}/a?${by('one')}`, map()),
      patch('apply', `${maps}/a?${by('one')}`, map({ metadata: { name: 'b' } })),
      patch('apply', `${maps}/a?${by('one')}`, map({ metadata: { namespace: 'b' } })),
      patch('apply', `${maps}/a?${by('one')}`, map({ metadata: { managedFields: [{ manager: 'x' }] } })),
      patch('apply', `${maps}/a?${by('one')}`, map({ metadata: { resourceVersion: '1' } })),
      patch('apply', `${maps}/a?${by('one')}`, map({ metadata: { uid: 'x' } })),
      patch('apply', `${maps}/new?${by('one')}`, map({ metadata: { uid: 'x' } })),
      patch('apply', `${maps}/new?${by('one')}`, map({ metadata: { resourceVersion: '1' } })),
      patch('apply', `${maps}/a?${by('one')}`, { kind: 'ConfigMap' }),
      patch('apply', `${maps}/a?${by('one')}`, { apiVersion: 'v1' }),
      patch('apply', `${maps}/a?${by('one')}`, { apiVersion: 'v1', kind: 'Secret' }),
      patch('apply', `${maps}/a?${by('one')}`, { apiVersion: 'v2', kind: 'ConfigMap' }),
      patch('apply', `${maps}/a?${by('one')}`, '{'),
      patch('apply', `${maps}/a?${by('one')}`, ''),
      patch('apply', `${maps}/a?${by('one')}`, '[]'),
      patch('apply', `${maps}/a?${by('one')}`, map({ data: [] })),
      patch('apply', `${maps}/a?${by('one')}`, map({ data: { k: 1 } })),
      patch('apply', `${maps}/a?${by('one')}`, map({ data: { k: null }, metadata: { labels: null } })),
      patch('apply', `${maps}/a?${by('one')}`, map({ immutable: 'x' })),
      patch('apply', `${maps}/A_b?${by('one')}`, map()),
      get(`${maps}/a`),
    ],
  },
  {
    name: 'apply against other writers',
    requests: [
      post(`${maps}?${by('maker')}`, {
        metadata: { name: 'a', labels: { x: 'y' } },
        data: { k: 'v', l: 'w', m: 'n' },
      }),
      patch('apply', `${maps}/a?${by('applier')}`, map({ data: { k: 'other', l: 'other' } })),
      patch('apply', `${maps}/a?${by('second')}`, map({ data: { k: 'v' } })),
      patch(
        'apply',
        `${maps}/a?${by('applier')}`,
        map({ data: { k: 'other' }, metadata: { labels: { x: 'z' } } }),
      ),
      patch('merge', `${maps}/a?${by('patcher')}`, { data: { k: 'patched' } }),
      patch('apply', `${maps}/a?${by('second')}`, map({ data: { k: 'v' } })),
      patch('apply', `${maps}/a?${by('second')}&force=true`, map({ data: { k: 'v' } })),
      get(`${maps}/a`),
    ],
  },
  {
    name: 'apply of lists with keys, and of what defaults',
    requests: [
      patch('apply', `${services}/s?${by('one')}`, {
        apiVersion: 'v1',
        kind: 'Service',
        spec: { clusterIP: 'None', ports: [{ port: 80, name: 'http' }] },
      }),
      patch('apply', `${services}/s?${by('two')}`, {
        apiVersion: 'v1',
        kind: 'Service',
        spec: { ports: [{ port: 443, name: 'https', protocol: 'TCP' }] },
      }),
      patch('apply', `${services}/s?${by('two')}`, {
        apiVersion: 'v1',
        kind: 'Service',
        spec: { ports: [{ port: 80, name: 'web', protocol: 'TCP' }] },
      }),
      patch('apply', `${services}/s?${by('three')}`, {
        apiVersion: 'v1',
        kind: 'Service',
        spec: { ports: [{ port: 1 }, { port: 1 }] },
      }),
      patch('apply', `${services}/s?${by('three')}`, {
        apiVersion: 'v1',
        kind: 'Service',
        spec: { selector: { a: 'b' }, type: 'ClusterIP' },
        status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
      }),
      patch('apply', `${services}/s/status?${by('status')}`, {
        apiVersion: 'v1',
        kind: 'Service',
        status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
        spec: { selector: { not: 'owned' } },
      }),
      patch('merge', `${services}/s/status?${by('merged')}`, {
        status: {
          conditions: [{ type: 'A', status: 'True', reason: 'R', message: '', lastTransitionTime: null }],
        },
      }),
      patch('merge', `${services}/s/status?${by('merged')}`, {
        metadata: { labels: { from: 'status' }, annotations: { a: 'b' } },
      }),
      patch('apply', `${services}/nope/status?${by('status')}`, {
        apiVersion: 'v1',
        kind: 'Service',
        status: {},
      }),
      get(`${services}/s`),
    ],
  },
  {
    name: 'apply of metadata',
    requests: [
      patch(
        'apply',
        `${maps}/a?${by('one')}`,
        map({
          metadata: {
            labels: { a: 'b' },
            annotations: { c: 'd' },
            finalizers: ['e.com/x'],
            ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u1' }],
          },
        }),
      ),
      patch(
        'apply',
        `${maps}/a?${by('two')}`,
        map({
          metadata: {
            finalizers: ['e.com/y', 'e.com/x'],
            ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'p', uid: 'u2' }],
          },
        }),
      ),
      patch('apply', `${maps}/a?${by('one')}`, map({ metadata: { finalizers: [] } })),
      patch('apply', `${maps}/a?${by('two')}`, map({ metadata: { generateName: 'x', selfLink: 'y' } })),
      patch(
        'apply',
        `${maps}/a?${by('two')}`,
        map({ metadata: { creationTimestamp: '2001-01-01T00:00:00Z' } }),
      ),
      patch('apply', `${maps}/a?${by('two')}`, map({ metadata: { creationTimestamp: null } })),
      patch('merge', `${maps}/a`, { metadata: { finalizers: null } }),
      get(`${maps}/a`),
    ],
  },
  {
    name: 'from client-side to server-side apply',
    requests: [
      post(`${maps}?${by('kubectl-client-side-apply')}`, {
        metadata: {
          name: 'a',
          annotations: {
            'kubectl.kubernetes.io/last-applied-configuration':
              '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"annotations":{},"name":"a"},"data":{"k":"v","l":"w"}}\n',
          },
        },
        data: { k: 'v', l: 'w' },
      }),
      patch('apply', `${maps}/a?${by('kubectl')}`, map({ data: { k: 'v2' } })),
      patch('apply', `${maps}/a?${by('kubectl')}`, map({ data: {} })),
      get(`${maps}/a`),
    ],
  },
];
