import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { indentJson } from './indent-json.ts';

test('indented JSON is what JSON.stringify writes with two spaces', () => {
  const check = (value: unknown): void =>
    assert.equal(indentJson(JSON.stringify(value)), JSON.stringify(value, null, 2));
  check({ a: [], b: {}, c: [1, { d: 'x"{,:}\\' }], e: null });
  fc.assert(fc.property(fc.jsonValue(), check), { seed: 7 });
});

test('integers beyond 2^53 keep their digits', () => {
  assert.equal(indentJson('{"n":9223372036854775807}'), '{\n  "n": 9223372036854775807\n}');
});
