/** A schema inside a schema: what is either one thing or another, in every encoding, however deep. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseJson } from '../../../../apimachinery/codec/json.ts';
import { decodeProtobuf } from '../../../../apimachinery/codec/protobuf.ts';
import { encodeProtobuf } from '../../../../apimachinery/codec/protobuf-documents.ts';
import type { JsonObject, JsonValue } from '../../../../apimachinery/object-meta.ts';
import { DecodeError, decodeObject } from '../../../../apimachinery/schema/decode.ts';
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import { OpenApiComponents } from '../../../../apimachinery/schema/openapi.ts';
import { readJson } from '../../../../apimachinery/schema/read-json.ts';
import { field } from '../../../../apimachinery/schema/schema.ts';
import { strictErrorsOfText } from '../../../../apimachinery/schema/strict-errors.ts';
import { asWritten } from '../../../../apimachinery/schema/zero-members.ts';
import { schemaPropsSchema } from './schema-props-schema.ts';

const holder = kindSchema({
  name: 'io.example.v1.Holder',
  description: 'Holder has a schema.',
  fields: { schema: field(2, schemaPropsSchema, 'The schema.') },
});
const held = (schema: JsonValue): JsonObject => ({
  apiVersion: 'a/v1',
  kind: 'Holder',
  metadata: {},
  schema,
});
const decoded = (schema: JsonValue): JsonValue => {
  const object = decodeObject<JsonObject>(held(schema), holder as never);
  return object.schema ?? null;
};

describe('comes back from JSON and from protobuf', () => {
  function check(schema: JsonObject, expected: JsonObject = schema): void {
    assert.deepEqual(decoded(schema), expected);
    const bytes = encodeProtobuf(held(expected) as never, holder);
    const back = decodeProtobuf<JsonObject>(Buffer.from(bytes), holder as never);
    assert.deepEqual(back.schema, expected);
  }
  const some = { type: 'string', minLength: 0 };
  for (const value of [true, false, some, {}]) {
    test(`additionalProperties: ${JSON.stringify(value)}`, () => check({ additionalProperties: value }));
  }
  for (const value of [some, {}, [some, {}]]) {
    test(`items: ${JSON.stringify(value)}`, () => check({ items: value }));
  }
  for (const value of [['a', 'b'], some]) {
    test(`dependencies: ${JSON.stringify(value)}`, () => check({ dependencies: { a: value } }));
  }
  for (const value of ['', 0, false, 'x', 1.5, [], {}, [null], { a: null }, { a: [1, 'b'] }]) {
    test(`default: ${JSON.stringify(value)}`, () => check({ default: value }));
  }
  test('an enumeration, with null among it', () => check({ enum: [null, 1, 'a', { b: [] }] }));
  test('numbers beyond what floats hold', () => check({ default: 2n ** 60n } as never));
  test('what says nothing is left out, and what might is not', () =>
    check(
      {
        type: '',
        nullable: false,
        properties: {},
        required: [],
        maxLength: 0,
        'x-kubernetes-preserve-unknown-fields': false,
      },
      { maxLength: 0, 'x-kubernetes-preserve-unknown-fields': false },
    ));
  test('deep', () => {
    let schema: JsonObject = { type: 'string' };
    for (let i = 0; i < 60; i++) schema = i % 2 === 0 ? { items: schema } : { properties: { a: schema } };
    check(schema);
  });
});

describe('is refused', () => {
  const refused = (schema: JsonObject, message: string): void =>
    assert.throws(
      () => decoded(schema),
      (error) => error instanceof DecodeError && error.message === message,
    );
  test('where it is neither', () => {
    refused({ additionalProperties: 'yes' }, 'boolean or JSON schema expected');
    refused({ properties: { a: { items: 3 } } }, 'array or JSON schema expected');
    refused({ dependencies: { a: true } }, 'array or JSON schema expected');
  });
  test('by the name of the field', () =>
    refused(
      { properties: { a: { items: { maxLength: 'x' } } } },
      'json: cannot unmarshal string into Go struct field JSONSchemaProps.schema.properties.items.maxLength of type int64',
    ));
});

describe('is read strictly', () => {
  test('unknown and repeated fields, in either form', () => {
    const text =
      '{"schema":{"items":{"colour":1},"additionalProperties":{"type":"a","type":"b"},"not":{"items":[{"size":2}]}}}';
    assert.deepEqual(strictErrorsOfText(text, holder), [
      'unknown field "schema.items.colour"',
      'duplicate field "schema.additionalProperties.type"',
      'unknown field "schema.not.items[0].size"',
    ]);
  });
  test('numbers as floats, and integers as they are written', () => {
    const read = readJson(
      '{"schema":{"additionalProperties":{"maximum":1.5e2,"default":1.0}}}',
      holder as never,
    );
    assert.deepEqual(read.value, { schema: { additionalProperties: { maximum: 150, default: 1 } } });
  });
  test('unknown fields are told by where they are', () => {
    const unknown: string[] = [];
    decodeObject(held({ properties: { 'a.b': { anyOf: [{ size: 1 }] } } }), holder as never, unknown);
    assert.deepEqual(unknown, ['schema.properties.a.b.anyOf[0].size']);
  });
});

test('what Go writes of rules is written at every depth', () => {
  const given = held({ additionalProperties: { items: { 'x-kubernetes-validations': [{}] } } });
  const rule = { rule: '' };
  assert.deepEqual(asWritten(given, holder).schema, {
    additionalProperties: { items: { 'x-kubernetes-validations': [rule] } },
  });
});

test('OpenAPI names it once, and what is either leaves open what it is', () => {
  const components = new OpenApiComponents('v3');
  components.convert(schemaPropsSchema);
  const all = components.toObject();
  const prefix = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';
  assert.deepEqual(
    Object.keys(all).map((name) => name.replace(prefix, '')),
    [
      'ExternalDocumentation',
      'JSON',
      'JSONSchemaProps',
      'JSONSchemaPropsOrArray',
      'JSONSchemaPropsOrBool',
      'JSONSchemaPropsOrStringArray',
      'ValidationRule',
    ],
  );
  assert.equal(all[`${prefix}JSONSchemaPropsOrBool`]?.type, undefined);
  assert.deepEqual(all[`${prefix}JSONSchemaProps`]?.properties?.not?.allOf, [
    { $ref: `#/components/schemas/${prefix}JSONSchemaProps` },
  ]);
  assert.deepEqual(parseJson(JSON.stringify(all)), all);
});
