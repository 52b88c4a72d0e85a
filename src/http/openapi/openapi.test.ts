import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContextKind, ResourceDefinition } from '../../apimachinery/resource-definition.ts';
import { scaleSubresource } from '../../apimachinery/scale/scale-subresource.ts';
import { kindSchema } from '../../apimachinery/schema/meta.ts';
import { field, list, map, object, string } from '../../apimachinery/schema/schema.ts';
import { surfacePrefix } from '../../request/request-info.ts';
import type { ShownTo } from '../discovery/served-surface.ts';
import { DocumentCache } from '../document-cache.ts';
import { openApiFaults } from '../testing/openapi-structure.ts';
import { OpenApi, type OpenApiRequest } from './openapi.ts';

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
  subresources: [
    { name: 'status', verbs: ['get', 'patch', 'update'], merge: () => undefined },
    scaleSubresource({ specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' }),
  ],
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
const definitions = [note, planet, moon];
const lists = new Map<ContextKind, readonly ResourceDefinition[]>();
const shown = ({ surface: { kind } }: ShownTo): readonly ResourceDefinition[] => {
  const list = lists.get(kind) ?? definitions.filter(({ contexts }) => contexts.includes(kind));
  lists.set(kind, list);
  return list;
};
const info = { title: 'Test', version: 'v1.2.3' };
const openApi = new OpenApi(shown, info, new DocumentCache(), { now: () => nowMs });
const shownTo = (kind: ContextKind, name: string): ShownTo => ({ id: name, surface: { kind, name } });
const platform = shownTo('Platform', '');
const organization = shownTo('Organization', 'acme');
const project = shownTo('Project', 'p');
const request = (url: string, more: Partial<OpenApiRequest> = {}): OpenApiRequest => {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  return { path: pathname, query: searchParams, accept: undefined, ...more };
};
// biome-ignore lint/suspicious/noExplicitAny: a document is read as its client reads it.
const read = async (surface: ShownTo, url: string): Promise<any> =>
  JSON.parse((await openApi.respond(surface, request(url)))!.body.toString());

test('the index leads to the documents, on the surface that was asked', async () => {
  const check = async (surface: ShownTo, ...names: string[]): Promise<void> => {
    const { paths } = (await read(surface, '/openapi/v3')) as {
      paths: Record<string, { serverRelativeURL: string }>;
    };
    assert.deepEqual(Object.keys(paths), names);
    const prefix = surfacePrefix(surface.surface);
    for (const [name, { serverRelativeURL }] of Object.entries(paths)) {
      assert.ok(serverRelativeURL.startsWith(`${prefix}/openapi/v3/${name}?hash=`), serverRelativeURL);
      const document = await openApi.respond(surface, request(serverRelativeURL.slice(prefix.length)));
      assert.equal(document?.status, 200);
      assert.equal(document.headers['cache-control'], 'public, immutable');
      assert.equal(document.headers.expires, 'Fri, 01 Jan 2027 00:00:00 GMT');
    }
  };
  const space = ['apis/space.example.com', 'apis/space.example.com/v1', 'apis/space.example.com/v1alpha1'];
  await check(platform, 'api', 'api/v1', 'apis', ...space, 'version');
  await check(organization, 'api', 'apis', ...space, 'version');
  await check(project, 'api', 'api/v1', 'apis', 'version');
  await check(shownTo('User', 'u'), 'api', 'apis', 'version');
});

test('hashes and conditions', async () => {
  const path = '/openapi/v3/api/v1';
  const document = (await openApi.respond(platform, request(path)))!;
  assert.match(document.etag, /^"[0-9A-F]{128}"$/);
  assert.equal(document.headers['cache-control'], undefined);
  assert.equal(document.headers['last-modified'], 'Thu, 01 Jan 2026 00:00:00 GMT');
  assert.equal(document.contentType, 'application/json');
  const check = async (url: string, more: Partial<OpenApiRequest>, expected: number): Promise<void> => {
    const answer = await openApi.respond(platform, request(url, more));
    assert.equal(answer?.status, expected, `${url} ${JSON.stringify(more)}`);
    if (expected === 304) assert.equal(answer.body.length, 0);
  };
  await check(path, { ifNoneMatch: document.etag }, 304);
  await check(path, { ifNoneMatch: `"x", W/${document.etag}` }, 304);
  await check(path, { ifNoneMatch: '"x"' }, 200);
  await check(path, { ifModifiedSince: 'Thu, 01 Jan 2026 00:00:00 GMT' }, 304);
  await check(path, { ifModifiedSince: 'Wed, 31 Dec 2025 23:59:59 GMT' }, 200);
  await check(path, { ifModifiedSince: 'no time' }, 200);
  await check(path, { ifNoneMatch: '"x"', ifModifiedSince: 'Thu, 01 Jan 2026 00:00:00 GMT' }, 200);
  await check('/openapi/v2', { ifModifiedSince: 'Thu, 01 Jan 2026 00:00:00 GMT' }, 304);
  await check(`${path}?hash=${document.etag.slice(1, -1)}`, { ifNoneMatch: document.etag }, 304);

  const moved = (await openApi.respond(project, request(`${path}?hash=OLD`)))!;
  assert.equal(moved.status, 301);
  assert.equal(moved.headers.location, `/projects/p/control-plane${path}?hash=${document.etag.slice(1, -1)}`);
  assert.equal(moved.headers.etag, document.etag);
  assert.equal(moved.body.length, 0);

  const indexed = (await openApi.respond(platform, request('/openapi/v3')))!;
  await check('/openapi/v3', { ifNoneMatch: indexed.etag }, 304);
  assert.notEqual((await openApi.respond(organization, request('/openapi/v3')))?.etag, indexed.etag);
});

test('what is not there is not answered', async () => {
  for (const path of [
    '/openapi',
    '/openapi/v1',
    '/openapi/v3/apis/v1',
    '/openapi/v3/api/v2',
    '/openapi/v3x',
    '/x',
  ]) {
    assert.equal(await openApi.respond(platform, request(path)), undefined, path);
  }
  assert.equal(await openApi.respond(organization, request('/openapi/v3/api/v1')), undefined);
});

test('surfaces that show the same share their bytes; others do not', async () => {
  const body = async (surface: ShownTo, path: string): Promise<Buffer> =>
    (await openApi.respond(surface, request(path)))!.body;
  assert.equal(await body(platform, '/openapi/v3/api/v1'), await body(project, '/openapi/v3/api/v1'));
  const path = '/openapi/v3/apis/space.example.com/v1';
  assert.notEqual(await body(platform, path), await body(organization, path));
  assert.ok(!(await body(platform, path)).includes('Moon'));
  assert.equal(await body(project, '/openapi/v2'), await body(shownTo('Project', 'other'), '/openapi/v2'));
});

test('definitions that come and go are in the documents of their surface, and of no other', async () => {
  let ours: readonly ResourceDefinition[] = [note];
  const changing = new OpenApi(
    (to) => (to.surface.name === 'p' ? ours : shown(to)),
    info,
    new DocumentCache(),
    { now: () => nowMs },
  );
  const names = async (surface: ShownTo): Promise<string> => {
    const index = await changing.respond(surface, request('/openapi/v3'));
    return Object.keys(JSON.parse(index!.body.toString()).paths).join(' ');
  };
  const swagger = async (): Promise<string> =>
    (await changing.respond(project, request('/openapi/v2')))!.body.toString();
  const before = await swagger();
  assert.equal(await names(project), 'api api/v1 apis version');
  ours = [note, moon];
  assert.match(await names(project), / apis\/space\.example\.com\/v1 /);
  assert.match(await swagger(), /com\.example\.space\.v1\.Moon/);
  assert.equal(await names(shownTo('Project', 'other')), 'api api/v1 apis version');
  ours = [note];
  assert.equal(await names(project), 'api api/v1 apis version');
  assert.equal(await swagger(), before);
});

test('the media type follows the Accept header', async () => {
  const dot = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
  const check = async (path: string, accept: string | undefined, expected: string | 406): Promise<void> => {
    const answer = (await openApi.respond(platform, request(path, { accept })))!;
    assert.equal(answer.status === 200 ? answer.contentType : answer.status, expected, accept);
  };
  await check('/openapi/v2', undefined, 'application/json');
  await check('/openapi/v2', '*/*', 'application/json');
  await check('/openapi/v2', 'application/json, */*', 'application/json');
  await check('/openapi/v2', dot.replace('v2.v1', 'v2@v1'), dot);
  await check('/openapi/v2', dot, dot);
  await check('/openapi/v2', `${dot};q=0.2, application/json;q=0.5`, 'application/json');
  await check('/openapi/v2', 'text/html', 406);
  await check('/openapi/v3', 'application/json, */*', 'application/json');
  await check('/openapi/v3', 'text/html', 'application/json');
  const v3 = dot.replace('v2', 'v3');
  await check('/openapi/v3/api/v1', 'application/json', 'application/json');
  await check('/openapi/v3/api/v1', v3, v3);
  await check('/openapi/v3/api/v1', v3.replace('v3.v1', 'v3@v1'), v3);
  await check('/openapi/v3/api/v1', dot, 406);
});

test('both encodings of a document have one ETag', async () => {
  const accept = 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf';
  const json = (await openApi.respond(platform, request('/openapi/v3/api/v1')))!;
  const protobuf = (await openApi.respond(platform, request('/openapi/v3/api/v1', { accept })))!;
  assert.equal(protobuf.etag, json.etag);
  assert.equal(protobuf.headers.vary, 'Accept');
  assert.equal(protobuf.body.subarray(0, 7).toString('latin1'), '\n\u00053.0.0');
});

test('every document is sound', async () => {
  for (const surface of [platform, organization]) {
    const { paths } = await read(surface, '/openapi/v3');
    for (const name of Object.keys(paths)) {
      assert.deepEqual(openApiFaults(await read(surface, `/openapi/v3/${name}`)), [], name);
    }
  }
});

test('paths follow scope, verbs and subresources', async () => {
  const check = async (name: string, expected: Record<string, string>): Promise<void> => {
    const { paths } = await read(name.startsWith('apis') ? organization : platform, `/openapi/v3/${name}`);
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
  await check('api/v1', {
    '/api/v1/': 'get:undefined',
    '/api/v1/notes': 'get:list',
    '/api/v1/namespaces/{namespace}/notes': many,
    '/api/v1/namespaces/{namespace}/notes/{name}': one,
    '/api/v1/watch/notes': 'get:watchlist',
    '/api/v1/watch/namespaces/{namespace}/notes': 'get:watchlist',
    '/api/v1/watch/namespaces/{namespace}/notes/{name}': 'get:watch',
  });
  await check('api', { '/api/': 'get:undefined' });
  const root = '/apis/space.example.com/v1alpha1';
  await check('apis/space.example.com/v1alpha1', {
    [`${root}/`]: 'get:undefined',
    [`${root}/moons`]: 'get:list',
    [`${root}/moons/{name}`]: 'get:get',
    [`${root}/planets`]: many,
    [`${root}/planets/{name}`]: one,
    [`${root}/planets/{name}/status`]: 'get:get put:put patch:patch',
    [`${root}/planets/{name}/scale`]: 'get:get put:put patch:patch',
    [`${root}/watch/planets`]: 'get:watchlist',
    [`${root}/watch/planets/{name}`]: 'get:watch',
  });
});

test('operations promise what clients decide by, and no more', async () => {
  const notes = (await read(platform, '/openapi/v3/api/v1')).paths;
  const one = notes['/api/v1/namespaces/{namespace}/notes/{name}'];
  const many = notes['/api/v1/namespaces/{namespace}/notes'];
  const planets = (await read(platform, '/openapi/v3/apis/space.example.com/v1')).paths;
  const planet = planets['/apis/space.example.com/v1/planets/{name}'];
  const names = (operation: { parameters?: { name: string }[] }): string =>
    (operation.parameters ?? []).map(({ name }) => name).join();
  const codes = (operation: { responses: object }): string => Object.keys(operation.responses).join();
  const types = (operation: { requestBody: { content: object } }): string[] =>
    Object.keys(operation.requestBody.content);
  const answered = (operation: { responses: Record<string, { content: object }> }): string[] =>
    Object.keys(operation.responses['200']!.content);

  const selection = 'continue,fieldSelector,labelSelector,limit,resourceVersion,resourceVersionMatch';
  const deletion = 'gracePeriodSeconds,ignoreStoreReadErrorWithClusterBreakingPotential';
  const reasons = 'orphanDependents,propagationPolicy';
  assert.equal(names(one), 'name,namespace,pretty');
  assert.equal(names(one.get), '');
  assert.equal(names(one.put), 'dryRun,fieldManager,fieldValidation');
  assert.equal(names(one.patch), 'dryRun,fieldManager,fieldValidation,force');
  assert.equal(names(one.delete), `dryRun,${deletion},${reasons}`);
  assert.equal(names(many.post), 'dryRun,fieldManager,fieldValidation');
  assert.equal(names(many.get), `allowWatchBookmarks,${selection},sendInitialEvents,timeoutSeconds,watch`);
  assert.equal(
    names(many.delete),
    [
      'continue,dryRun,fieldSelector',
      deletion,
      `labelSelector,limit,${reasons}`,
      'resourceVersion,resourceVersionMatch,sendInitialEvents,timeoutSeconds',
    ].join(),
  );
  assert.equal(
    names(notes['/api/v1/watch/namespaces/{namespace}/notes/{name}']),
    `allowWatchBookmarks,${selection.replace('limit', 'limit,name,namespace,pretty')},sendInitialEvents,timeoutSeconds,watch`,
  );
  assert.deepEqual([one.get, one.put, one.patch, one.delete, many.get, many.post, many.delete].map(codes), [
    '200,401',
    '200,201,401',
    '200,201,401',
    '200,202,401',
    '200,401',
    '200,201,202,401',
    '200,401',
  ]);
  for (const operation of [one.patch, one.put, many.post]) {
    assert.deepEqual(operation['x-kubernetes-group-version-kind'], {
      group: '',
      version: 'v1',
      kind: 'Note',
    });
  }
  const patchTypes = ['application/json-patch+json', 'application/merge-patch+json'];
  const apply = 'application/apply-patch+yaml';
  assert.deepEqual(types(one.patch), [...patchTypes, 'application/strategic-merge-patch+json', apply]);
  assert.deepEqual(types(planet.patch), [...patchTypes, apply]);

  const objectTypes = ['application/json', 'application/yaml'];
  const protobuf = 'application/vnd.kubernetes.protobuf';
  assert.deepEqual(types(many.post), ['*/*']);
  assert.deepEqual(types(planets['/apis/space.example.com/v1/planets'].post), objectTypes);
  assert.deepEqual(answered(one.get), [...objectTypes, protobuf]);
  assert.deepEqual(answered(planet.get), objectTypes);
  const streams = ['application/json;stream=watch', `${protobuf};stream=watch`];
  assert.deepEqual(answered(many.get), [...objectTypes, protobuf, ...streams]);
  assert.deepEqual(answered(notes['/api/v1/watch/notes'].get), [...objectTypes, protobuf, ...streams]);

  const list = many.get.responses['200'].content;
  assert.match(list['application/json'].schema.$ref, /NoteList$/);
  assert.match(list['application/json;stream=watch'].schema.$ref, /NoteList$/);
  assert.match(one.delete.responses['200'].content['application/json'].schema.$ref, /Status$/);
});

test("operations have upstream's ids and tags", async () => {
  const ids = async (name: string): Promise<string[]> =>
    Object.values((await read(platform, `/openapi/v3/${name}`)).paths).flatMap((item) =>
      Object.values(item as Record<string, { operationId?: string; tags?: string[] }>)
        .filter(({ operationId }) => operationId !== undefined)
        .map(({ operationId, tags }) => `${operationId} ${tags}`),
    );
  assert.deepEqual(await ids('api/v1'), [
    'getCoreV1APIResources core_v1',
    'listCoreV1NoteForAllNamespaces core_v1',
    'listCoreV1NamespacedNote core_v1',
    'createCoreV1NamespacedNote core_v1',
    'deleteCoreV1CollectionNamespacedNote core_v1',
    'readCoreV1NamespacedNote core_v1',
    'replaceCoreV1NamespacedNote core_v1',
    'patchCoreV1NamespacedNote core_v1',
    'deleteCoreV1NamespacedNote core_v1',
    'watchCoreV1NoteListForAllNamespaces core_v1',
    'watchCoreV1NamespacedNoteList core_v1',
    'watchCoreV1NamespacedNote core_v1',
  ]);
  const planets = await ids('apis/space.example.com/v1');
  for (const id of [
    'getSpaceExampleComV1APIResources spaceExampleCom_v1',
    'deleteSpaceExampleComV1CollectionPlanet spaceExampleCom_v1',
    'replaceSpaceExampleComV1PlanetStatus spaceExampleCom_v1',
    'readSpaceExampleComV1PlanetScale spaceExampleCom_v1',
    'watchSpaceExampleComV1PlanetList spaceExampleCom_v1',
  ]) {
    assert.ok(planets.includes(id), id);
  }
  assert.deepEqual(await ids('api'), ['getCoreAPIVersions core']);
  assert.deepEqual(await ids('apis'), ['getAPIVersions apis']);
  assert.deepEqual(await ids('apis/space.example.com'), ['getSpaceExampleComAPIGroup spaceExampleCom']);
  assert.deepEqual(await ids('version'), ['getCodeVersion version']);
});

test('a subresource with a form of its own speaks of that kind', async () => {
  const document = await read(platform, '/openapi/v3/apis/space.example.com/v1');
  const scale = document.paths['/apis/space.example.com/v1/planets/{name}/scale'];
  const gvk = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
  const ref = '#/components/schemas/io.k8s.api.autoscaling.v1.Scale';
  assert.deepEqual(scale.put['x-kubernetes-group-version-kind'], gvk);
  assert.equal(scale.put.requestBody.content['application/json'].schema.$ref, ref);
  assert.equal(scale.patch.responses['200'].content['application/json'].schema.$ref, ref);
  assert.match(
    scale.patch.requestBody.content[Object.keys(scale.patch.requestBody.content)[0]!].schema.$ref,
    /Patch$/,
  );
  assert.deepEqual(
    document.components.schemas['io.k8s.api.autoscaling.v1.Scale']['x-kubernetes-group-version-kind'],
    [gvk],
  );
});

test('kinds and lists are components under the names clients know', async () => {
  const { schemas } = (await read(platform, '/openapi/v3/apis/space.example.com/v1')).components;
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

test('Swagger 2.0 defines the kinds of all groups', async () => {
  const document = await read(platform, '/openapi/v2');
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
  assert.deepEqual(document.security, [{ BearerToken: [] }]);
});

test('Swagger 2.0 has the operations of all groups, and says shared parameters once', async () => {
  const { paths, parameters } = await read(platform, '/openapi/v2');
  const { patch, put, parameters: common } = paths['/api/v1/namespaces/{namespace}/notes/{name}'];
  // biome-ignore lint/suspicious/noExplicitAny: a document is read as its client reads it.
  const names = (list: any[]): string =>
    list.map((p) => (p.$ref === undefined ? p.name : `@${parameters[p.$ref.split('/')[2]].name}`)).join();
  assert.equal(names(patch.parameters), '@body,dryRun,@fieldManager,fieldValidation,@force');
  assert.equal(names(put.parameters), 'body,dryRun,@fieldManager,fieldValidation');
  assert.equal(names(common), 'name,@namespace,@pretty');
  assert.deepEqual(put.parameters[0], {
    in: 'body',
    name: 'body',
    required: true,
    schema: { $ref: '#/definitions/io.k8s.api.core.v1.Note' },
  });
  assert.equal(patch.consumes.at(-1), 'application/apply-patch+yaml');
  assert.deepEqual(put.responses['201'], {
    description: 'Created',
    schema: { $ref: '#/definitions/io.k8s.api.core.v1.Note' },
  });
  for (const path of ['/api/', '/apis/', '/version/', '/apis/space.example.com/', '/api/v1/']) {
    assert.ok(paths[path] !== undefined, path);
  }
  assert.deepEqual(Object.keys(paths), Object.keys(paths).toSorted());
});
