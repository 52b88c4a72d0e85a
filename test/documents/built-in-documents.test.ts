/** Discovery and OpenAPI of the kinds every server has: sound, and agreeing with each other, on every surface. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtInDefinitions } from '../../src/apis/definitions.ts';
import { Discovery } from '../../src/http/discovery/discovery.ts';
import { OpenApi } from '../../src/http/openapi/openapi.ts';
import { openApiFaults } from '../../src/http/testing/openapi-structure.ts';

// biome-ignore lint/suspicious/noExplicitAny: documents are read as their clients read them.
type Json = any;
const surfaces = ['Platform', 'Organization', 'Folder', 'Project', 'User'] as const;
const discovery = new Discovery(builtInDefinitions, { serverAddress: 'localhost:6443', otherPaths: [] });
const openApi = new OpenApi(builtInDefinitions, { title: 'Milo', version: 'v0' }, { now: () => 0 });

const discovered = (kind: (typeof surfaces)[number], path: string): Json =>
  JSON.parse(discovery.respond(kind, path, undefined, undefined)!.body.toString());
const openApiDocument = (kind: (typeof surfaces)[number], path: string, accept?: string): Buffer =>
  openApi.respond(
    { kind, prefix: '' },
    { path, query: new URLSearchParams(), accept, ifNoneMatch: undefined },
  )!.body;

/** Names of all groups and versions that discovery lists, as OpenAPI names them. */
function versionsOf(kind: (typeof surfaces)[number]): string[] {
  const core = discovered(kind, '/api').versions.map((version: string) => `api/${version}`);
  const groups = discovered(kind, '/apis').groups.flatMap((group: Json) =>
    group.versions.map((version: Json) => `apis/${version.groupVersion}`),
  );
  return [...core, ...groups];
}

for (const kind of surfaces) {
  test(`${kind}: every resource discovered is described, and nothing else`, () => {
    const index = JSON.parse(openApiDocument(kind, '/openapi/v3').toString());
    assert.deepEqual(Object.keys(index.paths), versionsOf(kind).sort());
    for (const name of versionsOf(kind)) {
      const document = JSON.parse(openApiDocument(kind, `/openapi/v3/${name}`).toString());
      assert.deepEqual(openApiFaults(document), [], name);
      const listed = discovered(kind, `/${name}`).resources.map((resource: Json) => resource.name);
      const described = Object.keys(document.paths).map((path) =>
        path
          .slice(name.length + 2)
          .replace('namespaces/{namespace}/', '')
          .replace('/{name}', ''),
      );
      assert.deepEqual([...new Set(described)].sort(), listed.toSorted(), name);
    }
  });

  test(`${kind}: Swagger 2.0 defines every kind, in both encodings`, () => {
    const swagger = JSON.parse(openApiDocument(kind, '/openapi/v2').toString());
    const kinds = new Set(
      Object.values<Json>(swagger.definitions).flatMap((schema) =>
        (schema['x-kubernetes-group-version-kind'] ?? []).map((gvk: Json) => JSON.stringify(gvk)),
      ),
    );
    for (const definition of builtInDefinitions.filter(({ contexts }) => contexts.includes(kind))) {
      for (const { version } of definition.versions) {
        const gvk = { group: definition.group, version, kind: definition.kind };
        assert.ok(kinds.has(JSON.stringify(gvk)), JSON.stringify(gvk));
      }
    }
    const references = [...JSON.stringify(swagger).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)];
    for (const [, name] of references) assert.ok(name! in swagger.definitions, name);
    const protobuf = openApiDocument(
      kind,
      '/openapi/v2',
      'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
    );
    assert.equal(protobuf.subarray(0, 5).toString('latin1'), '\n\u00032.0');
    for (const name of Object.keys(swagger.definitions)) assert.ok(protobuf.includes(name), name);
  });
}
