import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeProtobuf } from '../../apimachinery/codec/protobuf.ts';
import { parseYaml } from '../../apimachinery/codec/yaml.ts';
import type { ContextKind, ResourceDefinition } from '../../apimachinery/resource-definition.ts';
import { object } from '../../apimachinery/schema/schema.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { DocumentCache } from '../document-cache.ts';
import type { StaticDocument } from '../static-document.ts';
import { Discovery } from './discovery.ts';
import { apiResourceListSchema } from './discovery-schemas.ts';
import { compareGroups } from './group-priority.ts';
import { storageVersionHash } from './resource-lists.ts';
import type { ShownTo } from './served-surface.ts';

interface Sketch {
  readonly group: string;
  readonly versions: readonly string[];
  readonly kind: string;
  readonly contexts: readonly ContextKind[];
  readonly more?: Partial<ResourceDefinition>;
}
function define({ group, versions, kind, contexts, more }: Sketch): ResourceDefinition {
  const resource = `${kind.toLowerCase()}s`;
  return {
    group,
    resource,
    singular: kind.toLowerCase(),
    kind,
    listKind: `${kind}List`,
    scope: 'Namespaced',
    description: `A ${kind}.`,
    verbs: ['list', 'get', 'create'],
    contexts,
    versions: versions.map((version) => ({ version, schema: object({}) })),
    storage: { group, version: versions[0]!, kind, resource },
    strategy: {},
    subresources: [],
    columns: [],
    strategicMergePatch: false,
    ...more,
  };
}

const everywhere: readonly ContextKind[] = ['Platform', 'Project'];
const definitions = [
  define({
    group: '',
    versions: ['v1'],
    kind: 'Namespace',
    contexts: everywhere,
    more: {
      scope: 'Cluster',
      shortNames: ['ns'],
      subresources: [
        { name: 'status', verbs: ['update', 'get'], merge: () => undefined },
        { name: 'finalize', verbs: ['update'], merge: () => undefined },
      ],
    },
  }),
  define({
    group: '',
    versions: ['v1'],
    kind: 'ConfigMap',
    contexts: everywhere,
    more: { shortNames: ['cm'] },
  }),
  define({ group: 'z.example.com', versions: ['v1alpha1', 'v1'], kind: 'Widget', contexts: ['Project'] }),
  define({ group: 'z.example.com', versions: ['v1beta1'], kind: 'Gadget', contexts: ['Project'] }),
  define({
    group: 'a.example.com',
    versions: ['v1'],
    kind: 'Tenant',
    contexts: ['Platform', 'User'],
    more: { categories: ['all'] },
  }),
];
const lists = new Map<ContextKind, readonly ResourceDefinition[]>();
const shown = ({ surface: { kind } }: ShownTo): readonly ResourceDefinition[] => {
  const list = lists.get(kind) ?? definitions.filter(({ contexts }) => contexts.includes(kind));
  lists.set(kind, list);
  return list;
};
const options = { serverAddress: 'localhost:6443', otherPaths: ['/healthz', '/version'] };
const discovery = new Discovery(shown, options, new DocumentCache());
const ask = (
  kind: ContextKind,
  path: string,
  accept: string | undefined,
  ifNoneMatch?: string,
): StaticDocument | undefined =>
  discovery.respond({ id: '', surface: { kind, name: '' } }, { path, accept, ifNoneMatch });

const v2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const v2beta1 = 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';
const json = 'application/json';
const read = (surface: ContextKind, path: string, accept = json): unknown => {
  const document = ask(surface, path, accept);
  return document === undefined ? undefined : JSON.parse(document.body.toString());
};

test('legacy documents', () => {
  const check = (surface: ContextKind, path: string, expected: unknown): void =>
    assert.deepEqual(read(surface, path), expected, `${surface} ${path}`);
  const namespaces = [
    {
      name: 'configmaps',
      singularName: 'configmap',
      namespaced: true,
      kind: 'ConfigMap',
      verbs: ['create', 'get', 'list'],
      shortNames: ['cm'],
      storageVersionHash: 'qFsyl6wFWjQ=',
    },
    {
      name: 'namespaces',
      singularName: 'namespace',
      namespaced: false,
      kind: 'Namespace',
      verbs: ['create', 'get', 'list'],
      shortNames: ['ns'],
      storageVersionHash: 'Q3oi5N2YM8M=',
    },
    {
      name: 'namespaces/finalize',
      singularName: '',
      namespaced: false,
      kind: 'Namespace',
      verbs: ['update'],
    },
    {
      name: 'namespaces/status',
      singularName: '',
      namespaced: false,
      kind: 'Namespace',
      verbs: ['get', 'update'],
    },
  ];
  const z = {
    name: 'z.example.com',
    versions: [
      { groupVersion: 'z.example.com/v1', version: 'v1' },
      { groupVersion: 'z.example.com/v1beta1', version: 'v1beta1' },
      { groupVersion: 'z.example.com/v1alpha1', version: 'v1alpha1' },
    ],
    preferredVersion: { groupVersion: 'z.example.com/v1', version: 'v1' },
  };
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: 'localhost:6443' }];
  check('Platform', '/api', { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs });
  check('Platform', '/api/', { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs });
  check('User', '/api', { kind: 'APIVersions', versions: [], serverAddressByClientCIDRs });
  check('Platform', '/api/v1', {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: 'v1',
    resources: namespaces,
  });
  check('Project', '/apis', { kind: 'APIGroupList', apiVersion: 'v1', groups: [z] });
  check('Project', '/apis/z.example.com', { kind: 'APIGroup', apiVersion: 'v1', ...z });
  check('Organization', '/apis', { kind: 'APIGroupList', apiVersion: 'v1', groups: [] });
  check('User', '/', {
    paths: ['/api', '/apis', '/apis/a.example.com', '/apis/a.example.com/v1', '/healthz', '/version'],
  });

  for (const path of [
    '/api/v2',
    '/apis/v1',
    '/apis/z.example.com',
    '/apis/a.example.com/v2',
    '/apis//v1',
    '/apix',
  ]) {
    check('Platform', path, undefined);
  }
  check('User', '/api/v1', undefined);
  check('Project', '/apis/a.example.com', undefined);
});

test('the storage version hash is the one upstream shows for the same kind', () => {
  const check = (group: string, version: string, kind: string, expected: string): void =>
    assert.equal(storageVersionHash({ storage: { group, version, kind, resource: '' } }), expected);
  check('', 'v1', 'Pod', 'xPOwRZ+Yhw8=');
  check('', 'v1', 'ConfigMap', 'qFsyl6wFWjQ=');
  check('', 'v1', 'Secret', 'S6u1pOWzb84=');
});

test('aggregated documents hold all of a surface, in both versions', () => {
  const groups = (
    items: readonly { metadata: { name?: string }; versions: { version: string }[] }[],
  ): string =>
    items.map((item) => `${item.metadata.name ?? 'core'}:${item.versions.map((v) => v.version)}`).join(' ');
  const check = (surface: ContextKind, path: string, expected: string): void => {
    for (const [accept, version] of [
      [v2, 'v2'],
      [v2beta1, 'v2beta1'],
    ] as const) {
      // biome-ignore lint/suspicious/noExplicitAny: a document is read as its client reads it.
      const list = read(surface, path, accept) as any;
      assert.equal(list.kind, 'APIGroupDiscoveryList');
      assert.equal(list.apiVersion, `apidiscovery.k8s.io/${version}`);
      assert.equal(groups(list.items), expected);
    }
  };
  check('Platform', '/api', 'core:v1');
  check('Platform', '/apis', 'a.example.com:v1');
  check('Project', '/apis', 'z.example.com:v1,v1beta1,v1alpha1');
  check('User', '/api', '');

  // biome-ignore lint/suspicious/noExplicitAny: a document is read as its client reads it.
  const core = read('Platform', '/api', v2) as any;
  const responseKind = { group: '', version: 'v1', kind: 'Namespace' };
  assert.deepEqual(core.items[0].versions[0].resources[1], {
    resource: 'namespaces',
    responseKind,
    scope: 'Cluster',
    singularResource: 'namespace',
    verbs: ['create', 'get', 'list'],
    shortNames: ['ns'],
    subresources: [
      { subresource: 'finalize', responseKind, verbs: ['update'] },
      { subresource: 'status', responseKind, verbs: ['get', 'update'] },
    ],
  });
  assert.equal(core.items[0].versions[0].freshness, 'Current');
});

test('the form follows the Accept header', () => {
  const check = (path: string, accept: string | undefined, expected: string): void => {
    try {
      assert.equal(ask('Platform', path, accept)?.contentType, expected, accept);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      assert.equal(String(error.code), expected);
    }
  };
  check('/api', undefined, json);
  check('/api', '*/*', json);
  check('/apis', `${v2},${v2beta1},${json}`, v2);
  check('/apis', `${v2beta1},${json}`, v2beta1);
  check('/apis', `${v2};profile=nopeer,${v2},${json}`, v2);
  check('/apis', `${v2.replace('v=v2', 'v=v3')},${json}`, json);
  check('/apis', `${json};q=0.1,${v2}`, v2);
  check('/apis/a.example.com', `${v2},${json}`, json);
  check('/apis/a.example.com', v2, '406');
  const protobuf = 'application/vnd.kubernetes.protobuf';
  check('/api/v1', `${protobuf},application/json`, protobuf);
  check('/apis', protobuf, protobuf);
  check('/apis', 'application/yaml', 'application/yaml');
  check('/apis', `${v2.replace('json', 'vnd.kubernetes.protobuf')},${json}`, json);
  check('/apis', 'text/html', '406');
  check('/', 'text/html', json);
});

test('aggregated documents answer conditional requests', () => {
  const document = ask('Platform', '/apis', v2)!;
  assert.match(document.etag, /^"[0-9A-F]{128}"$/);
  assert.deepEqual(document.headers, { vary: 'Accept', 'cache-control': 'public', etag: document.etag });
  const check = (ifNoneMatch: string, expected: number): void => {
    const answer = ask('Platform', '/apis', v2, ifNoneMatch)!;
    assert.equal(answer.status, expected, ifNoneMatch);
    assert.equal(answer.body.length === 0, expected === 304);
    assert.equal(answer.headers.etag, document.etag);
  };
  check(document.etag, 304);
  check(`W/${document.etag}`, 304);
  check(`"other", ${document.etag}`, 304);
  check('*', 304);
  check('"other"', 200);
  check('', 200);
});

test('surfaces of one kind share their documents', () => {
  const first = ask('Project', '/apis', v2);
  assert.equal(first, ask('Project', '/apis', v2));
  assert.notEqual(first?.etag, ask('Platform', '/apis', v2)?.etag);
});

test('groups come in the order of their priority, those without one by name', () => {
  const check = (given: string, expected: string): void =>
    assert.equal(given.split(' ').sort(compareGroups).join(' '), expected);
  check('b.example.com a.example.com apps', 'apps a.example.com b.example.com');
  check('apps events.k8s.io apiregistration.k8s.io batch', 'apiregistration.k8s.io apps events.k8s.io batch');
  check(
    'admissionregistration.k8s.io coordination.k8s.io apiextensions.k8s.io rbac.authorization.k8s.io',
    'rbac.authorization.k8s.io admissionregistration.k8s.io apiextensions.k8s.io coordination.k8s.io',
  );
});

test('protobuf and YAML say what JSON says', () => {
  const protobuf = ask('Platform', '/api/v1', 'application/vnd.kubernetes.protobuf')!.body;
  assert.deepEqual(decodeProtobuf<unknown>(protobuf, apiResourceListSchema), read('Platform', '/api/v1'));
  const yaml = ask('Project', '/apis', 'application/yaml')!.body.toString();
  assert.deepEqual(parseYaml(yaml), read('Project', '/apis'));
});
