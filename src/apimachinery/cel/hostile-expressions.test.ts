/** Expressions that would take all there is of stack, memory or time: each is refused or ended, with an error that says so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CelEnvironment } from './cel.ts';
import type { EvaluationOptions } from './environment.ts';
import { bindings } from './extensions/comprehensions.ts';
import { lists } from './extensions/lists.ts';
import { optionals } from './extensions/optionals.ts';
import { issuesText } from './issue.ts';
import { standardLibrary } from './standard/standard-library.ts';
import { intType, listOf } from './types.ts';
import { ArrayList } from './values.ts';

const environment = new CelEnvironment({
  libraries: [standardLibrary, lists, bindings, optionals],
  variables: { i: intType, many: listOf(intType) },
});
const many = new ArrayList(Array.from({ length: 100_000 }, (_, i) => BigInt(i)));

/** How it is refused, or how its evaluation ends. */
function outcome(source: string, options: EvaluationOptions = { costLimit: 1_000_000 }): string {
  const { program, issues } = environment.compile(source);
  if (program === undefined) return issues[0]!.message;
  const { value, error } = program.evaluate({ i: 1n, many }, options);
  return error?.message ?? String(value);
}

/** `b1` is made of `b0` twice, `b2` of `b1`, and so on. */
function doubled(
  times: number,
  step: (previous: string) => string,
  result: (last: string) => string,
): string {
  let source = result(`b${times}`);
  for (let at = times; at > 0; at--) {
    source = `cel.bind(b${at}, ${step(at === 1 ? 'i' : `b${at - 1}`)}, ${source})`;
  }
  return source;
}

test('expressions that nest too deeply are refused', () => {
  const check = (source: string, expected: string): void => assert.equal(outcome(source), expected);
  const tooDeep = 'expression recursion limit exceeded: 250';
  check(`${'('.repeat(5_000)}1${')'.repeat(5_000)}`, tooDeep);
  check(`${'true ? 1 : '.repeat(5_000)}1`, tooDeep);
  check(`${'-('.repeat(300)}1${')'.repeat(300)}`, tooDeep);
  check(`i${'+i'.repeat(5_000)}`, 'max recursion depth exceeded');
  check(`i${'.a'.repeat(5_000)}`, 'max recursion depth exceeded');
  // Neither the parentheses nor the chains are too many.
  check(`${'('.repeat(100)}i${`${'+i'.repeat(200)})`.repeat(100)}`, 'max recursion depth exceeded');
  check(`${'!'.repeat(50_000)}true`, 'true');
  check(`[${'1,'.repeat(40_000)}1].size()`, '40001');
});

test('expressions that are too long, or come to too much, are refused', () => {
  const check = (source: string, expected: string): void => assert.equal(outcome(source), expected);
  check(`'${'x'.repeat(100_000)}'`, 'expression code point size exceeds limit: size: 100002, limit 100000');
  check(
    `optional.of(1)${'.optMap(x, x + 1)'.repeat(40)}.hasValue()`,
    'expression node count exceeds limit: 100000',
  );
  check(
    doubled(
      40,
      (previous) => `optional.of({${previous}: ${previous}})`,
      () => 'true',
    ),
    'types of the expression are too large',
  );
});

test('of many issues the first hundred are told', () => {
  const source = `[${Array.from({ length: 10_000 }, (_, at) => `x${at}`).join()}]`;
  const { issues } = environment.compile(source);
  assert.equal(issues?.length, 100);
  assert.ok(issuesText(source, issues).length < 10_000);
});

test('lists that double do not grow without end', () => {
  const check = (result: (last: string) => string): void => {
    const source = doubled(
      40,
      (previous) => (previous === 'i' ? '[i, i]' : `${previous} + ${previous}`),
      result,
    );
    assert.equal(outcome(source, {}), 'list too large');
  };
  check((last) => `${last}.reverse().size() > 1`);
  check((last) => `${last} == ${last}`);
  check((last) => `${last}.distinct().size() > 1`);
});

test('different items are found in time that grows as the list does', () => {
  assert.equal(outcome('many.distinct().size()', {}), '100000');
  assert.equal(outcome('many.distinct().size()'), 'operation cancelled: actual cost limit exceeded');
  assert.equal(outcome('many.map(x, string(x)).distinct().size()', {}), '100000');
  assert.equal(outcome('many.map(x, [x]).distinct().size()', {}), 'list too large to compare all its items');
});

test('a loop ends at its cost limit, however often it fails', () => {
  const check = (source: string): void =>
    assert.equal(outcome(source), 'operation cancelled: actual cost limit exceeded');
  check('many.all(x, many.all(y, x + y >= 0))');
  check('many.all(x, many.all(y, 1 / (x - x) == y))');
  check('many.map(x, many.filter(y, y == x)).size() == 0');
  check('many.exists(x, many.exists(y, [1][y + 1] == x))');
  check("many.exists(x, many.exists(y, int('x') == y))");
});

test('short loops within each other are interrupted like a long one', () => {
  const source = `${['a', 'b', 'c', 'd', 'e'].map((name) => `lists.range(50).all(${name}, `).join('')}true${')'.repeat(5)}`;
  let asked = 0;
  const isInterrupted = (): boolean => ++asked === 10;
  assert.equal(outcome(source, { isInterrupted }), 'operation interrupted');
});
