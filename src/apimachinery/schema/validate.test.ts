import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../object-meta.ts';
import { conditionSchema, kindSchema } from './meta.ts';
import { enumeration, type Field, field, integer, list, map, object, required, string } from './schema.ts';
import { validateValue } from './validate.ts';

/** The errors of one field of a kind without protobuf form, as lines: reason, path, message. */
function check(a: Field, value: JsonValue | undefined, want: readonly string[]): void {
  const kind = kindSchema({
    name: 'x.v1.Kind',
    description: '',
    fields: { spec: field(0, object({ a }), '') },
  });
  const errors = validateValue(kind, { apiVersion: 'x/v1', kind: 'Kind', metadata: {}, spec: { a: value } });
  assert.deepEqual(
    errors.map((e) => `${e.reason} ${e.field}: ${e.message}`),
    want,
  );
}

test('presence', () => {
  const part = object({ name: required(0, string(), '') });
  check(required(0, string(), ''), undefined, ['FieldValueRequired spec.a: Required value']);
  check(required(0, string(), ''), '', []);
  check(field(0, part, ''), undefined, []);
  check(field(0, part, ''), {}, ['FieldValueRequired spec.a.name: Required value']);
  check(field(0, list(part), ''), [{ name: 'x' }, {}], ['FieldValueRequired spec.a[1].name: Required value']);
  check(field(0, map(part), ''), { k: {} }, ['FieldValueRequired spec.a.k.name: Required value']);
});

test('presence is not enforced in kinds with a protobuf form, values are', () => {
  const fields = { a: required(2, string(), ''), b: field(3, string({ maxLength: 1 }), '') };
  const kind = kindSchema({ name: 'x.v1.Builtin', description: '', fields });
  const value = { apiVersion: 'v1', kind: 'Builtin', metadata: {} };
  assert.deepEqual(validateValue(kind, value), []);
  assert.equal(validateValue(kind, { ...value, b: 'xx' }).length, 1);
});

test('strings', () => {
  const allowed = field(0, enumeration(['Organization', 'Folder']), '');
  check(allowed, 'Folder', []);
  check(allowed, 'X', [
    'FieldValueNotSupported spec.a: Unsupported value: "X": supported values: "Organization", "Folder"',
  ]);
  const country = field(0, string({ pattern: '^[A-Z]{2}$' }), '');
  check(country, 'CH', []);
  check(country, 'CHE', [
    `FieldValueInvalid spec.a: Invalid value: "CHE": spec.a in body should match '^[A-Z]{2}$'`,
  ]);
  const sized = field(0, string({ minLength: 2, maxLength: 3 }), '');
  check(sized, '😀😀😀', []);
  check(sized, '😀', [
    'FieldValueInvalid spec.a: Invalid value: "😀": spec.a in body should be at least 2 chars long',
  ]);
  check(sized, 'four', ['FieldValueTooLong spec.a: Too long: may not be more than 3 bytes']);
});

test('integers', () => {
  const bounded = field(0, integer('int64', { minimum: 1, maximum: 5 }), '');
  check(bounded, 1, []);
  check(bounded, 5, []);
  check(bounded, 0, [
    'FieldValueInvalid spec.a: Invalid value: 0: spec.a in body should be greater than or equal to 1',
  ]);
  check(bounded, 2n ** 60n, [
    'FieldValueInvalid spec.a: Invalid value: 1152921504606846976: spec.a in body should be less than or equal to 5',
  ]);
});

test('lists', () => {
  const bounded = field(0, list(string(), { minItems: 1, maxItems: 2 }), '');
  check(bounded, ['a'], []);
  check(
    bounded,
    [],
    ['FieldValueInvalid spec.a: Invalid value: 0: spec.a in body should have at least 1 items'],
  );
  check(bounded, ['a', 'b', 'c'], ['FieldValueTooMany spec.a: Too many: 3: must have at most 2 items']);
  const set = field(0, list(string(), { listType: 'set' }), '');
  check(set, ['a', 'b'], []);
  check(set, ['a', 'b', 'a'], ['FieldValueDuplicate spec.a[2]: Duplicate value: "a"']);
  const part = object({ name: field(0, string(), ''), n: field(0, integer('int32'), '') });
  const keyed = field(0, list(part, { listType: 'map', listMapKeys: ['name'] }), '');
  check(
    keyed,
    [
      { name: 'x', n: 1 },
      { name: 'y', n: 1 },
    ],
    [],
  );
  check(
    keyed,
    [
      { name: 'x', n: 1 },
      { name: 'x', n: 2 },
    ],
    ['FieldValueDuplicate spec.a[1]: Duplicate value: {"name":"x"}'],
  );
  check(field(0, list(string()), ''), ['a', 'a'], []);
});

test('conditions', () => {
  const conditions = field(0, list(conditionSchema, { listType: 'map', listMapKeys: ['type'] }), '');
  const good = {
    type: 'Ready',
    status: 'True',
    lastTransitionTime: '2020-01-01T00:00:00Z',
    reason: 'R',
    message: '',
  };
  check(conditions, [good, { ...good, type: 'a.b/Ready' }], []);
  check(
    conditions,
    [{ ...good, status: 'yes' }],
    [
      'FieldValueNotSupported spec.a[0].status: Unsupported value: "yes": supported values: "True", "False", "Unknown"',
    ],
  );
});

test('a schema that contains itself is followed as deep as the value goes', () => {
  const fields: Record<string, Field> = { name: field(0, string({ maxLength: 1 }), '') };
  const node = object(fields, { name: 'x.v1.Node' });
  fields.child = field(0, node, '');
  const kind = kindSchema({ name: 'x.v1.Tree', description: '', fields: { root: field(0, node, '') } });
  const value = { apiVersion: '', kind: '', metadata: {}, root: { child: { child: { name: 'xx' } } } };
  assert.deepEqual(
    validateValue(kind, value).map((e) => e.field),
    ['root.child.child.name'],
  );
});
