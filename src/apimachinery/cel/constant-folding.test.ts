import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CelEnvironment } from './cel.ts';
import { twoVariableComprehensions } from './extensions/comprehensions.ts';
import { standardLibrary } from './standard/standard-library.ts';
import { dynType } from './types.ts';
import type { CelValue } from './values.ts';

const libraries = [standardLibrary, twoVariableComprehensions];
const variables = { x: dynType };
const folding = new CelEnvironment({ libraries, variables, foldsConstants: true });
const plain = new CelEnvironment({ libraries, variables });

test('what is made of literals costs nothing in a run, and is what it was', () => {
  const check = (expression: string, cost: number, plainCost: number, x: CelValue = 1n): void => {
    const [folded, usual] = [folding, plain].map((environment) => {
      const { program } = environment.compile(expression);
      assert.ok(program, expression);
      // Twice: nothing of a run stays.
      program.evaluate({ x });
      return program.evaluate({ x });
    });
    assert.deepEqual([folded?.cost, usual?.cost], [cost, plainCost], expression);
    assert.deepEqual(
      [folded?.value, folded?.error?.message],
      [usual?.value, usual?.error?.message],
      expression,
    );
  };
  check('[1, 2] == [1, 2]', 1, 21);
  check("{'a': [1]} == {'a': [1]}", 1, 81);
  check('[x] == [1]', 12, 22);
  check("duration('1s') == duration('1s')", 1, 3);
  check('int(1.0) < 2', 1, 2);
  check('x in [1, 2]', 1, 13);
  check("x in ['a', 2.0]", 1, 13, 2n);
  check('x in []', 0, 11);
  check('[1, 2].map(i, i + x).size() == 2', 33, 53);
  check("{'a': 1}.transformMap(k, v, v + 1).size()", 7, 67);
  check("int('x') == 1", 2, 2);
  check("{'a': 1, 'a': 2}.size()", 1, 31);
  check('{1.5: 1}.size()', 31, 31);
});
