/** What stands in a junctor must stand outside of it too. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../../../test/corpus.ts';
import type { WrittenSchema } from '../written-schema.ts';
import { completenessErrors } from './completeness-errors.ts';

function check(schema: WrittenSchema, expected: string[]): void {
  const found = completenessErrors(schema, '').map(({ field, message }) => `${field}: ${message}`);
  assert.deepEqual(found, expected);
}

test('upstream’s table', (t) => {
  const path = 'upstream-tables/crd/structural_completeness.json';
  const text = corpusText(path);
  if (text === undefined) return t.skip(corpusMissing(path));
  interface Case {
    readonly schema: WrittenSchema;
    readonly expected: { readonly errorContains: string };
  }
  const { cases } = JSON.parse(text) as { cases: Case[] };
  assert.ok(cases.length > 0);
  for (const { schema, expected } of cases) check(schema, [expected.errorContains]);
});

const named = { properties: { a: { minLength: 1 } } };
test('what is there is enough', () =>
  check({ type: 'object', properties: { a: { type: 'string' } }, allOf: [named] }, []));
test('junctors in junctors speak of the same value', () =>
  check({ type: 'object', anyOf: [{ not: named }] }, [
    'properties[a]: Required value: because it is defined in anyOf[0].not.properties[a]',
  ]));
test('items', () =>
  check({ type: 'object', oneOf: [{ items: named }] }, [
    'items: Required value: because it is defined in oneOf[0].items',
  ]));
test('inside properties and items', () =>
  check(
    {
      properties: { l: { type: 'array', items: { type: 'object' } } },
      not: { properties: { l: { items: named } } },
    },
    [
      'properties[l].items.properties[a]: Required value: because it is defined in not.properties[l].items.properties[a]',
    ],
  ));
test('names that every object has are no properties', () =>
  check({ properties: {}, not: { properties: { constructor: {} } } }, [
    'properties[constructor]: Required value: because it is defined in not.properties[constructor]',
  ]));
