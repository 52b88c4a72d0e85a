import assert from 'node:assert/strict';
import { test } from 'node:test';
import { componentName, type Dialect, OpenApiComponents } from './openapi.ts';
import {
  any,
  boolean,
  bytes,
  byValue,
  enumeration,
  field,
  integer,
  intOrString,
  list,
  map,
  microTime,
  type ObjectSchema,
  object,
  pointer,
  required,
  type Schema,
  string,
  time,
} from './schema.ts';

const named = object(
  { a: field(1, string(), 'An a.') },
  { name: 'com.example.Named', description: 'A named.' },
);
const ref = { $ref: '#/components/schemas/com.example.Named' };
const machinery = '#/components/schemas/io.k8s.apimachinery.pkg';

const convert = (schema: Schema, dialect: Dialect = 'v3'): unknown =>
  new OpenApiComponents(dialect).convert(schema);

test('schemas in OpenAPI 3.0', () => {
  const check = (schema: Schema, expected: unknown): void => assert.deepEqual(convert(schema), expected);
  check(string(), { type: 'string' });
  check(string({ minLength: 1, maxLength: 3, pattern: '^a', description: 'D.', default: 'x' }), {
    type: 'string',
    minLength: 1,
    maxLength: 3,
    pattern: '^a',
    description: 'D.',
    default: 'x',
  });
  check(string({ nullable: true }), { type: 'string', nullable: true });
  check(enumeration(['A', 'B']), { type: 'string', enum: ['A', 'B'] });
  check(string({ knownValues: ['A', 'B'] }), { type: 'string', enum: ['A', 'B'] });
  check(bytes(), { type: 'string', format: 'byte' });
  check(boolean({ default: false }), { type: 'boolean', default: false });
  check(integer('int64', { minimum: 0, maximum: 9 }), {
    type: 'integer',
    format: 'int64',
    minimum: 0,
    maximum: 9,
  });
  check({ type: 'number' }, { type: 'number', format: 'double' });
  check(map(integer('int32'), { mapType: 'atomic' }), {
    type: 'object',
    additionalProperties: { type: 'integer', format: 'int32' },
    'x-kubernetes-map-type': 'atomic',
  });
  check(list(string(), { listType: 'set', minItems: 1, maxItems: 2 }), {
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
    maxItems: 2,
    'x-kubernetes-list-type': 'set',
  });
  check(list(named, { listType: 'map', listMapKeys: ['a'], patchStrategy: 'merge', patchMergeKey: 'a' }), {
    type: 'array',
    items: ref,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a'],
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': 'a',
  });
  check(time(), { $ref: `${machinery}.apis.meta.v1.Time` });
  check(microTime(), { $ref: `${machinery}.apis.meta.v1.MicroTime` });
  check(string({ format: 'quantity' }), { $ref: `${machinery}.api.resource.Quantity` });
  check(intOrString(), { $ref: `${machinery}.util.intstr.IntOrString` });
  check(any(), { $ref: `${machinery}.runtime.RawExtension` });
  check(any('fields-v1'), { $ref: `${machinery}.apis.meta.v1.FieldsV1` });
  check(
    { ...intOrString(), default: 1 },
    {
      allOf: [{ $ref: `${machinery}.util.intstr.IntOrString` }],
      default: 1,
    },
  );
  check({ ...named, default: {} }, { allOf: [ref], default: {} });
  check(object({}), { type: 'object' });
  check(object({ a: required(0, boolean(), ''), b: field(0, named, 'Its b.') }, { mapType: 'atomic' }), {
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'boolean' }, b: { allOf: [ref], description: 'Its b.' } },
    'x-kubernetes-map-type': 'atomic',
  });
  check(object({ b: field(0, named, 'A named.') }), { type: 'object', properties: { b: ref } });
});

test('what Go holds by value has its zero value, in the field and not in the type', () => {
  const check = (field: ObjectSchema['fields'][string], expected: unknown): void =>
    assert.deepEqual(convert(object({ f: field })), {
      type: 'object',
      ...(field.required ? { required: ['f'] } : {}),
      properties: { f: expected },
    });
  check(required(1, string(), ''), { type: 'string', default: '' });
  check(required(1, integer('int32'), ''), { type: 'integer', format: 'int32', default: 0 });
  check(required(1, boolean(), ''), { type: 'boolean', default: false });
  check(required(1, string({ default: 'x' }), ''), { type: 'string', default: 'x' });
  check(required(0, string(), ''), { type: 'string' });
  check(field(1, string(), ''), { type: 'string' });
  check(pointer(1, string(), ''), { type: 'string' });
  check(required(1, bytes(), ''), { type: 'string', format: 'byte' });
  check(required(1, time(), ''), { $ref: `${machinery}.apis.meta.v1.Time` });
  check(field(1, named, ''), ref);
  check(byValue(1, named, ''), { allOf: [ref], default: {} });
  check(byValue(1, named, 'Its f.'), { allOf: [ref], default: {}, description: 'Its f.' });
  check(byValue(0, named, ''), ref);
  check(field(1, list(string()), ''), { type: 'array', items: { type: 'string', default: '' } });
  check(field(1, list(named), ''), { type: 'array', items: { allOf: [ref], default: {} } });
  check(field(1, map(string()), ''), {
    type: 'object',
    additionalProperties: { type: 'string', default: '' },
  });
  check(field(0, list(string()), ''), { type: 'array', items: { type: 'string' } });
  const components = new OpenApiComponents('v3');
  components.convert(object({ f: byValue(1, named, '') }));
  assert.equal(components.toObject()['com.example.Named']?.default, undefined);
});

test('Swagger 2.0 says the same with fewer words', () => {
  const check = (schema: Schema, expected: unknown): void =>
    assert.deepEqual(convert(schema, 'v2'), expected);
  check(string({ nullable: true, default: 'x' }), { type: 'string' });
  check(object({ b: field(0, named, 'Its b.') }), {
    type: 'object',
    properties: { b: { $ref: '#/definitions/com.example.Named', description: 'Its b.' } },
  });
  const components = new OpenApiComponents('v2');
  components.convert(intOrString());
  assert.deepEqual(components.toObject()['io.k8s.apimachinery.pkg.util.intstr.IntOrString'], {
    type: 'string',
    format: 'int-or-string',
    description: 'An integer or a string.',
  });
});

test('components are collected once, with all they need', () => {
  const components = new OpenApiComponents('v3');
  const gvk = { group: 'example.com', version: 'v1', kind: 'Thing' };
  const thing = object(
    { named: field(1, named, 'One.'), more: field(2, list(named), 'Many.'), at: field(3, time(), 'When.') },
    { name: 'com.example.v1.Thing', description: 'A thing.' },
  );
  assert.deepEqual(components.addKind(thing, 'com.example.v1.Thing', [gvk]), {
    $ref: '#/components/schemas/com.example.v1.Thing',
  });
  components.convert(thing);
  const schemas = components.toObject();
  assert.deepEqual(Object.keys(schemas), [
    'com.example.Named',
    'com.example.v1.Thing',
    'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
  ]);
  assert.deepEqual(schemas['com.example.v1.Thing']?.['x-kubernetes-group-version-kind'], [gvk]);
  assert.deepEqual(schemas['com.example.Named'], {
    type: 'object',
    properties: { a: { type: 'string', description: 'An a.' } },
    description: 'A named.',
  });
});

test('a type that contains itself ends', () => {
  const fields: Record<string, ObjectSchema['fields'][string]> = {};
  const tree: ObjectSchema = { type: 'object', name: 'com.example.Tree', description: 'A tree.', fields };
  fields.children = field(1, list(tree), 'Below.');
  const components = new OpenApiComponents('v3');
  components.convert(tree);
  assert.deepEqual(components.toObject()['com.example.Tree']?.properties?.children?.items, {
    allOf: [{ $ref: '#/components/schemas/com.example.Tree' }],
    default: {},
  });
});

test('kinds without a component name get one from their group', () => {
  assert.equal(
    componentName({ group: 'z.example.com', version: 'v1beta1', kind: 'Foo' }),
    'com.example.z.v1beta1.Foo',
  );
});
