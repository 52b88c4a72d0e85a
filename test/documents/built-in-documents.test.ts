/** Discovery and OpenAPI of the kinds every server has: sound, and agreeing with each other, on every surface. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtInDefinitions } from '../../src/apis/definitions.ts';
import { Discovery } from '../../src/http/discovery/discovery.ts';
import type { ShownDefinitions } from '../../src/http/discovery/served-surface.ts';
import { DocumentCache } from '../../src/http/document-cache.ts';
import { OpenApi } from '../../src/http/openapi/openapi.ts';
import { openApiFaults } from '../../src/http/testing/openapi-structure.ts';
import { DefinitionTable } from '../../src/registry/definition-table.ts';

// biome-ignore lint/suspicious/noExplicitAny: documents are read as their clients read them.
type Json = any;
const surfaces = ['Platform', 'Organization', 'Folder', 'Project', 'User'] as const;
const table = new DefinitionTable(builtInDefinitions);
const shown: ShownDefinitions = ({ surface }) => table.on(surface.kind).shown;
const cache = new DocumentCache();
const discovery = new Discovery(shown, { serverAddress: 'localhost:6443', otherPaths: [] }, cache);
const openApi = new OpenApi(shown, { title: 'Milo', version: 'v0' }, cache, { now: () => 0 });

const discovered = (kind: (typeof surfaces)[number], path: string): Json =>
  JSON.parse(
    discovery.respond({ id: '', surface: { kind, name: '' } }, { path, accept: undefined })!.body.toString(),
  );
const openApiDocument = async (
  kind: (typeof surfaces)[number],
  path: string,
  accept?: string,
): Promise<Buffer> =>
  (await openApi.respond(
    { id: '', surface: { kind, name: '' } },
    { path, query: new URLSearchParams(), accept },
  ))!.body;

/** Names of all groups and versions that discovery lists, as OpenAPI names them. */
function versionsOf(kind: (typeof surfaces)[number]): string[] {
  const core = discovered(kind, '/api').versions.map((version: string) => `api/${version}`);
  const groups = discovered(kind, '/apis').groups.flatMap((group: Json) =>
    group.versions.map((version: Json) => `apis/${version.groupVersion}`),
  );
  return [...core, ...groups];
}

for (const kind of surfaces) {
  test(`${kind}: every resource discovered is described, and nothing else`, async () => {
    const index = JSON.parse((await openApiDocument(kind, '/openapi/v3')).toString());
    const groups = discovered(kind, '/apis').groups.map((group: Json) => `apis/${group.name}`);
    const roots = ['api', 'apis', 'version'];
    assert.deepEqual(Object.keys(index.paths), [...versionsOf(kind), ...groups, ...roots].sort());
    for (const name of [...groups, ...roots]) {
      const document = JSON.parse((await openApiDocument(kind, `/openapi/v3/${name}`)).toString());
      assert.deepEqual(openApiFaults(document), [], name);
    }
    for (const name of versionsOf(kind)) {
      const document = JSON.parse((await openApiDocument(kind, `/openapi/v3/${name}`)).toString());
      assert.deepEqual(openApiFaults(document), [], name);
      const listed = discovered(kind, `/${name}`).resources.map((resource: Json) => resource.name);
      const described = Object.keys(document.paths)
        .filter((path) => path !== `/${name}/`)
        .map((path) =>
          path
            .slice(name.length + 2)
            .replace(/^watch\//, '')
            .replace('namespaces/{namespace}/', '')
            .replace('/{name}', ''),
        );
      assert.deepEqual([...new Set(described)].sort(), listed.toSorted(), name);
    }
  });

  test(`${kind}: Swagger 2.0 defines every kind, in both encodings`, async () => {
    const swagger = JSON.parse((await openApiDocument(kind, '/openapi/v2')).toString());
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
    const protobuf = await openApiDocument(
      kind,
      '/openapi/v2',
      'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
    );
    assert.equal(protobuf.subarray(0, 5).toString('latin1'), '\n\u00032.0');
    for (const name of Object.keys(swagger.definitions)) assert.ok(protobuf.includes(name), name);
  });
}
