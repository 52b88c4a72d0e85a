/** The OpenAPI documents of the kinds every server has, judged by a validator that is not ours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { builtInDefinitions } from '../../src/apis/definitions.ts';
import { DocumentCache } from '../../src/http/document-cache.ts';
import { OpenApi } from '../../src/http/openapi/openapi.ts';
import { DefinitionTable } from '../../src/registry/definition-table.ts';

const table = new DefinitionTable(builtInDefinitions);
const openApi = new OpenApi(
  ({ surface }) => table.on(surface.kind).shown,
  { title: 'Milo', version: 'v0' },
  new DocumentCache(),
  { now: () => 0 },
);
const surfaces = ['Platform', 'Organization', 'Folder', 'Project', 'User'] as const;

async function body(kind: (typeof surfaces)[number], path: string): Promise<Buffer> {
  const document = await openApi.respond(
    { id: '', surface: { kind, name: '' } },
    { path, query: new URLSearchParams(), accept: undefined },
  );
  assert.equal(document?.status, 200, path);
  return document.body;
}

/** Surfaces share documents: each is judged once. */
const judged = new Set<Buffer>();
async function check(given: Buffer, version: string, name: string): Promise<void> {
  if (judged.has(given)) return;
  judged.add(given);
  // A property may be called $ref, as one of JSONSchemaProps is; the validator takes it for a reference.
  const document = JSON.parse(given.toString(), (_, value) => {
    if (typeof value?.$ref !== 'object') return value;
    const { $ref, ...others } = value;
    return { ...others, ref: $ref };
  });
  const validator = new Validator();
  const result = await validator.validate(document);
  assert.ok(result.valid, `${name}: ${JSON.stringify(result.errors)?.slice(0, 2_000)}`);
  assert.equal(validator.version, version, name);
}

test('the validator finds what is wrong', async () => {
  const document = JSON.parse((await body('Platform', '/openapi/v3/api')).toString());
  const { valid } = await new Validator().validate({
    ...document,
    paths: { '/api/': { get: { responses: 1 } } },
  });
  assert.equal(valid, false);
});

for (const kind of surfaces) {
  test(`${kind}: every document is valid`, async () => {
    const index = JSON.parse((await body(kind, '/openapi/v3')).toString());
    for (const name of Object.keys(index.paths)) {
      await check(await body(kind, `/openapi/v3/${name}`), '3.0', `${kind} ${name}`);
    }
    await check(await body(kind, '/openapi/v2'), '2.0', `${kind} v2`);
  });
}
