import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceDefinition } from '../../apimachinery/resource-definition.ts';
import { kindSchema } from '../../apimachinery/schema/meta.ts';
import { field, list, map, object, string } from '../../apimachinery/schema/schema.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { openApiFaults } from '../testing/openapi-structure.ts';
import { OpenApi, type OpenApiRequest, type SurfaceAddress } from './openapi.ts';

const base = {
  strategy: {},
  subresources: [],
  columns: [],
  strategicMergePatch: true,
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
} as const;
const note: ResourceDefinition = {
  ...base,
  group: '',
  resource: 'notes',
  singular: 'note',
  kind: 'Note',
  listKind: 'NoteList',
  scope: 'Namespaced',
  description: 'A note.',
  contexts: ['Platform', 'Project'],
  versions: [
    {
      version: 'v1',
      schema: kindSchema({
        name: 'io.k8s.api.core.v1.Note',
        description: 'A note in words.',
        fields: { data: field(2, map(string()), 'Words.'), tags: field(3, list(string()), 'Tags.') },
      }),
    },
  ],
  storage: { group: '', version: 'v1', kind: 'Note', resource: 'notes' },
};
const planet: ResourceDefinition = {
  ...base,
  group: 'space.example.com',
  resource: 'planets',
  singular: 'planet',
  kind: 'Planet',
  listKind: 'PlanetList',
  scope: 'Cluster',
  description: 'A planet.',
  contexts: ['Platform', 'Organization'],
  versions: ['v1', 'v1alpha1'].map((version) => ({
    version,
    schema: object({ mass: field(0, string(), 'Its mass.') }),
  })),
  storage: { group: 'space.example.com', version: 'v1', kind: 'Planet', resource: 'planets' },
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'], merge: () => undefined }],
  strategicMergePatch: false,
};
const moon: ResourceDefinition = {
  ...planet,
  resource: 'moons',
  singular: 'moon',
  kind: 'Moon',
  listKind: 'MoonList',
  verbs: ['get', 'list'],
  subresources: [],
  contexts: ['Organization'],
};

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const openApi = new OpenApi([note, planet, moon], { title: 'Test', version: 'v1.2.3' }, { now: () => nowMs });
const platform: SurfaceAddress = { kind: 'Platform', prefix: '' };
const organization: SurfaceAddress = { kind: 'Organization', prefix: '/o/acme' };
const request = (url: string, more: Partial<OpenApiRequest> = {}): OpenApiRequest => {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  return { path: pathname, query: searchParams, accept: undefined, ifNoneMatch: undefined, ...more };
};
// biome-ignore lint/suspicious/noExplicitAny: a document is read as its client reads it.
const read = (surface: SurfaceAddress, url: string): any =>
  JSON.parse(openApi.respond(surface, request(url))!.body.toString());

test('the index leads to the documents, on the surface that was asked', () => {
  const check = (surface: SurfaceAddress, ...names: string[]): void => {
    const { paths } = read(surface, '/openapi/v3') as {
      paths: Record<string, { serverRelativeURL: string }>;
    };
    assert.deepEqual(Object.keys(paths), names);
    for (const [name, { serverRelativeURL }] of Object.entries(paths)) {
      assert.ok(
        serverRelativeURL.startsWith(`${surface.prefix}/openapi/v3/${name}?hash=`),
        serverRelativeURL,
      );
      const document = openApi.respond(surface, request(serverRelativeURL.slice(surface.prefix.length)))!;
      assert.equal(document.status, 200);
      assert.equal(document.headers['cache-control'], 'public, immutable');
      assert.equal(document.headers.expires, 'Fri, 01 Jan 2027 00:00:00 GMT');
    }
  };
  check(platform, 'api/v1', 'apis/space.example.com/v1', 'apis/space.example.com/v1alpha1');
  check(organization, 'apis/space.example.com/v1', 'apis/space.example.com/v1alpha1');
  check({ kind: 'Project', prefix: '/projects/p/control-plane' }, 'api/v1');
  check({ kind: 'User', prefix: '/u' });
});

test('hashes and conditions', () => {
  const path = '/openapi/v3/api/v1';
  const document = openApi.respond(platform, request(path))!;
  assert.match(document.etag, /^"[0-9A-F]{128}"$/);
  assert.equal(document.headers['cache-control'], undefined);
  assert.equal(document.contentType, 'application/json');
  assert.equal(openApi.respond(platform, request(path, { ifNoneMatch: document.etag }))?.status, 304);
  assert.equal(openApi.respond(platform, request(path, { ifNoneMatch: '"x"' }))?.status, 200);

  const project = { kind: 'Project', prefix: '/projects/p/control-plane' } as const;
  const moved = openApi.respond(project, request(`${path}?hash=OLD`))!;
  assert.equal(moved.status, 301);
  assert.equal(moved.headers.location, `/projects/p/control-plane${path}?hash=${document.etag.slice(1, -1)}`);

  const indexed = openApi.respond(platform, request('/openapi/v3'))!;
  assert.equal(openApi.respond(platform, request('/openapi/v3', { ifNoneMatch: indexed.etag }))?.status, 304);
  assert.notEqual(openApi.respond(organization, request('/openapi/v3'))?.etag, indexed.etag);
});

test('what is not there is not answered', () => {
  for (const path of [
    '/openapi',
    '/openapi/v1',
    '/openapi/v3/api',
    '/openapi/v3/api/v2',
    '/openapi/v3x',
    '/x',
  ]) {
    assert.equal(openApi.respond(platform, request(path)), undefined, path);
  }
  assert.equal(openApi.respond(organization, request('/openapi/v3/api/v1')), undefined);
});

test('surfaces that show the same share their bytes; others do not', () => {
  const body = (surface: SurfaceAddress, path: string): Buffer =>
    openApi.respond(surface, request(path))!.body;
  const project = { kind: 'Project', prefix: '/p' } as const;
  assert.equal(body(platform, '/openapi/v3/api/v1'), body(project, '/openapi/v3/api/v1'));
  const path = '/openapi/v3/apis/space.example.com/v1';
  assert.notEqual(body(platform, path), body(organization, path));
  assert.ok(!body(platform, path).includes('Moon'));
});

test('the media type follows the Accept header', () => {
  const dot = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
  const check = (path: string, accept: string | undefined, expected: string): void => {
    try {
      assert.equal(openApi.respond(platform, request(path, { accept }))?.contentType, expected, accept);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      assert.equal(String(error.code), expected, accept);
    }
  };
  check('/openapi/v2', undefined, 'application/json');
  check('/openapi/v2', '*/*', 'application/json');
  check('/openapi/v2', 'application/json, */*', 'application/json');
  check('/openapi/v2', dot.replace('v2.v1', 'v2@v1'), dot);
  check('/openapi/v2', dot, dot);
  check('/openapi/v2', `${dot};q=0.2, application/json;q=0.5`, 'application/json');
  check('/openapi/v2', 'text/html', '406');
  check('/openapi/v3', 'application/json, */*', 'application/json');
  check('/openapi/v3/api/v1', 'application/json', 'application/json');
  check('/openapi/v3/api/v1', 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf', '406');
});

test('every document is sound', () => {
  for (const surface of [platform, organization]) {
    const { paths } = read(surface, '/openapi/v3');
    for (const name of Object.keys(paths)) {
      assert.deepEqual(openApiFaults(read(surface, `/openapi/v3/${name}`)), [], name);
    }
  }
});

test('paths follow scope, verbs and subresources', () => {
  const check = (name: string, expected: Record<string, string>): void => {
    const { paths } = read(name.startsWith('apis') ? organization : platform, `/openapi/v3/${name}`);
    const actual = Object.fromEntries(
      Object.entries<object>(paths).map(([path, item]) => [
        path,
        Object.entries(item)
          .filter(([method]) => method !== 'parameters')
          .map(([method, op]) => `${method}:${op['x-kubernetes-action']}`)
          .join(' '),
      ]),
    );
    assert.deepEqual(actual, expected);
  };
  const one = 'get:get put:put patch:patch delete:delete';
  const many = 'get:list post:post delete:deletecollection';
  check('api/v1', {
    '/api/v1/notes': 'get:list',
    '/api/v1/namespaces/{namespace}/notes': many,
    '/api/v1/namespaces/{namespace}/notes/{name}': one,
  });
  const root = '/apis/space.example.com/v1alpha1';
  check('apis/space.example.com/v1alpha1', {
    [`${root}/moons`]: 'get:list',
    [`${root}/moons/{name}`]: 'get:get',
    [`${root}/planets`]: many,
    [`${root}/planets/{name}`]: one,
    [`${root}/planets/{name}/status`]: 'get:get put:put patch:patch',
  });
});

test('operations promise what clients decide by, and no more', () => {
  const notes = read(platform, '/openapi/v3/api/v1').paths;
  const one = notes['/api/v1/namespaces/{namespace}/notes/{name}'];
  const many = notes['/api/v1/namespaces/{namespace}/notes'];
  const planets = read(platform, '/openapi/v3/apis/space.example.com/v1').paths;
  const names = (operation: { parameters: { name: string }[] }): string =>
    operation.parameters.map(({ name }) => name).join();
  const types = (operation: { requestBody: { content: object } }): string[] =>
    Object.keys(operation.requestBody.content);

  for (const operation of [one.patch, one.put, many.post]) {
    assert.equal(names(operation), 'dryRun,fieldManager,fieldValidation');
    assert.deepEqual(operation['x-kubernetes-group-version-kind'], {
      group: '',
      version: 'v1',
      kind: 'Note',
    });
  }
  const patchTypes = ['application/json-patch+json', 'application/merge-patch+json'];
  assert.deepEqual(types(one.patch), [...patchTypes, 'application/strategic-merge-patch+json']);
  assert.deepEqual(types(planets['/apis/space.example.com/v1/planets/{name}'].patch), patchTypes);

  const objectTypes = ['application/json', 'application/yaml'];
  const protobuf = 'application/vnd.kubernetes.protobuf';
  assert.deepEqual(types(many.post), [...objectTypes, protobuf]);
  assert.deepEqual(types(planets['/apis/space.example.com/v1/planets'].post), objectTypes);
  assert.deepEqual(types(one.delete), [...objectTypes, protobuf]);

  assert.match(names(many.get), /continue.*fieldSelector.*labelSelector.*limit.*watch/);
  assert.match(names(many.delete), /labelSelector.*dryRun.*propagationPolicy/);
  const list = many.get.responses['200'].content;
  assert.match(list['application/json'].schema.$ref, /NoteList$/);
  assert.match(list['application/json;stream=watch'].schema.$ref, /WatchEvent$/);
  assert.equal(many.get.operationId, 'listCoreV1NamespacedNote');
  assert.equal(notes['/api/v1/notes'].get.operationId, 'listCoreV1NoteForAllNamespaces');
});

test('kinds and lists are components under the names clients know', () => {
  const { schemas } = read(platform, '/openapi/v3/apis/space.example.com/v1').components;
  const gvk = { group: 'space.example.com', version: 'v1' };
  assert.equal(schemas['com.example.space.v1.Planet'].description, 'A planet.');
  assert.deepEqual(schemas['com.example.space.v1.Planet']['x-kubernetes-group-version-kind'], [
    { ...gvk, kind: 'Planet' },
  ]);
  assert.deepEqual(schemas['com.example.space.v1.PlanetList']['x-kubernetes-group-version-kind'], [
    { ...gvk, kind: 'PlanetList' },
  ]);
  assert.deepEqual(
    schemas['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions']['x-kubernetes-group-version-kind'],
    [
      { group: '', version: 'v1', kind: 'DeleteOptions' },
      { ...gvk, kind: 'DeleteOptions' },
    ],
  );
});

test('Swagger 2.0 defines the kinds of all groups', () => {
  const document = read(platform, '/openapi/v2');
  assert.equal(document.swagger, '2.0');
  assert.deepEqual(document.info, { title: 'Test', version: 'v1.2.3' });
  for (const name of [
    'io.k8s.api.core.v1.Note',
    'com.example.space.v1.Planet',
    'com.example.space.v1alpha1.PlanetList',
  ]) {
    assert.ok(name in document.definitions, name);
  }
  assert.ok(!JSON.stringify(document).includes('#/components'));
});
