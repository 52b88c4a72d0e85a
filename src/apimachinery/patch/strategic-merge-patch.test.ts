import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../../test/corpus.ts';
import { parseJson, stringifyJson } from '../codec/json.ts';
import { deepEqual } from '../equality.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import type { Field, ListSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import { PatchError, type PatchErrorKind } from './patch-error.ts';
import { strategicMergePatch } from './strategic-merge-patch.ts';

/**
 * Upstream's MergeItem, which contains itself. Our schemas do not say `retainKeys` (kubectl sends the directive,
 * the server obeys it unasked) and have no replaced objects: `replacingItem` and `jsonItem` are `any`.
 */
const fields: Record<string, Field> = {};
const mergeItem: ObjectSchema = { type: 'object', fields };
const define = (name: string, schema: Schema) => {
  fields[name] = { number: 0, schema, description: '', required: false };
};
const byName = (item: Schema): ListSchema => ({
  type: 'list',
  item,
  patchStrategy: 'merge',
  patchMergeKey: 'name',
});
const integer: Schema = { type: 'integer', format: 'int64' };
const anything: Schema = { type: 'any', protobuf: 'raw-extension' };
for (const name of ['name', 'value', 'other']) define(name, { type: 'int-or-string' });
define('mergingList', byName(mergeItem));
define('mergeItemPtr', byName(mergeItem));
define('retainKeysMergingList', byName(mergeItem));
define('nonMergingList', { type: 'list', item: mergeItem });
define('mergingIntList', { type: 'list', item: integer, patchStrategy: 'merge' });
define('nonMergingIntList', { type: 'list', item: integer });
define('simpleMap', { type: 'map', value: { type: 'string' } });
define('retainKeysMap', mergeItem);
define('replacingItem', anything);
define('jsonItem', anything);

interface Case {
  readonly id: string;
  readonly sortFirst?: boolean;
  readonly original?: JsonObject;
  readonly modified?: JsonObject;
  readonly current?: JsonObject;
  readonly twoWay?: JsonObject;
  readonly twoWayResult?: JsonObject;
  readonly threeWay?: JsonObject;
  readonly result?: JsonObject;
  readonly expectedError?: string;
}
function casesOf(name: string): readonly Record<string, JsonValue>[] | string {
  const path = `upstream-tables/strategicpatch/${name}.json`;
  const text = corpusText(path);
  return text === undefined
    ? corpusMissing(path)
    : (parseJson(text) as { cases: Record<string, JsonValue>[] }).cases;
}

/** Upstream compares some cases after sorting every merging list; so do we. */
function sorted(value: JsonValue, schema: Schema | undefined): JsonValue {
  if (Array.isArray(value)) {
    const list = schema?.type === 'list' ? schema : undefined;
    if (list?.patchStrategy !== 'merge') return value;
    const items = value.map((item) => sorted(item, list.item));
    const key = (item: JsonValue) =>
      String(typeof item === 'object' && item !== null ? (item as JsonObject).name : item);
    return items.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      sorted(field!, schema?.type === 'object' ? schema.fields[key]?.schema : undefined),
    ]),
  );
}

function check(
  id: string,
  document: JsonObject,
  patch: JsonValue,
  expected: JsonObject,
  isSorted = false,
): void {
  const before = stringifyJson([document, patch]);
  const result = strategicMergePatch(document, patch, mergeItem);
  const [found, wanted] = isSorted
    ? [sorted(result, mergeItem), sorted(expected, mergeItem)]
    : [result, expected];
  assert.ok(deepEqual(found, wanted), `${id}: ${stringifyJson(found!)} instead of ${stringifyJson(wanted!)}`);
  assert.equal(stringifyJson([document, patch]), before, id);
}
function refuse(document: JsonObject, patch: JsonValue, kind: PatchErrorKind, message: string): void {
  assert.throws(
    () => strategicMergePatch(document, patch, mergeItem),
    (e) => {
      assert.ok(e instanceof PatchError);
      assert.equal(e.kind, kind, e.message);
      assert.ok(e.message.includes(message), e.message);
      return true;
    },
  );
}

test("upstream's table apply_custom", (t) => {
  const cases = casesOf('apply_custom');
  if (typeof cases === 'string') return t.skip(cases);
  for (const c of cases as unknown as readonly Case[]) {
    if (c.expectedError !== undefined) refuse(c.original ?? {}, c.twoWay!, 'failed', c.expectedError);
    else check(c.id, c.original ?? {}, c.twoWay!, c.twoWayResult ?? c.modified!, c.sortFirst);
  }
});

test("upstream's table create_and_apply, the half that applies", (t) => {
  const cases = casesOf('create_and_apply');
  if (typeof cases === 'string') return t.skip(cases);
  for (const c of cases as unknown as readonly Case[]) {
    if (c.twoWay !== undefined) {
      check(`${c.id} (two-way)`, c.original ?? {}, c.twoWay, c.twoWayResult ?? c.modified ?? {}, c.sortFirst);
    }
    if (c.threeWay !== undefined && c.result !== undefined) {
      check(`${c.id} (three-way)`, c.current ?? {}, c.threeWay, c.result, c.sortFirst);
    }
  }
});

test("upstream's table unknown_field, the half that applies", (t) => {
  const cases = casesOf('unknown_field');
  if (typeof cases === 'string') return t.skip(cases);
  for (const c of cases as unknown as readonly Record<string, string>[]) {
    // Upstream cannot make a patch of an unknown object; ours would merge it and leave the refusal to the decoder.
    if (c.expectedTwoWay === undefined) continue;
    const parse = (name: string) => parseJson(c[name]!) as JsonObject;
    check(c.id!, parse('original'), parse('expectedTwoWay'), parse('expectedTwoWayResult'));
    check(c.id!, parse('current'), parse('expectedThreeWay'), parse('expectedThreeWayResult'));
  }
});

test("upstream's table sort_merge_lists", (t) => {
  const cases = casesOf('sort_merge_lists');
  if (typeof cases === 'string') return t.skip(cases);
  for (const { id, original, expected } of cases) {
    assert.deepEqual(sorted(original!, mergeItem), expected, String(id));
  }
});

test("upstream's table number_conversion", (t) => {
  const cases = casesOf('number_conversion');
  if (typeof cases === 'string') return t.skip(cases);
  for (const c of cases as unknown as readonly Record<string, string>[]) {
    const parse = (name: string) => parseJson(c[name]!) as JsonObject;
    check(c.id!, parse('old'), parse('expectedPatch'), parse('expectedResult'));
  }
});

test('directives of the wrong shape', () => {
  const list = { mergingList: [{ name: 1 }] };
  refuse({}, [], 'malformed', 'invalid JSON document');
  refuse({}, { $patch: 'merge' }, 'failed', 'unknown patch type: merge in map: map[$patch:merge]');
  refuse({}, { $retainKeys: 'name' }, 'malformed', 'invalid patch format of retainKeys');
  refuse({}, { $retainKeys: ['name'], value: 1 }, 'malformed', 'invalid patch format of retainKeys');
  refuse({}, { $setElementOrder: [] }, 'malformed', 'invalid patch format of setElementOrder list');
  refuse(
    list,
    { '$setElementOrder/mergingList': 1 },
    'malformed',
    'invalid patch format of setElementOrder list',
  );
  refuse({}, { '$deleteFromPrimitiveListX/a': [1] }, 'malformed', 'invalid patch format of primitive list');
  refuse(list, { mergingList: [{ $patch: 'delete' }] }, 'failed', 'declared merge key: name');
  refuse(list, { mergingList: [{ $patch: 'merge', name: 1 }] }, 'failed', 'cannot yet be specified');
  refuse(list, { mergingList: [{ name: {} }] }, 'failed', 'merged by scalars');
  refuse(list, { mergingList: [1] }, 'failed', 'list element types are not identical');
  refuse(list, { mergingList: [[1]] }, 'unprocessable', 'lists of lists are not supported');
});

test('a value with nothing to merge into is taken without nulls and directives', () => {
  const added = {
    retainKeysMap: {
      name: 1,
      value: null,
      $retainKeys: ['name'],
      '$setElementOrder/mergingIntList': [1],
      mergingList: [{ name: 1 }, { name: 2, $patch: 'delete' }],
    },
  };
  check('added', {}, added, { retainKeysMap: { name: 1, mergingList: [{ name: 1 }] } });
  check('other type', { simpleMap: 1 }, { simpleMap: { a: 'b', c: null } }, { simpleMap: { a: 'b' } });
  check('only a directive', {}, { simpleMap: { $patch: 'delete' } }, {});
  check('replaced', { jsonItem: { a: 1 } }, { jsonItem: { b: 2 } }, { jsonItem: { b: 2 } });
  check('whole', { name: 1, value: 2 }, { $patch: 'replace', name: 3 }, { name: 3 });
  check('gone', { name: 1 }, { $patch: 'delete' }, {});
});

test('names of the prototype are ordinary keys', () => {
  const parse = (text: string) => JSON.parse(text) as JsonObject;
  check('proto', {}, parse('{"__proto__":{"polluted":1}}'), parse('{"__proto__":{"polluted":1}}'));
  check(
    'merge',
    parse('{"__proto__":{"a":"1"}}'),
    parse('{"__proto__":{"b":"2"}}'),
    parse('{"__proto__":{"a":"1","b":"2"}}'),
  );
  check('list', {}, parse('{"$setElementOrder/__proto__":[1],"__proto__":[1]}'), parse('{"__proto__":[1]}'));
  check('delete', { name: 1 }, parse('{"constructor":null,"$deleteFromPrimitiveList/toString":[1]}'), {
    name: 1,
  });
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test('a long list is merged in order without comparing every pair', () => {
  const stored = Array.from({ length: 20_000 }, (_, i) => ({ name: i }));
  const order = stored.toReversed();
  const patched = order.filter(({ name }) => name % 2 === 0).map(({ name }) => ({ name, value: name }));
  const expected = order.map(({ name }) => (name % 2 === 0 ? { name, value: name } : { name }));
  check(
    'long',
    { mergingList: stored },
    { '$setElementOrder/mergingList': order, mergingList: patched },
    { mergingList: expected },
  );
});
