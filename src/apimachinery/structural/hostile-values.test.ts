/** Values and schemas that would take long to judge, or say much about: each has a bound, and a clear end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { validateEmbedded } from './embedded-objects.ts';
import { formatChecker } from './formats.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import { validateListTypes } from './list-types.ts';
import { prune } from './prune.ts';
import { CorrelatedValue } from './rules/correlated-value.ts';
import { setDefaults } from './set-defaults.ts';
import { validateValue } from './validate-value.ts';

const string: JsonSchemaProps = { type: 'string' };
const listOf = (items: JsonSchemaProps): JsonSchemaProps => ({ type: 'array', items });

test('alternatives that multiply with the values are given up', () => {
  const check = (schema: JsonSchemaProps, value: JsonValue): void => {
    const [error, ...others] = validateValue(value, schema);
    assert.equal(
      error?.message,
      `Forbidden: the alternatives of its schema take more than ${limits.schemaSteps} steps`,
    );
    assert.deepEqual(others, []);
  };
  const no = { enum: ['b'] };
  const tried = Array.from({ length: 500 }, () => no);
  check(listOf({ ...string, anyOf: [...tried, {}] }), Array(1_000).fill('a'));
  let deep: JsonSchemaProps = no;
  for (let i = 0; i < 24; i++) deep = { anyOf: [deep, deep] };
  check({ ...string, ...deep }, 'a');
  for (let i = 0; i < 24; i++) deep = { not: { oneOf: [deep, deep] } };
  check({ ...string, ...deep }, 'a');
});

test('alternatives that say what the type says cost nothing', () => {
  const port = { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] };
  const ports = Array.from({ length: limits.schemaSteps }, (_, i) => (i % 2 === 0 ? i : 'a'));
  assert.deepEqual(validateValue(ports, listOf(port)), []);
  assert.equal(validateValue([true], listOf(port)).length, 3);
});

test('patterns that take long are given up', () => {
  const check = (text: string, count: number, pattern: string, problem: string): void => {
    const start = performance.now();
    const [error, ...others] = validateValue(Array(count).fill(text), listOf({ ...string, pattern }));
    assert.equal(error?.message, `Forbidden: ${problem}`);
    assert.deepEqual(others, []);
    assert.ok(performance.now() - start < 20 * limits.schemaPatternsMs);
  };
  check(
    unpredictable(300),
    1_000,
    '(a|b)*a(a|b){300}[cd]',
    `the patterns of its schema take more than ${limits.schemaPatternsMs} ms`,
  );
  check(
    'b'.repeat(2_000),
    1_000,
    '^a(a|b){0,400}',
    `the patterns of its schema take more than ${limits.regexpSteps} steps`,
  );
  check('b'.repeat(100_000), 1, '^a(a|b){0,400}', 'the text is too long for the pattern of its schema');
  assert.deepEqual(validateValue('ab'.repeat(500_000), { ...string, pattern: '^[a-z]+$' }), []);
});

/** Of a and b, so that a pattern that remembers what it has read is never in the same state. */
function unpredictable(length: number): string {
  let state = length;
  const next = (): string => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 16) % 2 === 0 ? 'a' : 'b';
  };
  return Array.from({ length }, next).join('');
}

test('no more errors are told than anybody reads', () => {
  const many = Array.from({ length: 3 * limits.schemaErrors }, (_, i) => `x${i >> 1}`);
  const check = (errors: readonly unknown[]): void => assert.equal(errors.length, limits.schemaErrors);
  check(validateValue(many, listOf({ type: 'integer' })));
  check(validateListTypes(many, { ...listOf(string), 'x-kubernetes-list-type': 'set' }, ''));
  const embedded = { type: 'object', 'x-kubernetes-embedded-resource': true };
  const objects = many.map(() => ({}));
  assert.ok(validateEmbedded(objects, listOf(embedded)).length <= limits.schemaErrors + 1);
  const unknown = Object.fromEntries(many.map((name, i) => [name + i, 1]));
  assert.equal(prune(unknown, { type: 'object' }, { tracks: true }).length, limits.strictErrors);
  assert.deepEqual(unknown, {});
});

test('defaults do not make much of little', () => {
  const item: JsonSchemaProps = {
    type: 'object',
    properties: { text: { ...string, default: 'x'.repeat(10_000) } },
  };
  const value = Array.from({ length: 100_000 }, () => ({}) as JsonObject);
  assert.equal(setDefaults(value, listOf(item)), false);
  assert.equal(
    value.filter(({ text }) => text !== undefined).length,
    Math.floor(limits.recordBytes / 10_002),
  );
  assert.equal(setDefaults(value.slice(0, 10), listOf(item)), true);
});

test('an update that changes nothing wrong is valid, however much is wrong', () => {
  const old = Array.from({ length: 3 * limits.schemaErrors }, () => 'x');
  const schema: JsonSchemaProps = {
    type: 'object',
    properties: { list: listOf({ type: 'integer' }), note: string },
  };
  const updated = { list: [...old], note: 'b' };
  const correlated = new CorrelatedValue(updated, { list: old, note: 'a' }, schema);
  assert.deepEqual(validateValue(updated, schema, correlated), []);
});

test('formats read any text in one pass', () => {
  const texts = ['1', ' ', 'a.', 'a@', ':', '<a', '1 s', '%a'].map((part) => part.repeat(100_000));
  for (const format of ['duration', 'uri', 'email', 'hostname', 'cidr', 'byte', 'datetime', 'isbn', 'uuid']) {
    const isValid = formatChecker(format)!;
    const start = performance.now();
    for (const text of texts) isValid(text);
    assert.ok(performance.now() - start < 2_000, format);
  }
  assert.equal(formatChecker('duration')!('2 weeks'), true);
  assert.equal(formatChecker('duration')!('2 sheep'), false);
});
