/**
 * WATCH: what has happened since a revision, forms, refusals. Not initial events, nor what waits for the newest state:
 * the etcd of the distributions is older than kube-apiserver wants for these.
 */
import { type Case, get, named, patch, post, remove } from '../case.ts';

const maps = '/api/v1/namespaces/{ns}/configmaps';
const watch = `${maps}?watch=1&timeoutSeconds=1`;
const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
const partial = { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' };
const protobuf = { accept: 'application/vnd.kubernetes.protobuf' };

const history = [
  named('first', post(maps, { metadata: { name: 'a', labels: { x: '1' } }, data: { k: 'v' } })),
  post(maps, { metadata: { name: 'b' } }),
  patch('merge', `${maps}/a`, { data: { k: 'w' } }),
  patch('merge', `${maps}/a`, { metadata: { labels: { x: '2' } } }),
  remove(`${maps}/b`),
];
const since = 'resourceVersion={first.metadata.resourceVersion}';

export const watchCases: readonly Case[] = [
  { name: 'a watch of what has happened', requests: [...history, get(`${watch}&${since}`)] },
  { name: 'a watch by labels', requests: [...history, get(`${watch}&${since}&labelSelector=x%3D1`)] },
  {
    name: 'a watch of a name',
    requests: [...history, get(`${watch}&${since}&fieldSelector=metadata.name%3Db`)],
  },
  { name: 'a watch from any revision', requests: [...history, get(`${watch}&resourceVersion=0`)] },
  { name: 'a watch from no revision', requests: [...history, get(watch)] },
  { name: 'a watch in tables', requests: [...history, get(`${watch}&${since}`, table)] },
  {
    name: 'a watch in tables without objects',
    requests: [...history, get(`${watch}&${since}&includeObject=None`, table)],
  },
  { name: 'a watch of metadata', requests: [...history, get(`${watch}&${since}`, partial)] },
  {
    name: 'a watch in YAML',
    requests: [...history, get(`${watch}&${since}`, { accept: 'application/yaml' })],
  },
  {
    name: 'no initial events',
    requests: [
      ...history,
      get(
        `${watch}&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=0`,
      ),
    ],
  },
  {
    name: 'watches of one object',
    requests: [
      ...history,
      get(`${maps}/a?watch=1&timeoutSeconds=1`),
      get(`/api/v1/watch/namespaces/{ns}/configmaps?timeoutSeconds=1&resourceVersion=0`),
      get(`/api/v1/watch/namespaces/{ns}/configmaps/a?timeoutSeconds=1&resourceVersion=0`),
    ],
  },
  {
    name: 'watches refused',
    requests: [
      get(`${watch}&resourceVersion=nope`),
      get(`${watch}&sendInitialEvents=true`),
      get(`${watch}&sendInitialEvents=nope`),
      get(`${watch}&sendInitialEvents=true&resourceVersionMatch=Exact`),
      get(`${watch}&resourceVersionMatch=NotOlderThan`),
      get(`${watch}&resourceVersionMatch=Exact&resourceVersion=1`),
      get(`${watch}&labelSelector=%3D`),
      get(`${watch}&fieldSelector=nope%3D1`),
      get(`${maps}?watch=nope&timeoutSeconds=1&resourceVersion=0`),
      get(`${maps}?watch=false`),
      get(`${maps}?watch=0&limit=1`),
      get(`${watch}&resourceVersion=1`),
      get(`${watch}&resourceVersion=1`, table),
      get(`${watch}&resourceVersion=0`, { accept: 'application/json;as=Nope;v=v1;g=meta.k8s.io' }),
      get(`${watch}&limit=1&continue=x`),
      get(`${watch}&timeoutSeconds=nope&resourceVersion=0`),
    ],
  },
  { name: 'a watch in protobuf', requests: [get(`${watch}&resourceVersion=0`, protobuf)] },
];
