/** The law of structural schemas, rule by rule. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { WrittenSchema } from '../written-schema.ts';
import { structuralErrors } from './structural-errors.ts';

function check(schema: WrittenSchema, expected: string[]): void {
  const found = structuralErrors(schema, 's').map(({ field, message }) => `${field}: ${message}`);
  assert.deepEqual(found, expected);
}
const root = (
  properties: Readonly<Record<string, WrittenSchema>>,
  more: WrittenSchema = {},
): WrittenSchema => ({
  type: 'object',
  properties,
  ...more,
});
const nested = (inner: WrittenSchema): WrittenSchema => root({ a: { type: 'object', not: inner } });

describe('types', () => {
  test('everywhere', () =>
    check(
      {
        properties: {
          a: {},
          l: { type: 'array', items: {} },
          m: { type: 'object', additionalProperties: {} },
        },
      },
      [
        's.properties[a].type: Required value: must not be empty for specified object fields',
        's.properties[l].items.type: Required value: must not be empty for specified array items',
        's.properties[m].additionalProperties.type: Required value: must not be empty for specified object fields',
        's.type: Required value: must not be empty at the root',
      ],
    ));
  test('not of what is an integer or a text, or kept as it is', () =>
    check(
      root({
        i: { 'x-kubernetes-int-or-string': true },
        k: { 'x-kubernetes-preserve-unknown-fields': true },
      }),
      [],
    ));
  test('the root is an object', () =>
    check({ type: 'array', items: { type: 'string' } }, [
      's.type: Invalid value: "array": must be object at the root',
    ]));
  test('and no map', () =>
    check({ type: 'object', additionalProperties: { type: 'string' } }, [
      's.additionalProperties: Forbidden: must not be used at the root',
    ]));
  test('lists say of what', () =>
    check(root({ l: { type: 'array' } }), ['s.properties[l].items: Required value: must be specified']));
});

describe('integers or texts', () => {
  const patterns = [
    { anyOf: [{ type: 'integer' }, { type: 'string' }] },
    { allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { pattern: '^a' }] },
  ];
  for (const pattern of patterns) {
    test(`may say so: ${JSON.stringify(pattern)}`, () =>
      check(root({ p: { 'x-kubernetes-int-or-string': true, ...pattern } }), []));
  }
  test('in no other way', () =>
    check(
      root({ p: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'string' }, { type: 'integer' }] } }),
      [
        's.properties[p].anyOf[0].type: Forbidden: must be empty to be structural',
        's.properties[p].anyOf[1].type: Forbidden: must be empty to be structural',
      ],
    ));
  test('are nothing else', () =>
    check(root({ p: { 'x-kubernetes-int-or-string': true, 'x-kubernetes-preserve-unknown-fields': true } }), [
      's.properties[p].x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true',
    ]));
});

describe('patterns', () => {
  test('are of RE2', () => check(root({ t: { type: 'string', pattern: '^(a+)+$' } }), []));
  test('and not of more', () =>
    check(root({ t: { type: 'string', not: { pattern: '(?=a)' } }, u: { type: 'string', pattern: '(a' } }), [
      's.properties[t].not.pattern: Invalid value: "(?=a)": must be a valid regular expression, but isn\'t: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
      's.properties[u].pattern: Invalid value: "(a": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ): `(a`',
    ]));
});

describe('inside junctors', () => {
  const forbidden: readonly [WrittenSchema, string][] = [
    [{ type: 'object' }, 'type: Forbidden: must be empty'],
    [{ default: false }, 'default: Forbidden: must be undefined'],
    [{ title: 't' }, 'title: Forbidden: must be empty'],
    [{ description: 'd' }, 'description: Forbidden: must be empty'],
    [{ nullable: true }, 'nullable: Forbidden: must be false'],
    [{ additionalProperties: false }, 'additionalProperties: Forbidden: must be undefined'],
    [{ 'x-kubernetes-list-type': 'set' }, 'x-kubernetes-list-type: Forbidden: must be undefined'],
    [
      { 'x-kubernetes-validations': [{ rule: 'true' }] },
      'x-kubernetes-validations: Forbidden: must be empty',
    ],
  ];
  for (const [schema, problem] of forbidden) {
    test(`no ${problem}`, () => check(nested(schema), [`s.properties[a].not.${problem} to be structural`]));
  }
  test('nothing of metadata', () =>
    check(root({ metadata: { type: 'object' } }, { anyOf: [{ properties: { metadata: {} } }] }), [
      's.anyOf[0].properties[metadata]: Forbidden: must not be specified in a nested context',
    ]));
  test('what judges values', () => check(nested({ required: ['b'], nullable: false, minProperties: 1 }), []));
});

describe('resources', () => {
  const onlyNames =
    's.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified';
  test('metadata may say what names are', () =>
    check(
      root({ metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 8 } } } }),
      [],
    ));
  for (const more of [
    { description: 'd' },
    { properties: { labels: { type: 'object' } } },
    { required: ['name'] },
  ]) {
    test(`and nothing else: ${JSON.stringify(more)}`, () =>
      check(root({ metadata: { type: 'object', ...more } as WrittenSchema }), [onlyNames]));
  }
  test('apiVersion and kind are texts', () =>
    check(root({ kind: { type: 'integer' } }), [
      's.properties[kind].type: Invalid value: "integer": must be string',
    ]));
  test('embedded ones say what is in them', () =>
    check(root({ e: { type: 'object', 'x-kubernetes-embedded-resource': true } }), [
      's.properties[e].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    ]));
  test('and are objects', () =>
    check(
      root({
        e: { 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      }),
      ['s.properties[e].type: Required value: must be object if x-kubernetes-embedded-resource is true'],
    ));
});
