/** Schemas that nobody would write in earnest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../limits.ts';
import type { WrittenSchema } from '../written-schema.ts';
import { schemaSizeError } from './schema-size.ts';

const check = (schema: WrittenSchema, expected: string | undefined): void =>
  assert.equal(schemaSizeError([[schema, 's']])?.message, expected);

function deep(levels: number): WrittenSchema {
  let schema: WrittenSchema = { type: 'object' };
  for (let i = 1; i < levels; i++) schema = { not: schema };
  return schema;
}
const wide = (count: number): WrittenSchema => ({ anyOf: Array.from({ length: count }, () => ({})) });

test('as deep as may be', () => check(deep(limits.schemaDepth), undefined));
test('deeper', () =>
  check(deep(limits.schemaDepth + 1), 'Invalid value: 65: schemas must not be nested deeper than 64 levels'));
test('as many as may be', () => check(wide(limits.schemaNodes - 1), undefined));
test('more', () =>
  check(
    wide(limits.schemaNodes),
    'Invalid value: 50001: there must be at most 50000 schemas in a definition',
  ));
const ruled = (count: number, length: number): WrittenSchema => ({
  'x-kubernetes-validations': Array.from({ length: count }, () => ({ rule: 'x'.repeat(length) })),
});
test('as many rules as may be', () => check(ruled(limits.schemaRules, 1), undefined));
test('more rules', () =>
  check(
    ruled(limits.schemaRules + 1, 1),
    'Invalid value: 1001: there must be at most 1000 rules in a definition',
  ));
test('long rules', () =>
  check(
    { properties: { a: ruled(3, 100_000) } },
    'Invalid value: 300000: there must be at most 131072 characters of rules in a definition',
  ));
test('those of all versions count together', () => {
  const half = wide(limits.schemaNodes / 2);
  const error = schemaSizeError([
    [half, 'a'],
    [half, 'b'],
  ]);
  assert.equal(error?.field, 'b');
});
