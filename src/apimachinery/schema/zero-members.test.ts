import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../object-meta.ts';
import {
  boolean,
  bytes,
  byValue,
  field,
  integer,
  list,
  map,
  microTime,
  object,
  pointer,
  required,
  string,
  time,
} from './schema.ts';
import { asCompared, asWritten } from './zero-members.ts';

const inner = object({ name: required(1, string(), 'n'), at: byValue(2, time(), 't') });
const outer = object({ part: byValue(1, inner, 'p'), whole: field(2, inner, 'w') });
const schema = object({
  spec: byValue(1, outer, 's'),
  items: field(2, list(outer), 'i'),
  named: field(3, map(outer), 'n'),
  rules: required(4, list(string()), 'r'),
  secret: required(5, bytes(), 's'),
  eventTime: required(6, microTime(), 'e'),
  count: required(7, integer('int32'), 'c'),
  on: required(8, boolean(), 'o'),
  text: field(9, string(), 't'),
  side: pointer(10, string(), 's'),
});

const part = { part: { name: '' } };
const written = { part: { name: '', at: null } };
const zero = { spec: part, count: 0, on: false };
const writtenZero = { spec: written, count: 0, on: false, rules: null, secret: null, eventTime: null };

function check(name: string, given: JsonObject, compared: JsonObject, expected: JsonObject): void {
  test(name, () => {
    const before = structuredClone(given);
    for (const [form, wanted] of [
      [asCompared, compared],
      [asWritten, expected],
    ] as const) {
      const filled = form(given, schema);
      assert.deepEqual(filled, wanted);
      assert.equal(form(filled, schema), filled, 'nothing more is missing');
    }
    // Either form leads to the other.
    assert.deepEqual(asCompared(asWritten(given, schema), schema), compared);
    assert.deepEqual(asWritten(asCompared(given, schema), schema), expected);
    assert.deepEqual(given, before, 'what is given stays');
  });
}

check('nothing is given', {}, zero, writtenZero);
check(
  'values stay',
  { count: 7, on: true },
  { ...zero, count: 7, on: true },
  { ...writtenZero, count: 7, on: true },
);
check('optional fields stay away', { text: 't' }, { ...zero, text: 't' }, { ...writtenZero, text: 't' });
check(
  'inside of what is there',
  { spec: { whole: {} } },
  { ...zero, spec: { whole: { name: '' }, ...part } },
  { ...writtenZero, spec: { whole: { name: '', at: null }, ...written } },
);
check(
  'in lists and maps',
  { items: [{}, { part: { name: 'n' } }], named: { a: {} } },
  { ...zero, items: [part, { part: { name: 'n' } }], named: { a: part } },
  { ...writtenZero, items: [written, { part: { name: 'n', at: null } }], named: { a: written } },
);
check('null is absence', { spec: null, rules: null, count: null }, zero, writtenZero);

test('an empty list is written as none', () => {
  assert.deepEqual(asCompared({ rules: [] }, schema), { ...zero, rules: [] });
  assert.deepEqual(asWritten({ rules: [] }, schema), writtenZero);
});

test('a kind without any, and one without a protobuf form, is left alone', () => {
  const given = { text: 't' };
  assert.equal(asWritten(given, object({ text: field(1, string(), 't') })), given);
  const custom = object({ spec: byValue(0, inner, 's'), rules: required(0, list(string()), 'r') });
  assert.equal(asWritten(given, custom), given);
});
