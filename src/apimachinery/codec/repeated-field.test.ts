import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasRepeatedField } from './repeated-field.ts';

const check = (text: string, want: boolean): void =>
  assert.equal(hasRepeatedField(text, JSON.parse(text)), want, text);

test('a field that is written twice, at any depth', () => {
  check('{"a":1,"a":2}', true);
  check('{"a":1,"b":{"c":[{"d":1,"d":1}]}}', true);
  check('{"a" :1,\n"\\u0061"\t:\r2}', true);
  check('{"__proto__":1,"__proto__":2}', true);
  check('[{"a":{}},{"a":{},"a":{}}]', true);
});

test('the same name elsewhere, and what only looks like a field', () => {
  check('{}', false);
  check('"a"', false);
  check('7', false);
  check('{"a":{"a":{"a":[{"a":1},{"a":2}]}}}', false);
  check('{"a":"b","b":"\\"a\\":1","c":"\\\\"}', false);
  check('["a","a",":","\\":"]', false);
  check('{"\\"":1,"\\\\\\"":2,"":3}', false);
  check('{"__proto__":1,"constructor":2}', false);
});
