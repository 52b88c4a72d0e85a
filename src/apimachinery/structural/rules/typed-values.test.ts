import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ArrayList,
  CelDuration,
  CelError,
  CelList,
  CelMap,
  CelObject,
  CelTimestamp,
  type CelValue,
} from '../../cel/values.ts';
import type { JsonValue } from '../../object-meta.ts';
import type { JsonSchemaProps } from '../json-schema-props.ts';
import { adapterOf } from './typed-values.ts';

const adapt = (schema: JsonSchemaProps, value: JsonValue, isRoot = false): CelValue =>
  adapterOf(schema, isRoot)!(value);
const text: JsonSchemaProps = { type: 'string' };
const int: JsonSchemaProps = { type: 'integer' };

/** What the evaluator's `==` does, as far as these tests go. */
function equal(a: CelValue, b: CelValue): boolean {
  if (a instanceof CelList && b instanceof CelList) {
    const known = a.equalTo?.(b, equal);
    return known ?? (a.size === b.size && [...a].every((item, i) => equal(item, b.get(i)!)));
  }
  if (a instanceof CelObject && b instanceof CelObject) return a.equalTo?.(b, equal) ?? false;
  return a === b;
}

test('scalars are what the schema says, not what the JSON looks like', () => {
  const check = (schema: JsonSchemaProps, value: JsonValue, expected: CelValue): void =>
    assert.deepEqual(adapt(schema, value), expected);
  check(text, 'a', 'a');
  check({ type: 'boolean' }, true, true);
  check(int, 7, 7n);
  check(int, 9_223_372_036_854_775_807n, 9_223_372_036_854_775_807n);
  check({ type: 'number' }, 7, 7);
  check({ type: 'number' }, 9_007_199_254_740_993n, 9_007_199_254_740_992);
  check({ 'x-kubernetes-int-or-string': true }, 7, 7n);
  check({ 'x-kubernetes-int-or-string': true }, '7%', '7%');
  check({ ...text, nullable: true }, null, null);
  check({ ...text, format: 'byte' }, 'YWI=', new Uint8Array([97, 98]));
  check({ ...text, format: 'date' }, '1970-01-02', new CelTimestamp(86_400_000_000_000n));
  check({ ...text, format: 'date-time' }, '1970-01-01T01:00:00.000000001+01:00', new CelTimestamp(1n, 60));
  check({ ...text, format: 'duration' }, '1m1.5s', new CelDuration(61_500_000_000n));
  check({ ...text, format: 'duration' }, '-2h', new CelDuration(-7_200_000_000_000n));
  check({ ...text, format: 'duration' }, '2 days', new CelDuration(172_800_000_000_000n));
  check({ ...text, format: 'email' }, 'a@b.c', 'a@b.c');
});

test('a value of another type is refused', () => {
  const check = (schema: JsonSchemaProps, value: JsonValue, message: string | RegExp): void =>
    assert.throws(() => adapt(schema, value), { message });
  check(text, 1, 'invalid data, expected string, got int64');
  check(int, 1.5, 'invalid data, expected int, got float64');
  check({ type: 'number' }, 'x', 'invalid data, expected float, got string');
  check({ type: 'boolean' }, {}, 'invalid data, expected bool, got map[string]interface {}');
  check(text, null, 'invalid data, got null for schema with nullable=false');
  check({ 'x-kubernetes-int-or-string': true }, 1.5, /expected XIntOrString value/);
  check({ type: 'object', properties: {} }, [], /expected a map/);
  check({ type: 'array', items: text }, {}, /expected an array/);
  check({ ...text, format: 'date-time' }, 'yesterday', /^Invalid date-time/);
  check({ ...text, format: 'duration' }, 'soon', /^Invalid duration/);
});

test('an object has the fields that are declared and set', () => {
  const schema: JsonSchemaProps = {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    properties: {
      'a-b': int,
      namespace: text,
      none: text,
      any: { 'x-kubernetes-preserve-unknown-fields': true },
    },
  };
  const object = adapt(schema, { 'a-b': 1, namespace: 'x', none: null, any: {}, unknown: 1 }) as CelObject;
  const check = (field: string, expected: CelValue | undefined): void => {
    assert.deepEqual(object.get(field), expected, field);
    assert.equal(object.has(field), expected !== undefined, field);
  };
  check('a__dash__b', 1n);
  check('__namespace__', 'x');
  check('namespace', 'x');
  check('none', undefined);
  check('any', undefined);
  check('unknown', undefined);
  check('constructor', undefined);
  assert.equal(object.getInt?.('a__dash__b'), 1);
  assert.deepEqual([...object.fields()], ['a__dash__b', '__namespace__']);
});

test('of a resource the names are there, whatever the schema says', () => {
  const schema: JsonSchemaProps = { type: 'object', properties: { metadata: { type: 'object' } } };
  const object = { apiVersion: 'v1', kind: 'A', metadata: { name: 'n', labels: {} } };
  const root = adapt(schema, object, true) as CelObject;
  assert.equal(root.get('kind'), 'A');
  const metadata = root.get('metadata') as CelObject;
  assert.deepEqual([metadata.get('name'), metadata.get('labels')], ['n', undefined]);
  assert.equal((adapt(schema, object) as CelObject).get('kind'), undefined);
});

test('a map has the keys that are there', () => {
  const map = adapt({ type: 'object', additionalProperties: int }, { a: 1, b: 2 }) as CelMap;
  assert.ok(map instanceof CelMap);
  assert.deepEqual([map.size, map.get('b'), map.get('c'), map.get(1n)], [2, 2n, undefined, undefined]);
  assert.deepEqual([...map.keys()], ['a', 'b']);
  assert.equal(map.get('toString'), undefined);
});

test('the data is looked at, not copied', () => {
  const schema: JsonSchemaProps = { type: 'array', items: { type: 'array', items: int } };
  const value: JsonValue[] = [[1], 'not a list'];
  const list = adapt(schema, value) as CelList;
  assert.equal(list.size, 2);
  assert.equal((list.get(0) as CelList).get(0), 1n);
  assert.throws(() => list.get(1), CelError);
  assert.equal(list.get(2), undefined);
});

const setOf = (items: JsonSchemaProps): JsonSchemaProps => ({
  type: 'array',
  'x-kubernetes-list-type': 'set',
  items,
});
const listMap: JsonSchemaProps = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['k', 'l-1'],
  items: { type: 'object', properties: { k: text, 'l-1': int, v: text } },
};

test('lists are equal by their type', () => {
  const check = (schema: JsonSchemaProps, a: JsonValue, b: JsonValue, expected: boolean): void => {
    assert.equal(equal(adapt(schema, a), adapt(schema, b)), expected, JSON.stringify([a, b]));
    assert.equal(equal(adapt(schema, b), adapt(schema, a)), expected, JSON.stringify([b, a]));
  };
  check({ type: 'array', items: int }, [1, 2], [2, 1], false);
  check(setOf(int), [1, 2], [2, 1], true);
  check(setOf(int), [1, 2], [2, 3], false);
  check(setOf(int), [1, 2], [1], false);
  check(setOf({ type: 'object', properties: { a: int } }), [{ a: 1 }, { a: 2 }], [{ a: 2 }, { a: 1 }], true);
  const a1 = { k: 'a', 'l-1': 1, v: 'x' };
  const a2 = { k: 'a', 'l-1': 2, v: 'y' };
  check(listMap, [a1, a2], [a2, a1], true);
  check(listMap, [a1, a2], [a1, { ...a2, v: 'z' }], false);
  check(listMap, [a1], [a2], false);
});

test('a set is equal to a list of the same items that a rule has made', () => {
  const set = adapt(setOf(text), ['a', 'b']) as CelList;
  assert.equal(equal(set, new ArrayList(['b', 'a'])), true);
  assert.equal(equal(set, new ArrayList(['b', 'c'])), false);
});

test('+ joins sets, and list maps by their keys', () => {
  const joined = (schema: JsonSchemaProps, a: JsonValue, b: JsonValue): CelList =>
    (adapt(schema, a) as CelList).concat(adapt(schema, b) as CelList);
  assert.deepEqual([...joined({ type: 'array', items: int }, [1, 2], [2])], [1n, 2n, 2n]);
  assert.deepEqual([...joined(setOf(int), [1, 2], [3, 2, 3])], [1n, 2n, 3n]);
  const union = joined(setOf(text), ['a'], ['b']);
  assert.equal(equal(union, new ArrayList(['b', 'a'])), true);
  const merged = joined(
    listMap,
    [
      { k: 'a', 'l-1': 1, v: 'x' },
      { k: 'b', 'l-1': 1, v: 'x' },
    ],
    [
      { k: 'c', 'l-1': 1, v: 'x' },
      { k: 'a', 'l-1': 1, v: 'new' },
    ],
  );
  const shown = [...merged].map((item) => `${(item as CelObject).get('k')}=${(item as CelObject).get('v')}`);
  assert.deepEqual(shown, ['a=new', 'b=x', 'c=x']);
});

test('objects are equal by what is declared, and by what is preserved as it is', () => {
  const schema: JsonSchemaProps = {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    properties: { set: setOf(int), none: { ...text, nullable: true } },
  };
  const check = (a: JsonValue, b: JsonValue, expected: boolean): void =>
    assert.equal(equal(adapt(schema, a), adapt(schema, b)), expected, JSON.stringify([a, b]));
  check({ set: [1, 2] }, { set: [2, 1] }, true);
  check({ set: [1, 2], x: [1, 2] }, { set: [2, 1], x: [2, 1] }, false);
  check({ x: { a: 1 } }, { x: { a: 1 } }, true);
  check({ x: 1 }, { y: 1 }, false);
  check({ none: null }, { none: null }, true);
  check({ none: null }, { none: 'a' }, false);
  check({}, { set: [] }, false);
});
