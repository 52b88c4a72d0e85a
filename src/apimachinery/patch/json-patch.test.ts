import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../../test/corpus.ts';
import { parseJson } from '../codec/json.ts';
import { deepEqual } from '../equality.ts';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { jsonPatch, type PatchRules } from './json-patch.ts';
import { PatchError, type PatchErrorKind } from './patch-error.ts';

interface Case {
  readonly comment?: string;
  readonly doc: JsonValue;
  readonly patch: JsonValue;
  readonly expected?: JsonValue;
  readonly error?: string;
  readonly disabled?: boolean;
}

/** `expected` is the result, or the kind of the error. Neither input may change. */
function check(
  doc: JsonValue,
  patch: JsonValue,
  expected: JsonValue | { readonly error: PatchErrorKind },
  rules: PatchRules = 'upstream',
): void {
  const before = JSON.stringify([doc, patch]);
  const label = before.slice(0, 300);
  if (typeof expected === 'object' && expected !== null && 'error' in expected) {
    assert.throws(
      () => jsonPatch(doc, patch, rules),
      (e) => e instanceof PatchError && e.kind === (expected as { error: PatchErrorKind }).error,
      label,
    );
  } else {
    const result = jsonPatch(doc, patch, rules);
    assert.ok(deepEqual(result, expected), `${label} gave ${JSON.stringify(result).slice(0, 300)}`);
  }
  assert.equal(JSON.stringify([doc, patch]), before);
}

for (const file of ['spec_tests.json', 'tests.json']) {
  test(`the suite of json-patch-tests: ${file}`, (t) => {
    const path = `json-patch/${file}`;
    const text = corpusText(path);
    if (text === undefined) return t.skip(corpusMissing(path));
    const cases = JSON.parse(text) as readonly Case[];
    assert.ok(cases.length > 15);
    for (const c of cases) {
      // "disabled" marks what the suite's authors left open, and what is lost before a patch is parsed: two
      // members named `op`. A whole document that is a scalar, and a test of it, work here.
      if (c.disabled === true && c.error !== undefined) continue;
      if (c.error !== undefined) check(c.doc, c.patch, { error: 'unprocessable' }, 'rfc6902');
      // Without an expectation the suite wants only success.
      else check(c.doc, c.patch, c.expected ?? jsonPatch(c.doc, c.patch, 'rfc6902'), 'rfc6902');
    }
  });
}

/** Cases of the suite, and what becomes of them by upstream's rules, which are those of the server. */
const differing: readonly (readonly [string, 'refused' | JsonValue])[] = [
  ['Toplevel scalar values OK?', 'foo'],
  ['replace object document with array document?', 'refused'],
  ['replace array document with object document?', 'refused'],
  ['Out of bounds (lower)', { bar: [1, 2, '5'] }],
  ['replacing the root of the document is possible with add', 'refused'],
  ["missing 'value' parameter to add", [1, null]],
  ["missing 'value' parameter to replace", [null]],
  ['missing from location to copy', { foo: null }],
  ['test with bad array number that has leading zeros', ['foo', 'bar']],
  ['test with bad array number that has leading zeros', ['foo', 'bar']],
];
test('where upstream decides otherwise than the suite', (t) => {
  const text = corpusText('json-patch/tests.json');
  if (text === undefined) return t.skip(corpusMissing('json-patch/tests.json'));
  const found: unknown[] = [];
  for (const file of ['spec_tests.json', 'tests.json']) {
    for (const c of JSON.parse(corpusText(`json-patch/${file}`)!) as readonly Case[]) {
      if (c.disabled === true && c.error !== undefined) continue;
      let result: JsonValue | 'refused';
      try {
        result = jsonPatch(c.doc, c.patch);
      } catch (error) {
        if (!(error instanceof PatchError)) throw error;
        result = 'refused';
      }
      const wanted = c.error === undefined ? (c.expected ?? result) : 'refused';
      if (!deepEqual(result, wanted)) found.push([c.comment ?? c.error ?? JSON.stringify(c.patch), result]);
    }
  }
  assert.deepEqual(found, differing);
});

test('where upstream is kinder than the RFC', () => {
  check({ a: {} }, [{ op: 'replace', path: '/a/b', value: 1 }], { a: { b: 1 } });
  check({ a: {} }, [{ op: 'test', path: '/a/b', value: null }], { a: {} });
  check({}, [{ op: 'test', path: '/a/b', value: null }], { error: 'unprocessable' });
  check([], [{ op: 'test', path: '/0', value: null }], { error: 'unprocessable' });
  check([1], [{ op: 'replace', path: '/1', value: 2 }], { error: 'unprocessable' });
});

test('what upstream takes and the RFC does not', () => {
  const kinder = (doc: JsonValue, operation: JsonObject, expected: JsonValue): void => {
    check(doc, [operation], expected);
    check(doc, [operation], { error: 'unprocessable' }, 'rfc6902');
  };
  const error = { error: 'unprocessable' } as const;
  kinder([1, 2], { op: 'add', path: '/-1', value: 3 }, [1, 2, 3]);
  kinder([1, 2], { op: 'add', path: '/-3', value: 3 }, [3, 1, 2]);
  check([1, 2], [{ op: 'add', path: '/-4', value: 3 }], error);
  kinder([1, 2], { op: 'remove', path: '/-1' }, [1]);
  check([1, 2], [{ op: 'remove', path: '/-3' }], error);
  kinder([1, 2], { op: 'replace', path: '/-2', value: 3 }, [3, 2]);
  kinder([[1], [2]], { op: 'test', path: '/-1/0', value: 2 }, [[1], [2]]);
  kinder([1, 2], { op: 'remove', path: '/+1' }, [1]);
  kinder([1, 2], { op: 'remove', path: '/01' }, [1]);
  kinder({}, { op: 'add', path: '/a' }, { a: null });
  kinder({ a: 1 }, { op: 'replace', path: '/a' }, { a: null });
  check({ a: 1 }, [{ op: 'test', path: '/a' }], error);
  kinder({ a: 1 }, { op: 'copy', from: '/b', path: '/c' }, { a: 1, c: null });
  check({ a: 1 }, [{ op: 'copy', from: '/b/c', path: '/c' }], error);
  check({ a: 1 }, [{ op: 'move', from: '/b', path: '/c' }], error);
  kinder({ a: 1 }, { op: 'remove', path: 'x/a' }, {});
  check({ a: 1 }, [{ op: 'remove', path: 'a' }], error);
  // Of the whole document it takes less.
  check({ a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 });
  check({ a: 1 }, [{ op: 'replace', path: '', value: 7 }], { a: 1 });
  check({ a: 1 }, [{ op: 'add', path: '', value: { b: 2 } }], error);
  check({ a: 1 }, [{ op: 'add', path: '', value: { b: 2 } }], { b: 2 }, 'rfc6902');
  check({ a: 1 }, [{ op: 'copy', from: '', path: '/b' }], error);
});

test('documents and operations that are not what they should be', () => {
  check({}, {}, { error: 'malformed' });
  check({}, null, { error: 'malformed' });
  check({}, [1], { error: 'malformed' });
  check({}, [{ op: 1, path: '/a', value: 1 }], { error: 'unprocessable' });
  check({}, [{ op: 'remove', path: '' }], { error: 'unprocessable' });
  check({ a: 1 }, [{ op: 'add', path: '/a/b', value: 1 }], { error: 'unprocessable' });
  check({ a: {} }, [{ op: 'move', from: '/a', path: '/a/b' }], { error: 'unprocessable' });
  check({ a: {} }, [{ op: 'move', from: '', path: '/a/b' }], { error: 'unprocessable' });
  check({ a: 1 }, [{ op: 'copy', from: '', path: '/b' }], { a: 1, b: { a: 1 } }, 'rfc6902');
  check({ a: 1 }, [{ op: 'move', from: '', path: '' }], { a: 1 }, 'rfc6902');
});

test('names of the prototype are ordinary keys', () => {
  const own = JSON.parse('{"__proto__":{"a":1}}');
  check({}, [{ op: 'add', path: '/__proto__', value: { a: 1 } }], own);
  check(own, [{ op: 'add', path: '/__proto__/b', value: 2 }], JSON.parse('{"__proto__":{"a":1,"b":2}}'));
  check(own, [{ op: 'remove', path: '/__proto__' }], {});
  check({}, [{ op: 'add', path: '/constructor/prototype/x', value: 1 }], { error: 'unprocessable' });
  check({}, [{ op: 'remove', path: '/toString' }], { error: 'unprocessable' });
  check([], [{ op: 'add', path: '/length', value: 9 }], { error: 'unprocessable' });
  assert.equal(({} as { a?: unknown }).a, undefined);
});

test('int64 survives and equals by value', () => {
  const parse = (text: string) => parseJson(text);
  const result = jsonPatch(
    parse('{"a":9223372036854775807}'),
    parse('[{"op":"test","path":"/a","value":9223372036854775807},{"op":"copy","from":"/a","path":"/b"}]'),
  );
  assert.deepEqual(result, { a: 9223372036854775807n, b: 9223372036854775807n });
});

test('bounds', () => {
  const nested = (depth: number): JsonValue => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
  const many = Array.from({ length: limits.jsonPatchOperations }, () => ({
    op: 'add',
    path: '/a',
    value: 1,
  }));
  check({}, many, { a: 1 });
  check({}, [...many, many[0]!], { error: 'too-large' });
  check({}, [{ op: 'add', path: '/a', value: nested(limits.jsonDepth) }], { error: 'malformed' });
  check({}, [{ op: 'add', path: '/a', value: nested(limits.jsonDepth - 2) }], {
    a: nested(limits.jsonDepth - 2),
  });

  // Each copy doubles the document: 2^22 letters are above the bound, and so is nesting by copies of itself.
  const doubling = Array.from({ length: 22 }, (_, i) => ({ op: 'copy', from: '', path: `/${i}` }));
  check({ a: 'x' }, doubling, { error: 'unprocessable' }, 'rfc6902');
  const inside = doubling.map(({ op, path }) => ({ op, from: '/a', path: `/a${path}` }));
  check({ a: { b: 'x' } }, inside, { error: 'unprocessable' });
  const path = (times: number) => '/a'.repeat(times);
  const objects = (depth: number): JsonValue => JSON.parse(`${'{"a":'.repeat(depth)}{}${'}'.repeat(depth)}`);
  const half = limits.jsonDepth / 2;
  const deepening = Array.from({ length: 3 }, (_, i) => ({
    op: 'copy',
    from: '',
    path: path(half * 2 ** i - 2),
  }));
  check(objects(half - 2), deepening, { error: 'unprocessable' }, 'rfc6902');
  check(objects(half - 2), deepening.slice(0, 1), objects(2 * half - 4), 'rfc6902');
});
