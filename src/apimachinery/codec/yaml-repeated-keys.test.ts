import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repeatedYamlKeys } from './yaml-repeated-keys.ts';

const check = (text: string, want: readonly string[]): void =>
  assert.deepEqual(repeatedYamlKeys(text), want, text);

test('keys that a mapping has twice, with their lines', () => {
  check('a: 1\nb: 2\na: 3\n', ['line 3: key "a" already set in map']);
  check('a:\n- {b: 1, b: 2}\n- c: 1\n  "c": 2\n', [
    'line 2: key "b" already set in map',
    'line 4: key "c" already set in map',
  ]);
  check('a: 1\na: 2\na: 3\n', ['line 2: key "a" already set in map', 'line 3: key "a" already set in map']);
  check('7: a\n7: b\ntrue: c\nyes: d\n', [
    'line 2: key 7 already set in map',
    'line 4: key true already set in map',
  ]);
  check('{"a": 1,\n "a": 2}', ['line 2: key "a" already set in map']);
});

test('the same key elsewhere, values, merges and keys of another type are none', () => {
  check('', []);
  check('a: a\nb: a\nc: {a: {a: [a, a]}}\n', []);
  check('a: &x {k: v}\nb: *x\nc: {<<: *x, k: w}\nd:\n  <<: *x\n  <<: *x\n', []);
  check('7: a\n"7": b\n', []);
  check('a: |\n  a: 1\n  a: 2\nb: 1\n', []);
});
