import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { corpusMissing, corpusText } from '../../test/corpus.ts';
import {
  escapeFieldValue,
  fieldSelector,
  parseFieldSelector,
  splitFieldTerm,
  splitFieldTerms,
  unescapeFieldValue,
} from './field-selector.ts';
import { StatusError } from './status.ts';

type Fields = Readonly<Record<string, string>>;
interface Case {
  readonly id: string;
  readonly fn: string;
  readonly input: string;
  readonly valid: boolean;
  readonly string: string;
  readonly error?: boolean;
  readonly expected: unknown;
  readonly selector?: string;
  readonly selectorFromSet?: Fields;
  readonly fields: Fields;
  readonly matches: boolean;
}
function table(name: string, check: (c: Case) => void): void {
  test(`upstream's table ${name}`, (t) => {
    const path = `upstream-tables/apimachinery/${name}.json`;
    const text = corpusText(path);
    if (text === undefined) return t.skip(corpusMissing(path));
    const { cases } = JSON.parse(text) as { cases: readonly Case[] };
    assert.ok(cases.length > 0);
    for (const c of cases) check(c);
  });
}

table('field_selector_parse', (c) => {
  const functions: Record<string, () => unknown> = {
    parseSelector: () => `${parseFieldSelector(c.input)}`,
    splitTerms: () => splitFieldTerms(c.input),
    splitTerm: () => {
      const term = splitFieldTerm(c.input);
      return {
        lhs: term?.field ?? '',
        op: term?.operator ?? '',
        rhs: term?.value ?? '',
        ok: term !== undefined,
      };
    },
    escapeValue: () => escapeFieldValue(c.input),
    unescapeValue: () => unescapeFieldValue(c.input),
  };
  const run = functions[c.fn]!;
  if (c.error === true || c.valid === false) return assert.throws(run, StatusError, c.id);
  assert.deepEqual(run(), c.fn === 'parseSelector' ? c.string : c.expected, c.id);
});
table('field_selector_match', (c) => {
  const selector =
    c.selector === undefined
      ? fieldSelector(
          Object.entries(c.selectorFromSet!).map(([field, value]) => ({ field, operator: '=', value })),
        )
      : parseFieldSelector(c.selector);
  assert.equal(
    selector.matches((field) => c.fields[field] ?? ''),
    c.matches,
    c.id,
  );
});

test('errors are the sentences of upstream, as 400', () => {
  const check = (text: string, message: string) =>
    assert.throws(
      () => parseFieldSelector(text),
      (e) => e instanceof StatusError && e.code === 400 && e.message === message,
    );
  check('a=b,c', "invalid selector: 'a=b,c'; can't understand 'c'");
  check('a=\\b', 'invalid field selector: invalid escape sequence: \\b');
  check('a=b\\', 'invalid field selector: invalid escape sequence: \\');
  check('a=b=c', 'invalid field selector: unescaped character in value: 61');
});

test('requirements, exact values and matching', () => {
  const selector = parseFieldSelector('b!=x,metadata.name==a\\,b');
  assert.deepEqual(selector.requirements, [
    { field: 'b', operator: '!=', value: 'x' },
    { field: 'metadata.name', operator: '=', value: 'a,b' },
  ]);
  assert.equal(selector.exact('metadata.name'), 'a,b');
  assert.equal(selector.exact('b'), undefined);
  const check = (fields: Fields, expected: boolean) =>
    assert.equal(
      selector.matches((field) => fields[field] ?? ''),
      expected,
    );
  check({ 'metadata.name': 'a,b' }, true);
  check({ 'metadata.name': 'a,b', b: 'x' }, false);
  check({ b: 'y' }, false);
  assert.equal(
    parseFieldSelector('').matches(() => ''),
    true,
  );
});

test('any value survives being written and read', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), (values) => {
      const requirements = values.map((value, i) => ({ field: `f${i}`, operator: '=' as const, value }));
      assert.deepEqual(parseFieldSelector(`${fieldSelector(requirements)}`).requirements, requirements);
    }),
    { numRuns: 300 },
  );
});
