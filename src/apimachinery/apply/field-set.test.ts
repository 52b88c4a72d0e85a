import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { corpusMissing } from '../../../test/corpus.ts';
import {
  type CorpusElement,
  type CorpusSet,
  pathOf,
  setOf,
  smdCases,
} from '../../../test/smd/corpus-cases.ts';
import { parseJson, stringifyJson } from '../codec/json.ts';
import { keyElement, type Path, type PathElement, valueElement } from './field-path.ts';
import { FieldSet } from './field-set.ts';
import { FieldsV1Error, parseFieldsV1, toFieldsV1 } from './fields-v1.ts';

const written = (set: FieldSet): string => stringifyJson(toFieldsV1(set));
const parsed = (text: string): FieldSet => parseFieldsV1(parseJson(text));

interface SetOperation {
  readonly id: string;
  readonly op: string;
  readonly a: CorpusSet;
  readonly b?: CorpusSet;
  readonly path?: readonly CorpusElement[];
  readonly expected: CorpusSet | boolean;
}

function result({ op, a, b, path }: SetOperation): FieldSet | boolean {
  switch (op) {
    case 'has':
      return setOf(a).has(pathOf(path!));
    case 'equals':
      return setOf(a).equals(setOf(b!));
    case 'union':
      return setOf(a).union(setOf(b!));
    case 'intersection':
      return setOf(a).intersection(setOf(b!));
    case 'difference':
      return setOf(a).difference(setOf(b!));
    case 'recursiveDifference':
      return setOf(a).recursiveDifference(setOf(b!));
    case 'leaves':
      return setOf(a).leaves();
    default:
      assert.fail(`unknown operation ${op}`);
  }
}

test("upstream's set operations", (t) => {
  const cases = smdCases<SetOperation>('fieldpath/set_ops');
  if (cases === undefined) return t.skip(corpusMissing('upstream-tables/smd'));
  assert.ok(cases.length > 20);
  for (const c of cases) {
    const actual = result(c);
    if (typeof c.expected === 'boolean') {
      assert.equal(actual, c.expected, c.id);
    } else {
      assert.ok(actual instanceof FieldSet, c.id);
      assert.equal(written(actual), written(setOf(c.expected)), c.id);
      assert.equal(written(actual), stringifyJson(c.expected.fieldsV1), c.id);
      assert.ok(actual.equals(setOf(c.expected)), c.id);
    }
  }
});

test("upstream's FieldsV1 texts", (t) => {
  interface Serialized {
    readonly id: string;
    readonly input: string;
    readonly expected: { readonly error?: boolean; readonly serialized?: string };
  }
  const cases = smdCases<Serialized>('fieldpath/set_serialize');
  if (cases === undefined) return t.skip(corpusMissing('upstream-tables/smd'));
  let compared = 0;
  for (const { id, input, expected } of cases) {
    if (expected.error === true) {
      assert.throws(() => parsed(input), Error, id);
      continue;
    }
    const set = parsed(input);
    assert.ok(parsed(written(set)).equals(set), id);
    if (expected.serialized === undefined) continue;
    compared++;
    assert.equal(written(set), expected.serialized, id);
  }
  assert.ok(compared >= 3);
});

const element = fc.oneof(
  fc.constantFrom('f:a', 'f:b', 'f:', 'f:\u{1f600}', 'f:\uffee', 'i:0', 'i:10', 'i:9'),
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(2n ** 60n + 1n)).map(valueElement),
  fc.string().map((name) => keyElement(['name', 'a'], [name, 1])),
);
const paths = fc.array(fc.array(element, { minLength: 1, maxLength: 4 }), { maxLength: 12 });
const fieldSet = paths.map((all) => FieldSet.of(...all));
const text = (path: Path): string => JSON.stringify(path);
const members = (set: FieldSet): Set<string> => new Set(set.paths().map(text));

/** Whether one of `set` is `path` or above it. */
const covers = (set: FieldSet, path: readonly PathElement[]): boolean =>
  path.some((_, i) => set.has(path.slice(0, i + 1)));

test('operations on sets are those on their members', () => {
  fc.assert(
    fc.property(fieldSet, fieldSet, (a, b) => {
      const [left, right] = [members(a), members(b)];
      const both = [...left].filter((path) => right.has(path));
      assert.deepEqual(members(a.union(b)), new Set([...left, ...right]));
      assert.deepEqual(members(a.intersection(b)), new Set(both));
      assert.deepEqual(members(a.difference(b)), new Set([...left].filter((path) => !right.has(path))));
      assert.deepEqual(
        members(a.recursiveDifference(b)),
        new Set(
          a
            .paths()
            .filter((path) => !covers(b, path))
            .map(text),
        ),
      );
      assert.ok(a.union(b).equals(b.union(a)));
      assert.ok(a.intersection(b).equals(b.intersection(a)));
      assert.ok(a.difference(b).union(a.intersection(b)).equals(a));
      assert.equal(a.size, left.size);
      assert.equal(a.equals(b), left.size === right.size && both.length === left.size);
    }),
  );
});

test('what nothing changed is given back as it is', () => {
  fc.assert(
    fc.property(fieldSet, fieldSet, (a, b) => {
      const [rest, all] = [a.difference(b), a.union(b)];
      assert.equal(rest.difference(b), rest);
      assert.equal(rest.recursiveDifference(FieldSet.empty), rest);
      assert.equal(all.union(a), all);
      assert.equal(all.intersection(all.union(b)), all);
      const leaves = a.leaves();
      assert.equal(leaves.leaves(), leaves);
    }),
  );
});

test('FieldsV1 brings back every set, in one spelling', () => {
  fc.assert(
    fc.property(paths, (all) => {
      const set = FieldSet.of(...all);
      const again = parsed(written(set));
      assert.ok(again.equals(set));
      assert.equal(written(again), written(set));
      assert.equal(written(FieldSet.of(...[...all].reverse())), written(set));
    }),
  );
});

test('spellings of one element are one element', () => {
  const set = parsed(
    '{"f:a":{"k:{\\"b\\":1, \\"a\\":\\"x\\"}":{"f:x":{}},"k:{\\"a\\":\\"\\\\u0078\\",\\"b\\":1.0}":{"f:y":{}}}}',
  );
  assert.equal(written(set), '{"f:a":{"k:{\\"a\\":\\"x\\",\\"b\\":1}":{"f:x":{},"f:y":{}}}}');
  assert.equal(written(parsed('{"v:9007199254740993":{},"i:007":{}}')), '{"v:9007199254740993":{},"i:7":{}}');
  assert.equal(written(parsed('{"f:a":{"z:new":{}},"f:b":null}')), '{"f:a":{},"f:b":{}}');
});

test('what is no FieldsV1', () => {
  const check = (input: string, message: RegExp): void => {
    assert.throws(
      () => parsed(input),
      (error) => error instanceof FieldsV1Error && message.test(error.message),
      input,
    );
  };
  check('[]', /expect \{ or n, but found \[/);
  check('{"f:a":"x"}', /but found "/);
  check('{"f":{}}', /key must be 2 characters long:/);
  check('{"fa":{}}', /missing colon: fa/);
  check('{"i:x":{}}', /parsing "x": invalid syntax/);
  check('{"k:[]":{}}', /parsing key as path element/);
  check('{"v:{":{}}', /parsing key as path element/);
});
