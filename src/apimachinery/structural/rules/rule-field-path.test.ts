import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../../../test/corpus.ts';
import type { JsonSchemaProps } from '../json-schema-props.ts';
import { parseRuleFieldPath, RuleFieldPathError } from './rule-field-path.ts';

interface Case {
  readonly id: string;
  readonly schema: JsonSchemaProps;
  readonly fieldPath: string;
  readonly expected: { readonly path?: string; readonly errorContains?: string };
}

test('upstream’s table of field paths', (t) => {
  const path = 'upstream-tables/cel/valid_field_path.json';
  const text = corpusText(path);
  if (text === undefined) return t.skip(corpusMissing(path));
  const { cases } = JSON.parse(text) as { cases: Case[] };
  assert.equal(cases.length, 19);
  for (const { id, schema, fieldPath, expected } of cases) {
    const { errorContains } = expected;
    const parse = () => parseRuleFieldPath(fieldPath, schema);
    if (errorContains !== undefined) {
      assert.throws(
        parse,
        (error) => error instanceof RuleFieldPathError && error.message.includes(errorContains),
        id,
      );
    } else {
      const { field } = parse();
      if (expected.path !== undefined) assert.equal(`.${field}`, expected.path, id);
    }
  }
});

test('a path knows its first name and what it leads to', () => {
  const schema: JsonSchemaProps = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { 'a b': { type: 'boolean' } } } },
  };
  const check = (path: string, field: string): void => {
    const parsed = parseRuleFieldPath(path, schema);
    assert.deepEqual({ ...parsed, schema: parsed.schema.type }, { field, root: 'spec', schema: 'boolean' });
  };
  check('.spec.a b', 'spec.a b');
  check(".spec['a b']", 'spec.a b');
});

test('what is no path is refused in words', () => {
  const schema: JsonSchemaProps = { type: 'object', properties: { a: { type: 'string' } } };
  const check = (path: string, message: string, allowsBrackets = true): void =>
    assert.throws(() => parseRuleFieldPath(path, schema, { allowsBrackets }), { message });
  check('a', 'expected [ or . but got: a');
  check("['a'", 'unexpected end of JSON path');
  check("['a'.", 'expected ] but got .');
  check("['\\x']", 'invalid string literal: invalid escape char \\x');
  check("['a", "expected single quoted string but got 'a");
  check("['a']", 'array notation is not allowed', false);
  check('.constructor', 'does not refer to a valid field');
});
