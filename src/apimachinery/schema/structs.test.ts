import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../object-meta.ts';
import { byValue, field, list, map, object, required, string } from './schema.ts';
import { withStructs } from './structs.ts';

const inner = object({ name: field(1, string(), 'n') });
const outer = object({ part: byValue(1, inner, 'p'), whole: field(2, inner, 'w') });
const schema = object({
  spec: byValue(1, outer, 's'),
  status: required(2, inner, 's'),
  pointer: field(3, outer, 'p'),
  items: field(4, list(outer), 'i'),
  named: field(5, map(outer), 'n'),
  text: field(6, string(), 't'),
});

function check(name: string, given: JsonObject, expected: JsonObject): void {
  test(name, () => {
    const before = structuredClone(given);
    const filled = withStructs(given, schema);
    assert.deepEqual(filled, expected);
    assert.deepEqual(given, before, 'what is given stays');
    assert.equal(withStructs(filled, schema), filled, 'nothing more is missing');
  });
}

const full = { spec: { part: {} }, status: {} };
check('structs are there', {}, full);
check('inside of what is there', { spec: {}, status: { name: 'n' } }, { ...full, status: { name: 'n' } });
check('pointers stay away', { text: 't', pointer: {} }, { ...full, text: 't', pointer: { part: {} } });
check(
  'in lists',
  { items: [{}, { part: { name: 'n' } }] },
  { ...full, items: [{ part: {} }, { part: { name: 'n' } }] },
);
check('in maps', { named: { a: {} } }, { ...full, named: { a: { part: {} } } });
check('null is absence', { spec: null }, full);

test('a kind without any is left alone', () => {
  const given = { name: 'n' };
  assert.equal(withStructs(given, inner), given);
});
