import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CelEnvironment } from '../cel.ts';
import { standardLibrary } from '../standard/standard-library.ts';
import { bindings, twoVariableComprehensions } from './comprehensions.ts';
import { encoders } from './encoders.ts';
import { lists } from './lists.ts';
import { math } from './math.ts';
import { optionals } from './optionals.ts';
import { sets } from './sets.ts';
import { strings } from './strings.ts';

const environment = new CelEnvironment({
  libraries: [
    ...[standardLibrary, strings, math, lists, sets, encoders],
    ...[bindings, optionals, twoVariableComprehensions],
  ],
});

/** What an expression comes to, or how it fails. */
function outcome(source: string): unknown {
  const { program, issues } = environment.compile(source);
  if (program === undefined) return issues[0]?.message;
  const { value, error } = program.evaluate({});
  return error?.message ?? value;
}
const check = (source: string, expected: unknown): void =>
  assert.deepEqual(outcome(source), expected, source);
const isTrue = (source: string): void => check(source, true);

test('texts', () => {
  check("'héllo'.charAt(1)", 'é');
  check("'a'.charAt(2)", 'index out of range: 2');
  check("'tacocat'.indexOf('ac', 2)", -1n);
  check("'tacocat'.lastIndexOf('c')", 4n);
  check("'tacocat'.substring(4)", 'cat');
  check("'tacocat'.substring(3, 2)", 'invalid substring range. start: 3, end: 2');
  check("'a b a'.replace('a', 'c', 1)", 'c b a');
  check("'ab'.replace('', '-')", '-a-b-');
  isTrue("'a,b,c'.split(',') == ['a', 'b', 'c'] && 'a,b,c'.split(',', 2) == ['a', 'b,c']");
  check("['a', 'b'].join('-')", 'a-b');
  check("' \\u2000x\\n'.trim()", 'x');
  check("'TéA'.lowerAscii() + 'té'.upperAscii()", 'téaTé');
  check("'añb'.reverse()", 'bña');
  check('strings.quote(\'a\\n"b"\')', '"a\\n\\"b\\""');
});

test('formats', () => {
  check("'%s is %d of %.2f, %x'.format(['a', 1, 2.5, 255])", 'a is 1 of 2.50, ff');
  check("'%s'.format([[1, 'a', {'k': true}]])", '[1, a, {k: true}]');
  check("'%b %o %X %%'.format([5, 8, 255])", '101 10 FF %');
  check("'%e'.format([1234.5])", '1.234500e+03');
  check("'%s'.format([])", 'index 0 out of range');
  check(
    "'%d'.format(['a'])",
    'error during formatting: decimal clause can only be used on integers, was given string',
  );
});

test('numbers', () => {
  isTrue('math.greatest(1, 2.5, 2u) == 2.5 && math.least([3, 1, 2]) == 1');
  check("math.least('a')", 'math.least() invalid single argument value');
  isTrue(
    'math.abs(-1) == 1 && math.sign(-2.0) == -1.0 && math.round(-1.5) == -2.0 && math.trunc(1.9) == 1.0',
  );
  isTrue(
    'math.bitAnd(6, 3) == 2 && math.bitShiftLeft(1, 63) == -9223372036854775808 && math.bitNot(0) == -1',
  );
  isTrue('math.isNaN(0.0 / 0.0) && math.isInf(1.0 / 0.0) && math.sqrt(9) == 3.0');
  check('math.bitShiftRight(1, -1)', 'math.bitShiftRight() negative offset: -1');
});

test('lists', () => {
  isTrue('[1, 2, 2.0, 3, 1u].distinct() == [1, 2, 3]');
  isTrue("[[1], [2], [1]].distinct() == [[1], [2]] && ['a', 'a'].distinct() == ['a']");
  isTrue('[[1], [2, 3]].flatten() == [1, 2, 3] && [1, [2, [3]]].flatten(2) == [1, 2, 3]');
  isTrue('lists.range(3) == [0, 1, 2] && [1, 2, 3].slice(1, 3) == [2, 3] && [1, 2].reverse() == [2, 1]');
  isTrue("[3, 1, 2].sort() == [1, 2, 3] && ['bb', 'a'].sortBy(t, t.size()) == ['a', 'bb']");
  isTrue('[1, 2].first().value() == 1 && [1, 2].last().value() == 2 && !([].first().hasValue())');
  check('[1].slice(0, 2)', 'cannot slice(0, 2), list is length 1');
  check('lists.range(1000001)', 'lists.range: size 1000001 exceeds maximum allowed (1000000)');
});

test('sets', () => {
  isTrue('sets.contains([1, 2, 3], [2, 1.0]) && !sets.contains([1], [2])');
  isTrue('sets.equivalent([1, 1, 2], [2u, 1]) && !sets.equivalent([1], [1, 2])');
  isTrue('sets.intersects([[1], [2]], [[2]]) && !sets.intersects([1], [])');
});

test('encodings', () => {
  check("base64.encode(b'hello')", 'aGVsbG8=');
  isTrue("base64.decode('aGVsbG8=') == b'hello' && base64.decode('aGVsbG8') == b'hello'");
});

test('values that may be absent', () => {
  isTrue("{'a': {'b': 1}}.?a.?b.value() == 1 && !{'a': {}}.?a.?b.hasValue()");
  isTrue("{'a': {'b': 1}}.?a.b == optional.of(1) && {}.?a.b.c == optional.none()");
  isTrue('[1][?0] == optional.of(1) && [1][?1] == optional.none()');
  isTrue(
    'optional.ofNonZeroValue(0) == optional.none() && optional.none().or(optional.of(1)).orValue(2) == 1',
  );
  isTrue(
    'optional.of(1).optMap(v, v + 1).value() == 2 && optional.of(1).optFlatMap(v, optional.none()).orValue(3) == 3',
  );
  isTrue('optional.unwrap([optional.of(1), optional.none()]) == [1] && [optional.of(1)].unwrapOpt() == [1]');
  check('optional.none().value()', 'optional.none() dereference');
  isTrue('optional.of(1).orValue(1 / 0) == 1');
});

test('loops with two variables, and names for values', () => {
  isTrue("[1, 2].all(i, v, v == i + 1) && {'a': 1}.exists(k, v, k == 'a' && v == 1)");
  isTrue("{'a': 1, 'b': 2}.existsOne(k, v, v > 1)");
  isTrue('[3, 4].transformList(i, v, i * v) == [0, 4] && [3, 4].transformList(i, v, i > 0, v) == [4]');
  isTrue("{'a': 1}.transformMap(k, v, v + 1) == {'a': 2}");
  isTrue("['x'].transformMapEntry(i, v, {v: i}) == {'x': 0}");
  check("['x', 'x'].transformMapEntry(i, v, {v: i})", 'insert failed: key x already exists');
  isTrue("cel.bind(a, 'x', a + a) == 'xx'");
});
