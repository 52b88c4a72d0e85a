/** Costs of cel-go's interpreter, to the unit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CelEnvironment } from './cel.ts';
import { bindings, twoVariableComprehensions } from './extensions/comprehensions.ts';
import { strings } from './extensions/strings.ts';
import { standardLibrary } from './standard/standard-library.ts';
import { boolType, dynType, intType, listOf, mapOf, stringType } from './types.ts';
import { ArrayList, EntriesMap } from './values.ts';

const environment = new CelEnvironment({
  libraries: [standardLibrary, strings, bindings, twoVariableComprehensions],
  variables: {
    a: intType,
    yes: boolType,
    s: stringType,
    any: dynType,
    list: listOf(intType),
    map: mapOf(stringType, intType),
  },
});
const variables = {
  a: 1n,
  yes: true,
  s: 'x'.repeat(100),
  any: new EntriesMap([['b', new EntriesMap([['c', 1n]])]]),
  list: new ArrayList([1n, 2n, 3n]),
  map: new EntriesMap([['k', 1n]]),
};

test('what an evaluation costs', () => {
  const check = (source: string, cost: number): void => {
    const { program } = environment.compile(source);
    assert.ok(program, source);
    assert.equal(program.evaluate(variables).cost, cost, source);
  };
  check('1', 0);
  check('a', 1);
  check('a + 1', 2);
  check('any.b.c', 3);
  check('has(any.b)', 1);
  check('has(any.b.c)', 2);
  check("map['k']", 2);
  check('list[a]', 2);
  check('list[a + 1]', 4);
  check('[1, 2][0]', 12);
  check("{'a': 1}.a", 32);
  check('yes ? a : 2', 1);
  check('yes ? any.b : any', 2);
  check('yes && a == 1', 3);
  check('yes || a == 1', 1);
  check('s == s', 12);
  check("s == ''", 1);
  check("s.startsWith('x')", 2);
  check("s.contains('xxxxxxxxxxx')", 21);
  check("s.matches('[a-z]+x')", 23);
  check('s + s', 22);
  check('a in list', 5);
  check('s.size()', 2);
  check('list.all(x, x > 0)', 17);
  check('list.all(x, x > 1)', 9);
  check('list.exists(x, x > 2)', 20);
  check('list.exists(x, x > 0)', 11);
  check('list.exists_one(x, x > 2)', 11);
  check('list.map(x, x * 2)', 54);
  check('list.filter(x, x > 1)', 44);
  check('cel.bind(y, a + 1, y + y)', 15);
  check('cel.bind(y, a + 1, yes)', 11);
  check('cel.bind(y, 1 / 0, yes)', 11);
  check('list.map(x, cel.bind(y, a + x, y + y))', 96);
  check('list.all(i, x, i < x)', 20);
});

test('calls may be given a cost of their own', () => {
  const { program } = environment.compile("s.startsWith('x') && s.size() == 100");
  const callCost = ({ function: name }: { readonly function: string }): number | undefined =>
    name === 'startsWith' ? 1_000 : undefined;
  assert.equal(program?.evaluate(variables, { callCost }).cost, 1_004);
});

test('an evaluation ends when it has cost more than it may', () => {
  const { program } = environment.compile('list.all(x, x > 0)');
  const check = (costLimit: number, expected: unknown): void => {
    const { value, error } = program!.evaluate(variables, { costLimit });
    assert.equal(error?.message ?? value, expected);
  };
  check(17, true);
  check(16, 'operation cancelled: actual cost limit exceeded');
  check(0, 'operation cancelled: actual cost limit exceeded');
});
