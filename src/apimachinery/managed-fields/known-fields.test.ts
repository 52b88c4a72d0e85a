/** Reading stored objects whose fieldsV1 are shared must give what reading all of their JSON gives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson, stringifyJson } from '../codec/json.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { knownSetOf, parseStoredObject, spellingOf } from './known-fields.ts';

const fieldsV1 = { 'f:spec': { '.': {}, 'k:{"name":"a}\\\\"}': { '.': {} }, 'f:größe': {} } };
const entry = (manager: string, fields: JsonValue): JsonObject => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1: fields,
});
function stored(metadata: JsonObject, rest: JsonObject = {}): JsonObject {
  return { kind: 'Thing', apiVersion: 'v1', metadata: { name: 'a', ...metadata }, ...rest };
}

const lookalike = '{"managedFields":[{"fieldsV1":{"f:x":{}}}]}';
const cases: Readonly<Record<string, JsonObject>> = {
  'no managedFields': stored({}, { spec: { size: 1 } }),
  'no entries': stored({ managedFields: [] }),
  'one entry': stored({ managedFields: [entry('a', fieldsV1)] }, { spec: { size: 1.5e300 } }),
  'several entries, some alike, one without fields': stored({
    managedFields: [entry('a', fieldsV1), entry('b', fieldsV1), { manager: 'c' }, entry('d', {})],
  }),
  'members behind them': stored({ managedFields: [entry('a', fieldsV1)], uid: 'ü' }, { data: { a: 'ß' } }),
  'texts that look like them': stored(
    { annotations: { [lookalike]: lookalike, managedFields: '[' }, managedFields: [entry('a', fieldsV1)] },
    { data: { fieldsV1: lookalike } },
  ),
  'members of their name elsewhere': stored(
    { managedFields: [entry('a', fieldsV1)] },
    { spec: { managedFields: [{ fieldsV1: { a: 1 } }], fieldsV1: { 'f:b': {} } } },
  ),
  'members of their name elsewhere alone': stored({}, { spec: { managedFields: [{ fieldsV1: { a: 1 } }] } }),
  'fields that are no object, beside some that are': stored(
    { managedFields: [entry('a', 0)] },
    { spec: { fieldsV1: { a: 1 } } },
  ),
  'long integers, around and inside': stored(
    {
      generation: 9007199254740993n,
      managedFields: [entry('a', { 'f:x': { 'v:1234567890123456789': {} } })],
    },
    { spec: { exact: 1234567890123456789n, text: '\ud800' } },
  ),
};

for (const [name, object] of Object.entries(cases)) {
  test(name, () => {
    const json = Buffer.from(stringifyJson(object));
    assert.deepEqual(parseStoredObject(json), parseJson(json));
    assert.deepEqual(parseStoredObject(json), parseJson(json), 'once it is known');
  });
}

const fieldsOf = (object: JsonObject): JsonValue[] =>
  ((object.metadata as JsonObject).managedFields as JsonObject[]).map((each) => each.fieldsV1!);

test('objects share what they have alike, and their sets with it', () => {
  const read = (name: string): JsonValue[] =>
    fieldsOf(
      parseStoredObject(Buffer.from(stringifyJson(stored({ name, managedFields: [entry(name, fieldsV1)] })))),
    );
  const [first] = read('a');
  const [second] = read('b');
  assert.equal(first, second);
  assert.equal(knownSetOf(first!), knownSetOf(second!));
  assert.equal(knownSetOf(structuredClone(fieldsV1)).equals(knownSetOf(first!)), true);
  assert.equal(spellingOf(knownSetOf(first!)), first);
});

test('a name is not taken for another one, whose bytes look like it', () => {
  const read = parseStoredObject(
    Buffer.from(stringifyJson(stored({ managedFields: [entry('a', { 'f:ü': {} })] }))),
  );
  const lookalike: JsonObject = { 'f:\u00c3\u00bc': {} };
  assert.equal(knownSetOf(lookalike).equals(knownSetOf(fieldsOf(read)[0]!)), false);
  assert.deepEqual(spellingOf(knownSetOf(lookalike)), lookalike);
});

test('what else is in them is an object`s own', () => {
  const json = Buffer.from(stringifyJson(stored({ managedFields: [entry('a', fieldsV1)] })));
  const changed = parseStoredObject(json).metadata as JsonObject;
  (changed.managedFields as JsonObject[])[0]!.time = 'now';
  assert.deepEqual(parseStoredObject(json), parseJson(json));
});

test('JSON that is cut off is an error', () => {
  const json = Buffer.from(stringifyJson(stored({ managedFields: [entry('a', fieldsV1)] })));
  for (let length = 0; length < json.length; length++) {
    assert.throws(() => parseStoredObject(json.subarray(0, length)), { name: 'JsonSyntaxError' });
  }
});
