import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { corpusMissing, corpusText, root } from '../../../test/corpus.ts';
import { limits } from '../limits.ts';
import type { JsonValue } from '../object-meta.ts';
import { parseJson, stringifyJson } from './json.ts';
import { parseYaml, stringifyYaml, YamlSyntaxError } from './yaml.ts';

const check = (text: string, want: JsonValue): void => assert.deepEqual(parseYaml(text), want, text);
function refuse(text: string, line: number, reason: RegExp): void {
  assert.throws(
    () => parseYaml(text),
    (e) => {
      assert.ok(e instanceof YamlSyntaxError, String(e));
      assert.equal(e.line, line);
      assert.match(e.message, reason);
      return true;
    },
  );
}

test('scalars are resolved as go-yaml v2 resolves them', () => {
  for (const word of ['true', 'True', 'TRUE', 'y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'])
    check(word, true);
  for (const word of ['false', 'False', 'FALSE', 'n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'])
    check(word, false);
  for (const word of ['null', 'Null', 'NULL', '~', '']) check(`a: ${word}`, { a: null });
  for (const word of [
    'tRUE',
    'nULL',
    'yess',
    '1.2.3',
    '12:30',
    '2001-01-01',
    '2001-12-14T21:59:43Z',
    '0x',
    '1e',
    '.',
  ]) {
    check(`a: ${word}`, { a: word });
  }
  check('"yes"', 'yes');
  check("'12'", '12');
  check('!!str 12', '12');
  check('!!int "12"', 12);
});

test('numbers', () => {
  check('12', 12);
  check('-12', -12);
  check('+12', 12);
  check('1_000', 1000);
  check('010', 8);
  check('0o14', 12);
  check('0x1F', 31);
  check('-0x1F', -31);
  check('0b101', 5);
  check('08', 8);
  check('1.50', 1.5);
  check('.5', 0.5);
  check('1e3', 1000);
  check('9007199254740993', 9007199254740993n);
  check('-9223372036854775808', -9223372036854775808n);
  check('9223372036854775808', 2 ** 63);
  check('18446744073709551616', 2 ** 64);
  check('9'.repeat(70), 1e70);
  check(`0b${'1'.repeat(63)}`, 2n ** 63n - 1n);
  check(`0x${'f'.repeat(70)}`, `0x${'f'.repeat(70)}`);
  // What JSON cannot hold stays text.
  check('.inf', '.inf');
  check('1e999', '1e999');
});

test('keys are strings', () => {
  check('on: 1\n2: b\n3.5: c\nnull: d\n', { true: 1, '2': 'b', '3.5': 'c', null: 'd' });
  check('a: 1\na: 2\n', { a: 2 });
  assert.deepEqual(Object.keys(parseYaml('__proto__: {x: 1}') as object), ['__proto__']);
  refuse('? [a]\n: b\n', 1, /complex keys/);
});

test('one document', () => {
  check('', null);
  check('# nothing\n', null);
  check('---\na: 1\n', { a: 1 });
  check('a: 1\n---\n', { a: 1 });
  check('a: 1\n...\n', { a: 1 });
  check('{"a": [1, true, null, "x"]}', { a: [1, true, null, 'x'] });
  // What comes behind the first is not looked at, as upstream's reader leaves it.
  check('a: 1\n---\nb: 2\n', { a: 1 });
  check('---\n---\nb: 2\n', null);
});

test('errors name the line', () => {
  refuse('a: 1\nb: c: d\n', 2, /^error converting YAML to JSON: yaml: line 2: /);
  refuse('a: [1, 2\n', 2, /line 2/);
  refuse('a:\n\tb: 1\n', 2, /line 2/);
  refuse('a: !!set {x}\n', 1, /tag/);
  refuse('a: !custom x\n', 1, /tag/);
});

test('aliases are copies', () => {
  const value = parseYaml('a: &x {k: [1]}\nb: *x\nc:\n  <<: *x\n  d: 2\n') as Record<
    string,
    Record<string, JsonValue>
  >;
  assert.deepEqual({ ...value }, { a: { k: [1] }, b: { k: [1] }, c: { k: [1], d: 2 } });
  value.a!.k = 'changed';
  assert.deepEqual(value.b, { k: [1] });
  assert.notEqual(value.b!.k, value.c!.k);
});

test('hostile text is refused', () => {
  const ten = (item: string): string => `[${Array(10).fill(item).join(', ')}]`;
  let laughs = `l0: &l0 ${ten('lol')}\n`;
  for (let i = 1; i < 12; i++) laughs += `l${i}: &l${i} ${ten(`*l${i - 1}`)}\n`;
  refuse(laughs, 0, /excessive aliasing/);
  const wide = `a: &a "${'x'.repeat(100_000)}"\nb: [${Array(5_000).fill('*a').join(', ')}]\n`;
  refuse(wide, 0, /excessive aliasing/);
  refuse('a: &a [*a]\n', 0, /excessive aliasing|line 1/);
  refuse(
    `a: &a 1\nb: [${Array(limits.yamlAliases + 1)
      .fill('*a')
      .join(', ')}]\n`,
    2,
    /alias/,
  );
  refuse('['.repeat(limits.yamlDepth + 2), 1, /depth|nest/i);
  refuse('[{a: '.repeat(100_000), 1, /depth|nest/i);
});

test('output reads back as it was', () => {
  assert.equal(
    stringifyYaml({
      b: [{ y: 1, x: 'yes' }],
      a: '12',
      c: 'a\nb\n',
      d: [],
      n: 9007199254740993n,
      u: undefined,
    }),
    'a: "12"\nb:\n- x: "yes"\n  "y": 1\nc: |\n  a\n  b\nd: []\n"n": 9007199254740993\n',
  );
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }), (v, n) => {
      // -0 is 0 in JSON, and a double beyond 2^53 reads back as the integer it is.
      const value = parseJson(stringifyJson([v as JsonValue, n]));
      assert.deepEqual(parseYaml(stringifyYaml(value)), value);
    }),
    { numRuns: 300 },
  );
  for (const text of [
    'yes',
    'No',
    'y',
    '~',
    '0o7',
    '010',
    '0x1',
    '1_0',
    '1:30',
    '2001-01-01',
    '.5',
    '<<',
    '=',
    '- a',
    '',
    ' ',
  ]) {
    assert.equal(parseYaml(stringifyYaml(text)), text);
  }
  for (const key of ['...', '... .', '--- a', '---', '... : b', '- a', '# a', '? a']) {
    assert.deepEqual(parseYaml(stringifyYaml({ [key]: { [key]: 1 } })), { [key]: { [key]: 1 } }, key);
  }
});

test('each kind of the corpus: YAML reads as its JSON, and JSON is written as its YAML', (t) => {
  const folder = 'kubernetes-codec';
  if (corpusText(`${folder}/core.v1.Event.yaml`) === undefined) return t.skip(corpusMissing(folder));
  const names = readdirSync(join(root, '..', 'shared', 'corpora', folder)).filter((name) =>
    name.endsWith('.yaml'),
  );
  assert.ok(names.length > 30);
  for (const name of names) {
    const text = corpusText(`${folder}/${name}`)!;
    const json = parseJson(corpusText(`${folder}/${name.replace(/yaml$/, 'json')}`)!);
    assert.deepEqual(parseYaml(text), json, name);
    assert.equal(stringifyYaml(json), text, name);
  }
});

test('half a character is no character', () => {
  assert.deepEqual(parseYaml('a: "\\ud800"\n"\\udc00": [é]\n'), { a: '\ufffd', '\ufffd': ['é'] });
});
