import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { parseJson, stringifyJson } from './json.ts';
import { JsonSyntaxError, parseExactJson } from './json-parser.ts';

test('numbers: exact integers, Go floats', () => {
  const check = (text: string, want: JsonValue, out = text): void => {
    assert.deepEqual(parseJson(text), want, text);
    assert.equal(stringifyJson(parseJson(text)), out);
  };
  check('0', 0);
  check('9007199254740991', 9007199254740991);
  check('9007199254740993', 9007199254740993n);
  check('-9007199254740993', -9007199254740993n);
  check('9223372036854775807', 9223372036854775807n);
  check('-9223372036854775808', -9223372036854775808n);
  check('9223372036854775808', 2 ** 63, '9223372036854776000');
  check('123456789012345678901', 123456789012345680000, '123456789012345680000');
  check('1e21', 1e21, '1e+21');
  check('1e100', 1e100, '1e+100');
  check('-0', -0, '0');
  check('0.12345678901234567', 0.12345678901234566, '0.12345678901234566');
  check('{"a":[9007199254740993,{"b":"x","c":null}]}', { a: [9007199254740993n, { b: 'x', c: null }] });
  check('{"a":"9007199254740993"}', { a: '9007199254740993' });
});

test('a large integer is found wherever it stands', () => {
  for (let before = 0; before < 40; before++) {
    for (const digits of ['9007199254740993', '-9223372036854775807', '9999999999999999']) {
      const text = `{"${'k'.repeat(before)}":${digits}}`;
      assert.equal(stringifyJson(parseJson(text)), text);
    }
  }
});

test('errors have Go words and a position', () => {
  const check = (text: string, message: string, position: number): void => {
    for (const parse of [parseJson, parseExactJson]) {
      assert.throws(
        () => parse(text),
        (e) => {
          assert.ok(e instanceof JsonSyntaxError && e instanceof SyntaxError);
          assert.deepEqual([e.message, e.position], [message, position], text);
          return true;
        },
      );
    }
  };
  check('', 'unexpected end of JSON input', 0);
  check('  ', 'unexpected end of JSON input', 2);
  check('x', "invalid character 'x' looking for beginning of value", 0);
  check('{"a":1,}', "invalid character '}' looking for beginning of object key string", 7);
  check('{a:1}', "invalid character 'a' looking for beginning of object key string", 1);
  check('[1,]', "invalid character ']' looking for beginning of value", 3);
  check('[1 2]', "invalid character '2' after array element", 3);
  check('{"a" 1}', "invalid character '1' after object key", 5);
  check('{"a":1 "b":2}', `invalid character '"' after object key:value pair`, 7);
  check('{} {}', "invalid character '{' after top-level value", 3);
  check('tru', 'unexpected end of JSON input', 3);
  check('trux', "invalid character 'x' in literal true (expecting 'e')", 3);
  check('"a\nb"', "invalid character '\\n' in string literal", 2);
  check('"\\x"', "invalid character 'x' in string escape code", 2);
  check('"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape", 5);
  check('-x', "invalid character 'x' in numeric literal", 1);
  check('1.x', "invalid character 'x' after decimal point in numeric literal", 2);
  check('1ex', "invalid character 'x' in exponent of numeric literal", 2);
  check('01', "invalid character '1' after top-level value", 1);
  check('[1', 'unexpected end of JSON input', 2);
  check('{"a":"é', 'unexpected end of JSON input', 7);
  check('1e999', 'cannot unmarshal number 1e999 into Go value of type float64', 0);
});

test('a number that JSON.parse gets wrong is found wherever it may stand', () => {
  for (const before of ['', ' ', '[', '[1,', '{"a":', '{"a": ', '[\t', '[\n']) {
    const close = before.includes('{') ? '}' : before.includes('[') ? ']' : '';
    assert.throws(() => parseJson(`${before}-1.5E+0999${close}`), { name: 'JsonSyntaxError' }, before);
    const digits = '9007199254740993';
    assert.equal(stringifyJson(parseJson(`${before}-${digits}${close}`)).includes(digits), true, before);
  }
});

test('depth is bounded without overflowing the stack', () => {
  const list = (n: number): string => '['.repeat(n) + ']'.repeat(n);
  const object = (n: number, inner: string): string => '{"a":'.repeat(n) + inner + '}'.repeat(n);
  const deepest = limits.jsonDepth;
  for (const text of [
    list(deepest),
    object(deepest, '1'),
    object(deepest, '9007199254740993'),
    `${list(deepest)} `,
  ]) {
    assert.equal(stringifyJson(parseJson(text)), text.trim());
  }
  for (const text of [list(deepest + 2), '['.repeat(1_000_000), object(deepest + 1, '9007199254740993')]) {
    assert.throws(() => parseJson(text), { name: 'JsonSyntaxError', message: 'exceeded max depth' });
  }
  // Brackets inside strings are not depth.
  assert.equal(parseJson(JSON.stringify('['.repeat(3 * deepest))), '['.repeat(3 * deepest));
});

test('a __proto__ key is data', () => {
  for (const number of ['1', '9007199254740993']) {
    const value = parseJson(`{"__proto__":{"x":${number}},"\\u005f_proto__":{"y":1}}`) as JsonObject;
    assert.deepEqual(Object.keys(value), ['__proto__']);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal((value as { x?: unknown }).x, undefined);
    assert.equal(stringifyJson(value), '{"__proto__":{"y":1}}');
  }
});

test('buffers are UTF-8', () => {
  assert.deepEqual(parseJson(Buffer.from('{"a":"é€😀"}')), { a: 'é€😀' });
  assert.deepEqual(parseJson(Buffer.from([0x22, 0xff, 0x22])), '\ufffd');
});

test('our parser and writer agree with the platform wherever that is exact', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.nat(3), (text, indent) => {
      const spaced = JSON.stringify(JSON.parse(text), null, indent);
      assert.deepEqual(rounded(parseExactJson(spaced)), JSON.parse(text));
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 4 }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      (v, n) => {
        const text = `[${JSON.stringify(v)},${n}]`;
        const parsed = parseJson(text) as JsonValue[];
        assert.equal(BigInt(parsed[1] as number | bigint), n);
        assert.equal(stringifyJson(parsed), `[${JSON.stringify(JSON.parse(JSON.stringify(v)))},${n}]`);
      },
    ),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      let want: unknown;
      try {
        want = JSON.parse(text);
      } catch {
        assert.throws(() => parseJson(text), JsonSyntaxError);
        return;
      }
      assert.deepEqual(parseJson(text), want);
    }),
    { numRuns: 500 },
  );
});

/** What JSON.parse makes of the same text. */
const rounded = (value: JsonValue): JsonValue =>
  typeof value === 'bigint'
    ? Number(value)
    : Array.isArray(value)
      ? value.map(rounded)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, rounded(v!)]))
        : value;

const table = '../shared/corpora/upstream-tables/apimachinery/json_types.json';
test('upstream table of number kinds', (t) => {
  if (!existsSync(table)) return t.skip('upstream tables are absent');
  interface Case {
    id: string;
    in: string;
    error?: boolean;
    kind?: string;
    value?: JsonValue;
    out?: string;
  }
  const { cases } = JSON.parse(readFileSync(table, 'utf8')) as { cases: Case[] };
  assert.ok(cases.length > 10);
  for (const c of cases) {
    if (c.error) {
      assert.throws(() => parseJson(c.in), JsonSyntaxError, c.id);
      continue;
    }
    const got = parseJson(c.in);
    // JSON.stringify has no minus zero; the two are one number to every reader.
    assert.equal(stringifyJson(got), c.out === '-0' ? '0' : c.out, c.id);
    if (c.kind === 'int64') assert.equal(BigInt(got as number | bigint), BigInt(c.value as string), c.id);
    else if (c.kind === 'float64') assert.equal(got, c.value === 0 ? got : c.value, c.id);
    else assert.deepEqual(got, c.value, c.id);
  }
});

test('half a character is no character', () => {
  assert.deepEqual(parseJson('["\\ud800","a\\udc00b","\\ud83d\\ude00","\\uD83D\\uDE00"]'), [
    '\ufffd',
    'a\ufffdb',
    '😀',
    '😀',
  ]);
  assert.deepEqual(parseJson('{"\\udfff":1}'), { '\ufffd': 1 });
});
