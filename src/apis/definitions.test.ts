/** What must hold of every built-in kind, whatever it is. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseJson } from '../apimachinery/codec/json.ts';
import { apiVersionOf, groupResourceName } from '../apimachinery/gvk.ts';
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';
import { decodeObject } from '../apimachinery/schema/decode.ts';
import type { ObjectSchema, Schema } from '../apimachinery/schema/schema.ts';
import { builtInDefinitions } from './definitions.ts';

const corpus = '../shared/corpora/kubernetes-codec';

/** Every object schema inside a schema, itself included, with where it is. */
function* objectSchemas(schema: Schema, path: string): Generator<[path: string, schema: ObjectSchema]> {
  if (schema.type === 'list') yield* objectSchemas(schema.item, `${path}[]`);
  else if (schema.type === 'map') yield* objectSchemas(schema.value, `${path}{}`);
  else if (schema.type === 'object') {
    yield [path, schema];
    for (const [name, field] of Object.entries(schema.fields)) {
      yield* objectSchemas(field.schema, `${path}.${name}`);
    }
  }
}

function check(definition: ResourceDefinition): void {
  const { kind, resource, columns, storage, versions } = definition;
  assert.equal(definition.listKind, `${kind}List`);
  assert.equal(definition.singular, kind.toLowerCase());
  assert.match(definition.description, /^[A-Z].*\.$/);
  assert.equal(columns.filter((column) => column.name === 'Name').length, 1);
  assert.equal(new Set(columns.map((column) => column.name)).size, columns.length);
  for (const column of columns) assert.match(column.description, /\.$/, column.name);
  assert.ok(definition.verbs.includes('get') && definition.verbs.includes('watch'), resource);
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
    assert.match(schema.name ?? '', /^[a-z0-9.]+\.[A-Z]\w*$/, `${path} has a component name`);
    assert.match(schema.description ?? '', /^[A-Z].*\.$/, `${path} is described`);
    const numbers = Object.values(schema.fields)
      .map((field) => field.number)
      .filter((number) => number > 0);
    assert.equal(new Set(numbers).size, numbers.length, `field numbers of ${path}`);
    for (const [name, field] of Object.entries(schema.fields)) {
      assert.notEqual(field.description, '', `${path}.${name} is described`);
    }
  }
}

function checkCorpus(definition: ResourceDefinition, text: string): void {
  const given = parseJson(Buffer.from(text));
  const unknown: string[] = [];
  const object = decodeObject(given, definition.versions[0]!.schema, unknown);
  assert.deepEqual(unknown, [], 'every field is known');
  assert.deepEqual(object, given, 'nothing is dropped or rewritten');
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
  for (const definition of builtInDefinitions) {
    const { group, kind } = definition;
    if (group.endsWith('.miloapis.com')) continue;
    const { version } = definition.versions[0]!;
    const file = join(corpus, `${group === '' ? 'core' : group}.${version}.${kind}.json`);
    test(`${apiVersionOf({ group, version })} ${kind}`, (t) => {
      if (!existsSync(file)) t.skip(`${file} is not here`);
      else checkCorpus(definition, readFileSync(file, 'utf8'));
    });
  }
});
