import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApplySchema, deduced } from '../apply/apply-schema.ts';
import { compareTyped } from '../apply/compare-typed.ts';
import { toFieldsV1 } from '../apply/fields-v1.ts';
import type { JsonObject } from '../object-meta.ts';
import { customApplySchema } from './custom-apply-schema.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';

const ofSpec = (spec: JsonSchemaProps): JsonSchemaProps => ({ type: 'object', properties: { spec } });
const specOf = (schema: JsonSchemaProps): ApplySchema | undefined =>
  customApplySchema(ofSpec(schema)).atom?.map?.fields.get('spec')?.schema;

/** The fields that a creation of an object with this spec owns. */
const check = (schema: JsonSchemaProps, spec: JsonObject, owned: JsonObject): void => {
  const fields = compareTyped({}, { spec } as JsonObject, customApplySchema(ofSpec(schema))).added;
  assert.deepEqual(toFieldsV1(fields), { 'f:spec': owned });
};
const string: JsonSchemaProps = { type: 'string' };

test('lists are owned as they are declared', () => {
  const of = (more: JsonSchemaProps, items: JsonSchemaProps = string): JsonSchemaProps => ({
    type: 'object',
    properties: { list: { type: 'array', items, ...more } },
  });
  check(of({}), { list: ['a'] }, { '.': {}, 'f:list': {} });
  check(of({ 'x-kubernetes-list-type': 'atomic' }), { list: ['a'] }, { '.': {}, 'f:list': {} });
  check(
    of({ 'x-kubernetes-list-type': 'set' }),
    { list: ['a'] },
    { '.': {}, 'f:list': { '.': {}, 'v:"a"': {} } },
  );
  const item: JsonSchemaProps = {
    type: 'object',
    properties: { name: string, port: { type: 'integer', default: 80 } },
  };
  const map = of({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name', 'port'] }, item);
  check(
    map,
    { list: [{ name: 'a' }] },
    { '.': {}, 'f:list': { '.': {}, 'k:{"name":"a","port":80}': { '.': {}, 'f:name': {} } } },
  );
});

test('maps are owned by their fields, or as a whole', () => {
  const fields: JsonSchemaProps = { type: 'object', additionalProperties: string };
  check(fields, { a: 'b' }, { '.': {}, 'f:a': {} });
  check({ ...fields, 'x-kubernetes-map-type': 'atomic' }, { a: 'b' }, {});
  check({ type: 'object' }, { a: { b: 'c' } }, { '.': {}, 'f:a': { '.': {}, 'f:b': {} } });
});

test('what is unknown and kept is deduced, also further inside', () => {
  const keeping: JsonSchemaProps = {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    properties: { known: { type: 'object', properties: { a: string } } },
  };
  check(
    keeping,
    { other: { b: [1] }, known: { c: { d: 1 } } },
    {
      '.': {},
      'f:known': { '.': {}, 'f:c': { '.': {}, 'f:d': {} } },
      'f:other': { '.': {}, 'f:b': {} },
    },
  );
  assert.equal(specOf(keeping)?.atom?.map?.element, deduced);
  const closed: JsonSchemaProps = { type: 'object', properties: { a: string } };
  assert.equal(specOf(closed)?.atom?.map?.element, undefined);
  assert.equal(specOf({ ...closed, additionalProperties: true })?.atom?.map?.element, deduced);
});

test('scalars', () => {
  const scalar = (schema: JsonSchemaProps, expected: string): void =>
    assert.equal(specOf(schema)?.atom?.scalar, expected);
  scalar(string, 'string');
  scalar({ type: 'string', format: 'date-time' }, 'untyped');
  scalar({ type: 'number' }, 'numeric');
  scalar({ type: 'boolean' }, 'boolean');
  scalar({ 'x-kubernetes-int-or-string': true }, 'untyped');
});

test('metadata is that of every object, also of embedded ones', () => {
  const metadata = { finalizers: ['example.com/a'] };
  const owned = { 'f:metadata': { '.': {}, 'f:finalizers': { '.': {}, 'v:"example.com/a"': {} } } };
  check(
    { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    { metadata },
    { '.': {}, ...owned },
  );
  const fields = compareTyped({}, { metadata } as JsonObject, customApplySchema({ type: 'object' })).added;
  assert.deepEqual(toFieldsV1(fields), owned);
});
