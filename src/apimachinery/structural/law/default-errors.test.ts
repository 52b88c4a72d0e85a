/** Defaults that a schema would not accept from anybody else. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { corpusMissing, corpusText } from '../../../../test/corpus.ts';
import { limits } from '../../limits.ts';
import type { JsonSchemaProps } from '../json-schema-props.ts';
import { defaultErrors, hasUnprunedDefaults } from './default-errors.ts';
import { LawBudget } from './law-budget.ts';

function check(
  properties: Readonly<Record<string, JsonSchemaProps>>,
  expected: string[],
  requiresPruned = true,
): void {
  const errors = defaultErrors({ type: 'object', properties }, 's', { requiresPruned });
  assert.deepEqual(
    errors.map(({ field, message }) => `${field}: ${message}`),
    expected,
  );
}

const named: JsonSchemaProps = { type: 'object', properties: { name: { type: 'string', maxLength: 3 } } };

describe('values', () => {
  test('that fit', () =>
    check({ a: { ...named, default: { name: 'abc' } }, b: { type: 'boolean', default: false } }, []));
  test('of a wrong type', () =>
    check({ a: { type: 'integer', default: 'x' } }, [
      's.properties[a].default: Invalid value: "string":  in body must be of type integer: "string"',
    ]));
  test('inside objects and lists', () =>
    check({ a: { type: 'array', items: named, default: [{ name: 'abc' }, { name: 'abcd' }] } }, [
      's.properties[a].default[1].name: Too long: may not be more than 3 bytes',
    ]));
  test('in the items of lists', () =>
    check({ a: { type: 'array', items: { ...named, default: { name: 'abcd' } } } }, [
      's.properties[a].items.default.name: Too long: may not be more than 3 bytes',
    ]));
  test('null is none', () => check({ a: { type: 'string', default: null } }, []));
});

describe('unknown fields', () => {
  const schemas = { a: { ...named, default: { name: 'a', size: 1 } } };
  test('are none of a default', () =>
    check(schemas, [
      's.properties[a].default: Invalid value: {"name":"a","size":1}: must not have unknown fields',
    ]));
  test('unless they were before', () => check(schemas, [], false));
  test('or are kept', () => check({ a: { ...schemas.a, 'x-kubernetes-preserve-unknown-fields': true } }, []));
  test('are found', () => {
    assert.equal(hasUnprunedDefaults({ type: 'object', properties: schemas }), true);
    assert.equal(
      hasUnprunedDefaults({ type: 'object', properties: { b: { type: 'string', default: 'x' } } }),
      false,
    );
  });
});

describe('embedded objects', () => {
  const embedded: JsonSchemaProps = {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    'x-kubernetes-preserve-unknown-fields': true,
  };
  const whole = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } };
  test('that are whole', () => check({ a: { ...embedded, default: whole } }, []));
  test('that have no kind', () =>
    check({ a: { ...embedded, default: { apiVersion: 'v1' } } }, [
      's.properties[a].default.kind: Required value',
    ]));
  const inMetadata = (metadata: JsonSchemaProps): Record<string, JsonSchemaProps> => ({
    a: { ...embedded, properties: { metadata: { type: 'object', ...metadata } } },
  });
  test('metadata inside them', () =>
    check(inMetadata({ properties: { namespace: { type: 'string', default: 'default' } } }), []));
  test('which must be metadata', () =>
    check(inMetadata({ properties: { namespace: { type: 'string', default: 'A B' } } }), [
      "s.properties[a].properties[metadata].properties[namespace].default: Invalid value: \"A B\": must result in valid metadata: metadata.namespace: Invalid value: \"A B\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ]));
});

test('more work than a definition may make', () => {
  const items = { type: 'integer', anyOf: Array.from({ length: 1_000 }, (_, i) => ({ minimum: i })) };
  const value = Array.from({ length: 1_000 }, (_, i) => i);
  check({ a: { type: 'array', items, default: value }, b: { type: 'string', default: 'x' } }, [
    `s.properties[a].default: Forbidden: the defaults of a definition may take ${limits.defaultSteps} steps to be judged`,
  ]);
});

describe('upstream’s table of rules and defaults', () => {
  const path = 'upstream-tables/crd/default_validation.json';
  const text = corpusText(path);
  if (text === undefined) {
    test(path, (t) => t.skip(corpusMissing(path)));
    return;
  }
  interface Case {
    readonly id: string;
    readonly schema: JsonSchemaProps;
    readonly errors?: readonly string[];
  }
  const found = (schema: JsonSchemaProps, cost?: number): string[] =>
    defaultErrors(schema, 's', { requiresPruned: true }, new LawBudget(cost)).map(({ message }) => message);
  for (const { id, schema, errors } of (JSON.parse(text) as { cases: Case[] }).cases) {
    // The first case has no errors of its own, but says what there are where nothing may be spent.
    if (errors === undefined) {
      test(`${id}, with something to spend`, () => assert.deepEqual(found(schema, 10), []));
      test(`${id}, with nothing`, () => {
        const [message = '', ...others] = found(schema, 0);
        assert.match(message, /running out of cost budget, no further validation rules will be run/);
        assert.deepEqual(others, []);
      });
      continue;
    }
    test(id, () => {
      const messages = found(schema);
      assert.equal(messages.length, errors.length, messages.join());
      for (const [i, part] of errors.entries()) assert.ok(messages[i]?.includes(part), messages[i]);
    });
  }
});
