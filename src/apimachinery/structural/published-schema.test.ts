import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenApiSchema } from '../schema/openapi.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import { publishedSchema } from './published-schema.ts';

/** What is published of a field; either as the two dialects have it, or one for both. */
const check = (schema: JsonSchemaProps, v3: OpenApiSchema, v2: OpenApiSchema = v3): void => {
  const root: JsonSchemaProps = { type: 'object', properties: { spec: schema } };
  assert.deepEqual(publishedSchema(root, 'v3').properties?.spec, v3);
  assert.deepEqual(publishedSchema(root, 'v2').properties?.spec, v2);
};
const string: JsonSchemaProps = { type: 'string' };

test('keywords are published as they are written', () => {
  check(
    { type: 'string', pattern: 'a', maxLength: 3, title: 'T' },
    { type: 'string', pattern: 'a', maxLength: 3, title: 'T' },
  );
  const list: JsonSchemaProps = {
    type: 'array',
    items: string,
    'x-kubernetes-list-type': 'set',
    'x-kubernetes-validations': [{ rule: 'true' }],
  };
  check(list, list as OpenApiSchema);
  check({ type: 'object', additionalProperties: string }, {
    type: 'object',
    additionalProperties: string,
  } as OpenApiSchema);
  check({ type: 'string', description: '', required: [], nullable: false }, { type: 'string' });
});

test('Swagger has no alternatives, nulls and defaults', () => {
  check({ ...string, default: 'a' }, { type: 'string', default: 'a' }, { type: 'string' });
  const choice: JsonSchemaProps = { type: 'string', oneOf: [{ pattern: 'a' }], not: { pattern: 'b' } };
  check(choice, choice as OpenApiSchema, { type: 'string' });
  check({ ...string, nullable: true }, { type: 'string', nullable: true }, {});
  check(
    { type: 'object', required: ['a', 'b'], properties: { a: { ...string, nullable: true }, b: string } },
    {
      type: 'object',
      required: ['a', 'b'],
      properties: { a: { type: 'string', nullable: true }, b: string },
    } as OpenApiSchema,
    { type: 'object', required: ['b'], properties: { a: {}, b: { type: 'string' } } },
  );
});

test('Swagger is silent about what is inside of what may have more', () => {
  const open: JsonSchemaProps = {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    properties: { a: string },
  };
  check(open, open as OpenApiSchema, { 'x-kubernetes-preserve-unknown-fields': true });
  const list: JsonSchemaProps = { type: 'array', items: string, nullable: true };
  check(list, list as OpenApiSchema, {});
  assert.deepEqual(publishedSchema({ ...open, description: 'D' }, 'v2'), { type: 'object' });
});

test('int-or-string says what it is', () => {
  const either = [{ type: 'integer' }, { type: 'string' }];
  const plain = { 'x-kubernetes-int-or-string': true };
  check(plain, { ...plain, anyOf: either }, plain);
  check({ ...plain, anyOf: either }, { ...plain, anyOf: either }, plain);
  const other = [{ pattern: 'a' }, { minimum: 1 }];
  check({ ...plain, anyOf: other }, { ...plain, anyOf: other, allOf: [{ anyOf: either }] }, plain);
});

test('every object has its metadata, and so has an embedded one', () => {
  const { properties } = publishedSchema({ type: 'object' }, 'v3');
  assert.deepEqual(Object.keys(properties ?? {}), ['apiVersion', 'kind', 'metadata']);
  const name = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
  assert.deepEqual(properties?.metadata?.allOf, [{ $ref: `#/components/schemas/${name}` }]);
  assert.equal(publishedSchema({ type: 'object' }, 'v2').properties?.metadata?.$ref, `#/definitions/${name}`);
  const root: JsonSchemaProps = {
    type: 'object',
    properties: {
      inner: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        required: ['spec'],
        properties: { spec: string },
      },
    },
  };
  for (const dialect of ['v2', 'v3'] as const) {
    const inner = publishedSchema(root, dialect).properties?.inner;
    assert.deepEqual(Object.keys(inner?.properties ?? {}), ['spec', 'apiVersion', 'kind', 'metadata']);
    assert.deepEqual(inner?.required, ['spec', 'kind', 'apiVersion']);
  }
});
