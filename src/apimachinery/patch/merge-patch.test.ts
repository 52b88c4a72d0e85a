import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cloneJson } from '../clone-json.ts';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { mergePatch, mergePatchSharing } from './merge-patch.ts';
import { PatchError } from './patch-error.ts';

function check(document: JsonValue, patch: JsonValue, expected: JsonValue): void {
  const before = JSON.stringify([document, patch]);
  assert.deepEqual(mergePatch(document, patch), expected, before);
  assert.equal(JSON.stringify([document, patch]), before);
}

test('the examples of RFC 7386, appendix A', () => {
  check({ a: 'b' }, { a: 'c' }, { a: 'c' });
  check({ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' });
  check({ a: 'b' }, { a: null }, {});
  check({ a: 'b', b: 'c' }, { a: null }, { b: 'c' });
  check({ a: ['b'] }, { a: 'c' }, { a: 'c' });
  check({ a: 'c' }, { a: ['b'] }, { a: ['b'] });
  check({ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } });
  check({ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] });
  check(['a', 'b'], ['c', 'd'], ['c', 'd']);
  check({ a: 'b' }, ['c'], ['c']);
  check({ a: 'foo' }, null, null);
  check({ a: 'foo' }, 'bar', 'bar');
  check({ e: null }, { a: 1 }, { e: null, a: 1 });
  check([1, 2], { a: 'b', c: null }, { a: 'b' });
  check({}, { a: { bb: { ccc: null } } }, { a: { bb: {} } });
});

test('names of the prototype are ordinary keys', () => {
  const own = (text: string): JsonValue => JSON.parse(text);
  check({}, own('{"__proto__":{"polluted":1}}'), own('{"__proto__":{"polluted":1}}'));
  check(own('{"__proto__":{"a":1}}'), own('{"__proto__":{"a":null}}'), own('{"__proto__":{}}'));
  check({}, { constructor: { prototype: { polluted: 1 } } }, { constructor: { prototype: { polluted: 1 } } });
  check({}, { toString: null }, {});
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test('the result shares nothing with the inputs', () => {
  const document = { kept: { a: [1] } };
  const patch = { added: { b: [2] } };
  const result = mergePatch(document, patch) as { kept: { a: number[] }; added: { b: number[] } };
  result.kept.a.push(9);
  result.added.b.push(9);
  assert.deepEqual([document, patch], [{ kept: { a: [1] } }, { added: { b: [2] } }]);
});

test('sharing, what the patch leaves as it is is the very object of the document', () => {
  const document: JsonObject = {
    same: { list: [{ a: 1 }, 'x'], map: { b: true } },
    changed: { list: [1, 2], kept: { deep: ['y'] } },
    gone: { c: 1 },
    untouched: [3],
  };
  const before = JSON.stringify(document);
  const { same } = document;
  const patch: JsonObject = {
    same: JSON.parse(JSON.stringify(same)),
    changed: { list: [1, 3], kept: { deep: ['y'] } },
    gone: null,
  };
  const result = mergePatchSharing(document, patch);
  assert.deepEqual(result, mergePatch(document, patch));
  assert.equal(result.same, same);
  assert.equal(result.untouched, document.untouched);
  const [then, now] = [document.changed, result.changed] as JsonObject[];
  assert.notEqual(now, then);
  assert.equal(now!.kept, then!.kept);
  assert.deepEqual(now!.list, [1, 3]);
  assert.notEqual(now!.list, (patch.changed as JsonObject).list);
  assert.equal(JSON.stringify(document), before);
  assert.equal(mergePatchSharing(document, { same: same! }), document);
});

test('a document at the bound of depth is merged, a patch beyond it refused', () => {
  const nested = (depth: number): JsonValue => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
  const deepest = nested(limits.jsonDepth - 1);
  let at = mergePatch({ deep: deepest }, { b: 1 });
  for (let depth = 0; typeof at === 'object'; depth++) {
    assert.ok(depth < limits.jsonDepth);
    at = (at as { a: JsonValue; deep: JsonValue }).deep ?? (at as { a: JsonValue }).a;
  }
  assert.equal(at, 1);
  assert.throws(
    () => mergePatch({}, nested(limits.jsonDepth + 1)),
    (e) => e instanceof PatchError && e.kind === 'malformed',
  );
});

test('a patch of the fields that differ turns one document into the other', () => {
  const value = fc.letrec<{ value: JsonValue; object: Record<string, JsonValue> }>((tie) => ({
    value: fc.oneof(fc.integer(), fc.string(), fc.array(fc.integer(), { maxLength: 2 }), tie('object')),
    object: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  })).object;
  type Fields = Record<string, JsonValue>;
  const difference = (from: Fields, to: Fields): Fields => {
    const patch: Fields = {};
    for (const key of Object.keys(from)) if (!(key in to)) patch[key] = null;
    for (const key of Object.keys(to)) {
      const [a, b] = [from[key], to[key]!];
      const areObjects = [a, b].every((v) => typeof v === 'object' && !Array.isArray(v));
      if (a !== undefined && areObjects) patch[key] = difference(a as Fields, b as Fields);
      else if (a !== b) patch[key] = b;
    }
    return patch;
  };
  fc.assert(
    fc.property(value, value, (from, to) => check(from, difference(from, to), to)),
    { numRuns: 300 },
  );
});

test('sharing or not, the same comes out', () => {
  const value = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
    value: fc.oneof(
      fc.constantFrom(null, 1, 'x', true, 9007199254740993n),
      fc.array(tie('value'), { maxLength: 2 }),
      tie('object'),
    ),
    object: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  })).object;
  fc.assert(
    fc.property(value, value, (document, patch) => {
      const [documentBefore, patchBefore] = [cloneJson(document), cloneJson(patch)];
      assert.deepEqual(mergePatchSharing(document, patch), mergePatch(document, patch));
      assert.deepEqual([document, patch], [documentBefore, patchBefore]);
    }),
    { numRuns: 1000 },
  );
});

test('nulls in a list go as upstream lets them go', () => {
  const check = (document: JsonValue, patch: JsonValue, want: JsonValue): void =>
    assert.deepEqual(mergePatch(document, patch), want);
  check({}, { a: [{ b: null, c: 1 }, null, [{ d: null }]] }, { a: [{ c: 1 }, null, [{}]] });
  check({ a: [1] }, { a: [{ b: null }] }, { a: [{}] });
  check({ a: 'x' }, { a: [{ b: null }] }, { a: [{}] });
  // In place of an object, a list is taken as it is.
  check({ a: {} }, { a: [{ b: null }] }, { a: [{ b: null }] });
});
