/** What must hold of every built-in kind, whatever it is. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { corpusMissing, corpusText, root } from '../../test/corpus.ts';
import { parseJson } from '../apimachinery/codec/json.ts';
import { decodeProtobuf } from '../apimachinery/codec/protobuf.ts';
import { parseYaml } from '../apimachinery/codec/yaml.ts';
import { apiVersionOf, groupResourceName } from '../apimachinery/gvk.ts';
import { validateObjectMeta } from '../apimachinery/metadata-validation.ts';
import type { JsonObject } from '../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';
import { decodeObject } from '../apimachinery/schema/decode.ts';
import type { ObjectSchema, Schema } from '../apimachinery/schema/schema.ts';
import { validateValue } from '../apimachinery/schema/validate.ts';
import { builtInDefinitions } from './definitions.ts';

/** The path of a kind's upstream object without its ending: one file for each encoding. */
const upstreamObject = (group: string, version: string, kind: string): string =>
  `kubernetes-codec/${group === '' ? 'core' : group}.${version}.${kind}`;

/** Every object schema inside a schema, itself included, with where it is; one that is in itself, once. */
function* objectSchemas(
  schema: Schema,
  path: string,
  seen = new Set<Schema>(),
): Generator<[path: string, schema: ObjectSchema]> {
  if (schema.type === 'list') yield* objectSchemas(schema.item, `${path}[]`, seen);
  else if (schema.type === 'map') yield* objectSchemas(schema.value, `${path}{}`, seen);
  else if (schema.type === 'either') {
    yield* objectSchemas(schema.object.schema, path, seen);
    yield* objectSchemas(schema.other.schema, path, seen);
  } else if (schema.type === 'object' && !seen.has(schema)) {
    seen.add(schema);
    yield [path, schema];
    for (const [name, field] of Object.entries(schema.fields)) {
      yield* objectSchemas(field.schema, `${path}.${name}`, seen);
    }
  }
}

function check(definition: ResourceDefinition): void {
  const { kind, resource, columns, storage, versions, isVirtual = false } = definition;
  assert.equal(definition.listKind, `${kind}List`);
  assert.equal(definition.singular, kind.toLowerCase());
  assert.match(definition.description, /^[A-Z].*\.$/);
  assert.equal(columns.filter((column) => column.name === 'Name').length, isVirtual ? 0 : 1);
  assert.equal(new Set(columns.map((column) => column.name)).size, columns.length);
  for (const column of columns) assert.match(column.description, /\.$/, column.name);
  const least = isVirtual ? ['create'] : ['get', 'watch'];
  assert.ok(
    least.every((verb) => definition.verbs.includes(verb)),
    resource,
  );
  for (const subresource of definition.subresources)
    assert.ok(subresource.verbs.length > 0, subresource.name);

  const owner = builtInDefinitions.find(
    (other) => other.group === storage.group && other.resource === storage.resource,
  );
  const storedForm = owner?.versions.find((version) => version.version === storage.version);
  assert.ok(storedForm !== undefined && storedForm.convert === undefined, 'the stored form is a served one');
  for (const version of versions) {
    const isStored = owner === definition && version.version === storage.version;
    assert.equal(version.convert === undefined, isStored, 'all other forms convert');
    checkSchema(version.schema, kind);
  }
}

function checkSchema(root: ObjectSchema, kind: string): void {
  for (const [path, schema] of objectSchemas(root, kind)) {
    assert.match(schema.name ?? '', /^[a-z0-9.-]+\.[A-Z]\w*$/, `${path} has a component name`);
    assert.match(schema.description ?? '', /^[A-Z].*\.$/, `${path} is described`);
    const numbers = Object.values(schema.fields)
      .filter((field) => field.number > 0)
      .map((field) => [...(field.within ?? []), field.number].join('.'));
    assert.equal(new Set(numbers).size, numbers.length, `field numbers of ${path}`);
    for (const [name, field] of Object.entries(schema.fields)) {
      assert.notEqual(field.description, '', `${path}.${name} is described`);
    }
  }
}

function checkUpstreamObject(schema: ObjectSchema, json: string, protobuf: Buffer): void {
  const given = parseJson(json);
  const unknown: string[] = [];
  assert.deepEqual(decodeObject(given, schema, unknown), given, 'nothing is dropped or rewritten');
  assert.deepEqual(unknown, [], 'every field is known');
  assert.deepEqual(decodeProtobuf(protobuf, schema), given, "field numbers are upstream's");
}

describe('every kind', () => {
  for (const definition of builtInDefinitions) {
    test(groupResourceName(definition), () => check(definition));
  }
  test('is there once', () => {
    const names = builtInDefinitions.map(groupResourceName);
    assert.deepEqual(names, [...new Set(names)]);
  });
  test('answers to its short names alone', () => {
    const names = builtInDefinitions.flatMap((definition) =>
      definition.storage.group === definition.group ? (definition.shortNames ?? []) : [],
    );
    assert.deepEqual(names, [...new Set(names)]);
  });
});

describe('upstream objects', () => {
  for (const { group, kind, versions } of builtInDefinitions) {
    if (group.endsWith('.miloapis.com')) continue;
    const { version, schema } = versions[0]!;
    const path = upstreamObject(group, version, kind);
    test(`${apiVersionOf({ group, version })} ${kind}`, (t) => {
      const json = corpusText(`${path}.json`);
      if (json === undefined) return t.skip(corpusMissing(`${path}.json`));
      checkUpstreamObject(schema, json, readFileSync(join(root, '../shared/corpora', `${path}.pb`)));
    });
  }
});

describe('examples', () => {
  const folder = join(root, 'examples');
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  test('are there', () => assert.ok(files.length > 0));
  for (const file of files) {
    const documents = readFileSync(join(folder, file), 'utf8').split(/^---$/m);
    documents.forEach((text, index) => {
      test(`${file} #${index}`, () => checkExample(parseYaml(text) as JsonObject));
    });
  }
});

/** It is of a kind that is served, has no field the kind has not, and would be accepted. */
function checkExample(given: JsonObject): void {
  const definition = builtInDefinitions.find(
    ({ group, kind, versions }) =>
      kind === given.kind &&
      versions.some(({ version }) => apiVersionOf({ group, version }) === given.apiVersion),
  );
  assert.ok(definition !== undefined, `${given.apiVersion} ${given.kind} is not served`);
  const { schema } = definition.versions[0]!;
  const unknown: string[] = [];
  const object = decodeObject(given, schema, unknown);
  assert.deepEqual(unknown, []);
  definition.strategy.defaults?.(object);
  const errors = [
    ...validateObjectMeta(object.metadata, {
      namespaced: definition.scope === 'Namespaced',
      ...(definition.strategy.validateName === undefined
        ? {}
        : { validateName: definition.strategy.validateName }),
    }),
    ...validateValue(schema, object),
    ...(definition.strategy.validate?.(object) ?? []),
  ];
  assert.deepEqual(errors, []);
}
