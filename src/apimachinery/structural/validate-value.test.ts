/** Judgements that upstream's tables do not show. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../object-meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import { validateValue } from './validate-value.ts';

const check = (schema: JsonSchemaProps, value: JsonValue, ...expected: string[]): void => {
  const root: JsonSchemaProps = { type: 'object', properties: { a: schema } };
  const errors = validateValue({ a: value }, root);
  assert.deepEqual(
    errors.map(({ reason, field, message }) => `${reason} ${field}: ${message}`),
    expected,
  );
};
const invalid = (problem: string): string => `FieldValueInvalid a: Invalid value: ${problem}`;

test('numbers', () => {
  const whole: JsonSchemaProps = { type: 'integer' };
  check(whole, 9007199254740993n);
  check({ ...whole, maximum: 5, minimum: 2, multipleOf: 2 }, 4);
  check(
    { ...whole, minimum: 2, maximum: 0, multipleOf: 2 },
    1,
    invalid('1: a in body should be a multiple of 2'),
    invalid('1: a in body should be greater than or equal to 2'),
    invalid('1: a in body should be less than or equal to 0'),
  );
  check({ ...whole, maximum: 5, exclusiveMaximum: true }, 5, invalid('5: a in body should be less than 5'));
  check({ type: 'number', multipleOf: 0.01 }, 1.1);
  check(
    { type: 'number', multipleOf: 0.01 },
    1.105,
    invalid('1.105: a in body should be a multiple of 0.01'),
  );
  check(
    { ...whole, format: 'int32' },
    2147483648,
    'FieldValueInvalid <nil>: Invalid value: "": Checked value must be of type integer with format int32 in a',
  );
  check(
    { ...whole, format: 'int64' },
    9223372036854775808n,
    'FieldValueInvalid <nil>: Invalid value: "": Checked value must be of type integer with format int64 in a',
  );
});

test('lengths are of characters, whatever they take', () => {
  check({ type: 'string', maxLength: 2, minLength: 2 }, '👍é');
  check(
    { type: 'string', maxLength: 1 },
    '👍é',
    'FieldValueTooLong a: Too long: may not be more than 1 byte',
  );
  check({ type: 'string', minLength: 3 }, '👍é', invalid('"👍é": a in body should be at least 3 chars long'));
});

test('an object is judged as a whole and by its fields', () => {
  const schema: JsonSchemaProps = {
    type: 'object',
    minProperties: 2,
    properties: { b: { type: 'string' } },
    required: ['c'],
  };
  check(
    schema,
    { b: 1 },
    invalid('1: a in body should have at least 2 properties'),
    'FieldValueTypeInvalid a.b: Invalid value: "integer": a.b in body must be of type string: "integer"',
    'FieldValueRequired a.c: Required value',
  );
  check(
    { type: 'object', maxProperties: 1 },
    { b: 1, c: 2 },
    'FieldValueTooMany a: Too many: 2: must have at most 1 items',
  );
});

test('what several schemas find is told once', () => {
  const long = { maxLength: 1 };
  check(
    { type: 'string', ...long, allOf: [long, long] },
    'bc',
    'FieldValueTooLong a: Too long: may not be more than 1 byte',
    'FieldValueInvalid <nil>: Invalid value: "": "a" must validate all the schemas (allOf). None validated',
  );
});
