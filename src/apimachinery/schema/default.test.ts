import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../object-meta.ts';
import { applyDefaults } from './default.ts';
import { field, integer, list, map, object, string } from './schema.ts';

const part = object({ colour: field(0, string({ default: 'red' }), '') });
const schema = object({
  size: field(0, integer('int32', { default: 3 }), ''),
  tags: field(0, list(string(), { default: ['a'] }), ''),
  part: field(0, part, ''),
  filled: field(0, { ...part, default: {} }, ''),
  parts: field(0, list(part), ''),
  byName: field(0, map(part), ''),
});

function check(given: JsonObject, want: JsonObject): void {
  const defaults = { size: 3, tags: ['a'], filled: { colour: 'red' } };
  applyDefaults(schema, given);
  assert.deepEqual(given, { ...defaults, ...want });
  applyDefaults(schema, given);
  assert.deepEqual(given, { ...defaults, ...want }, 'a second time changes nothing');
}

test('what is missing is filled, what is there is kept', () => {
  check({}, {});
  check({ size: 0, tags: [] }, { size: 0, tags: [] });
  check({ part: {} }, { part: { colour: 'red' } });
  check({ filled: { colour: 'blue' } }, { filled: { colour: 'blue' } });
  check({ parts: [{}, { colour: '' }] }, { parts: [{ colour: 'red' }, { colour: '' }] });
  check({ byName: { a: {} } }, { byName: { a: { colour: 'red' } } });
});

test('objects do not share a default', () => {
  const [a, b]: JsonObject[] = [{}, {}];
  applyDefaults(schema, a!);
  applyDefaults(schema, b!);
  (a!.tags as string[]).push('b');
  assert.deepEqual(b!.tags, ['a']);
});
