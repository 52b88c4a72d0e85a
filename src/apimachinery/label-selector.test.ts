import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { corpusMissing, corpusText } from '../../test/corpus.ts';
import {
  type LabelOperator,
  type LabelRequirement,
  labelRequirementErrors,
  labelSelector,
  parseLabelSelector,
} from './label-selector.ts';
import { StatusError } from './status.ts';

type Labels = Readonly<Record<string, string>>;
interface Case {
  readonly id: string;
  readonly input: string;
  readonly selector?: string;
  readonly selectorFromSet?: Labels;
  readonly labels: Labels;
  readonly matches: boolean;
  readonly valid: boolean;
  readonly string?: string;
  readonly requirements?: readonly (LabelRequirement & { empty?: boolean })[];
  readonly requirementsMatch?: boolean;
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
  readonly errors: readonly { type: string; field: string }[];
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
const fromSet = (set: Labels) =>
  labelSelector(Object.entries(set).map(([key, value]) => ({ key, operator: '=', values: [value] })));

table('label_selector_parse', (c) => {
  if (!c.valid) return assert.throws(() => parseLabelSelector(c.input), StatusError, c.id);
  const selector = parseLabelSelector(c.input);
  if (c.string !== undefined) assert.equal(`${selector}`, c.string, c.id);
  if (c.requirementsMatch === true) assert.deepEqual(selector.requirements, c.requirements, c.id);
  if (c.requirementsMatch === false) assert.notDeepEqual(selector.requirements, c.requirements, c.id);
});
table('label_selector_match', (c) => {
  const selector = c.selector === undefined ? fromSet(c.selectorFromSet!) : parseLabelSelector(c.selector);
  assert.equal(selector.matches(c.labels), c.matches, c.id);
});
table('label_selector_string', (c) => {
  const selector = c.requirements === undefined ? fromSet(c.selectorFromSet!) : labelSelector(c.requirements);
  assert.equal(`${selector}`, c.string, c.id);
  assert.equal(`${parseLabelSelector(c.string!)}`, c.string, c.id);
});
table('label_requirement_match', (c) => {
  // Go's zero Requirement has no operator and matches nothing; our type cannot say it.
  if (c.requirements!.some((r) => r.empty)) return;
  assert.equal(labelSelector(c.requirements!).matches(c.labels), c.matches, c.id);
});
table('label_requirement_new', (c) => {
  const errors = labelRequirementErrors(c.key, c.operator, c.values);
  const found = errors.map(({ reason, field }) => ({ type: reason, field }));
  assert.deepEqual(found, c.errors, c.id);
});

test('errors are the sentences of upstream, as 400', () => {
  const check = (text: string, message: string) =>
    assert.throws(
      () => parseLabelSelector(text),
      (e) => {
        assert.ok(e instanceof StatusError);
        assert.equal(e.message, message);
        assert.equal(e.code, 400);
        return true;
      },
    );
  const name =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
  check('x=a,', "found '', expected: identifier after ','");
  check(',x', "found ',', expected: !, identifier, or 'end of string'");
  check('x y', "unable to parse requirement: found 'y', expected: in, notin, =, ==, !=, gt, lt");
  check('!x=a', "found '=', expected: ',' or 'end of string'");
  check('!', "unable to parse requirement: found '', expected: identifier");
  check('x in a', "unable to parse requirement: found 'a' expected: '('");
  check('x in (=)', "unable to parse requirement: found '=', expected: ',', ')' or identifier");
  check('x in (a b)', "unable to parse requirement: found 'b', expected: ',' or ')'");
  check('x in (a,', "unable to parse requirement: found '', expected: ',', or identifier");
  check('x==a==b', "found '==', expected: ',' or 'end of string'");
  check('x=!', "unable to parse requirement: found '!', expected: identifier");
  check('-x=a', `unable to parse requirement: <nil>: Invalid value: "-x": name part ${name}`);
  check(
    'x>a',
    `unable to parse requirement: values[0]: Invalid value: "a": for 'Gt', 'Lt' operators, the value must be an integer`,
  );
  check(
    'x=-',
    `unable to parse requirement: values[0][x]: Invalid value: "-": a valid label must be an empty string or ${name
      .replace('must consist', 'consist')
      .replace("'MyName',  or 'my.name',  or '123-abc'", "'MyValue',  or 'my_value',  or '12345'")
      .replace(/is '(.*)'\)$/, "is '($1)?')")}`,
  );
});

test('matching', () => {
  const check = (text: string, labels: Labels | undefined, expected: boolean) =>
    assert.equal(parseLabelSelector(text).matches(labels), expected, `${text} on ${JSON.stringify(labels)}`);
  check('', undefined, true);
  check('a', undefined, false);
  check('!a', undefined, true);
  check('a!=b', undefined, true);
  check('a=', { a: '' }, true);
  check('a=', {}, false);
  check('constructor', {}, false);
  check('!toString', {}, true);
  check('a>9', { a: '10' }, true);
  check('a>9', { a: 'ten' }, false);
  check('a<0', { a: '-1' }, true);
  check('a>9223372036854775806', { a: '9223372036854775807' }, true);
  check('a>9223372036854775806', { a: '9223372036854775808' }, false);
  check('in in (in,notin)', { in: 'notin' }, true);
});

test('the canonical string reads back as the same selector', () => {
  const word = fc.stringMatching(/^[a-c]{1,2}$/);
  const term = fc.oneof(
    word,
    word.map((k) => `! ${k}`),
    fc.tuple(word, fc.constantFrom('=', '==', '!='), word).map(([k, o, v]) => `${k} ${o} ${v}`),
    fc
      .tuple(word, fc.constantFrom('in', 'notin'), fc.array(fc.oneof(word, fc.constant(''))))
      .map(([k, o, v]) => `${k} ${o} (${v.join(' , ')})`),
    fc.tuple(word, fc.constantFrom('<', '>'), fc.integer()).map(([k, o, v]) => `${k}${o}${v}`),
  );
  fc.assert(
    fc.property(fc.array(term), (terms) => {
      // A negative bound is no legal label value, upstream neither.
      fc.pre(!terms.some((text) => /[<>]-/.test(text)));
      const selector = parseLabelSelector(terms.join(','));
      assert.equal(selector.requirements.length, terms.length);
      assert.deepEqual(parseLabelSelector(`${selector}`).requirements, selector.requirements);
    }),
    { numRuns: 300 },
  );
});
