import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SelectorObject, selectorOfObject } from './selector-object.ts';

test('an object selects as its query text would', () => {
  const check = (selector: SelectorObject, expected: string): void =>
    assert.equal(selectorOfObject(selector).toString(), expected);
  const rule = (operator: string, ...values: string[]): SelectorObject => ({
    matchExpressions: [{ key: 'k', operator, values }],
  });
  check({}, '');
  check({ matchLabels: { b: '2', a: '1' } }, 'a=1,b=2');
  check(rule('In', 'y', 'x'), 'k in (x,y)');
  check(rule('NotIn', 'x'), 'k notin (x)');
  check(rule('Exists'), 'k');
  check(rule('DoesNotExist'), '!k');
  check({ matchLabels: { a: '1' }, ...rule('Exists') }, 'a=1,k');
});

test('what cannot match is told as upstream does', () => {
  const check = (selector: SelectorObject, message: string): void =>
    assert.throws(() => selectorOfObject(selector), { message });
  const rule = (operator: string, ...values: string[]): SelectorObject => ({
    matchExpressions: [{ key: 'k', operator, values }],
  });
  check(rule('Gt', '1'), '"Gt" is not a valid label selector operator');
  check(rule('constructor'), '"constructor" is not a valid label selector operator');
  check(rule('In'), "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty");
});
