import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing } from '../../../test/corpus.ts';
import {
  type CorpusElement,
  type CorpusSet,
  elementOf,
  pathOf,
  setOf,
  smdCases,
} from '../../../test/smd/corpus-cases.ts';
import { stringifyJson } from '../codec/json.ts';
import type { JsonValue } from '../object-meta.ts';
import { ApplyConflicts, type Conflict } from './apply-conflicts.ts';
import { anyElement, type FieldPattern, includeFields } from './field-filter.ts';
import {
  formatPath,
  keyElement,
  type Path,
  PathElementError,
  parseElement,
  sortElements,
  valueElement,
} from './field-path.ts';
import { FieldSet } from './field-set.ts';
import { toFieldsV1 } from './fields-v1.ts';
import { compareValues } from './value-order.ts';

const missing = corpusMissing('upstream-tables/smd');

test("upstream's path elements", (t) => {
  interface Serialized {
    readonly id: string;
    readonly input: string;
    readonly expected: {
      readonly error?: boolean;
      readonly element?: CorpusElement;
      readonly serialized?: string;
    };
  }
  const cases = smdCases<Serialized>('fieldpath/path_element_serialize');
  if (cases === undefined) return t.skip(missing);
  for (const { id, input, expected } of cases) {
    if (expected.error === true) {
      assert.throws(() => parseElement(input), PathElementError, id);
      continue;
    }
    assert.equal(parseElement(input), elementOf(expected.element!), id);
    if (expected.serialized !== undefined) assert.equal(parseElement(input), expected.serialized, id);
  }
});

test("upstream's order of path elements", (t) => {
  interface Order {
    readonly id: string;
    readonly a: CorpusElement;
    readonly b: CorpusElement;
    readonly expected: string;
  }
  const cases = smdCases<Order>('fieldpath/path_element_less');
  if (cases === undefined) return t.skip(missing);
  for (const { id, a, b, expected } of cases) {
    const [left, right] = [elementOf(a), elementOf(b)];
    if (expected === 'equal') assert.equal(left, right, id);
    else assert.deepEqual(sortElements([right, left]), [left, right], id);
  }
});

test("upstream's order of values", (t) => {
  const cases = smdCases<{ id: string; a: JsonValue; b: JsonValue; expected: string }>('value_less');
  if (cases === undefined) return t.skip(missing);
  for (const { id, a, b, expected } of cases) {
    const order = expected === 'equal' ? 0 : -1;
    assert.equal(compareValues(a, b), order, id);
    assert.equal(compareValues(b, a) + order, 0, id);
  }
});

test("upstream's texts of paths", (t) => {
  const cases = smdCases<{ id: string; path: CorpusElement[]; expected: string }>('fieldpath/path_string');
  if (cases === undefined) return t.skip(missing);
  for (const { id, path, expected } of cases) assert.equal(formatPath(pathOf(path)), expected, id);
});

test("upstream's filters by pattern", (t) => {
  interface Filtered {
    readonly id: string;
    readonly a: CorpusSet;
    readonly filter: { readonly matchers: readonly { readonly prefix: (CorpusElement | { any: true })[] }[] };
    readonly expected: CorpusSet;
  }
  const cases = smdCases<Filtered>('fieldpath/set_filter');
  if (cases === undefined) return t.skip(missing);
  for (const { id, a, filter, expected } of cases) {
    const patterns = filter.matchers.map(
      ({ prefix }): FieldPattern =>
        prefix.map((element) => ('any' in element ? anyElement : elementOf(element))),
    );
    const actual = includeFields(...patterns)(setOf(a));
    assert.equal(stringifyJson(toFieldsV1(actual)), stringifyJson(toFieldsV1(setOf(expected))), id);
  }
});

test("upstream's texts of conflicts", (t) => {
  interface Conflicting {
    readonly id: string;
    readonly managers: Readonly<Record<string, { readonly set: CorpusSet }>>;
    readonly expected: string | CorpusSet;
  }
  const cases = smdCases<Conflicting>('conflict');
  if (cases === undefined) return t.skip(missing);
  for (const { id, managers, expected } of cases) {
    const conflicts = Object.entries(managers).flatMap(([manager, { set }]): Conflict[] =>
      setOf(set)
        .paths()
        .map((path) => ({ manager, path })),
    );
    const error = new ApplyConflicts(conflicts);
    if (typeof expected === 'string') assert.equal(error.message, expected, id);
    else assert.ok(FieldSet.of(...error.conflicts.map(({ path }) => path)).equals(setOf(expected)), id);
  }
});

test('path elements are written as Go writes them', () => {
  const check = (actual: string | undefined, expected: string): void => assert.equal(actual, expected);
  check(
    valueElement('a<b>&\u2028"\\\b\f\n\u0001'),
    String.raw`v:"a\u003cb\u003e\u0026\u2028\"\\\u0008\u000c\n\u0001"`,
  );
  check(valueElement('\\b'), String.raw`v:"\\b"`);
  check(valueElement(2n ** 63n - 1n), 'v:9223372036854775807');
  check(parseElement('v:9223372036854775807'), 'v:9223372036854775807');
  check(valueElement(1e21), 'v:1e+21');
  check(keyElement(['protocol', 'port'], ['TCP', 80]), 'k:{"port":80,"protocol":"TCP"}');
  check(keyElement(['<'], [null]), 'k:{"<":null}');
  check(parseElement('k:{"port":80.0}'), 'k:{"port":80}');
  check(parseElement('i:007'), 'i:7');
});

test('texts of paths, for people', () => {
  const check = (path: Path, expected: string): void => assert.equal(formatPath(path), expected);
  check(['f:finalizers', 'v:"x\\u0007"'], '.finalizers[="x\\a"]');
  check(['f:a', valueElement('caf\u00e9\u00a0\u200b\u{1f600}')], '.a[="caf\u00e9\\u00a0\\u200b\u{1f600}"]');
  check(['f:a', 'v:0.00001'], '.a[=1e-05]');
  check(['f:a', 'v:1234567.5'], '.a[=1.2345675e+06]');
  check(['f:a', 'v:1234567'], '.a[=1234567]');
  check(['f:a', 'k:{"b":null,"c":[1,"x"]}'], '.a[b=null,c=[1,"x"]]');
  check(['f:a', 'i:2'], '.a[2]');
});
