import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CelEnvironment } from '../cel.ts';
import { dynType } from '../types.ts';
import { standardLibrary } from './standard-library.ts';

const environment = new CelEnvironment({ libraries: [standardLibrary], variables: { x: dynType } });

/** What an expression comes to, or how it fails. */
function outcome(source: string): unknown {
  const { program, issues } = environment.compile(source);
  if (program === undefined) return issues[0]?.message;
  const { value, error } = program.evaluate({ x: 1n });
  return error?.message ?? value;
}
const check = (source: string, expected: unknown): void =>
  assert.deepEqual(outcome(source), expected, source);
const isTrue = (source: string): void => check(source, true);

test('arithmetic ends where its types do', () => {
  check('9223372036854775807 + 1', 'integer overflow');
  check('-9223372036854775808 - 1', 'integer overflow');
  check('-(-9223372036854775808)', 'integer overflow');
  check('-9223372036854775808 / -1', 'integer overflow');
  check('18446744073709551615u + 1u', 'unsigned integer overflow');
  check('0u - 1u', 'unsigned integer overflow');
  check('1 / 0', 'division by zero');
  check('1 % 0', 'modulus by zero');
  check('1.0 / 0.0', Number.POSITIVE_INFINITY);
  check('-7 / 2', -3n);
  check('-7 % 2', -1n);
  check("'a' + 'b'", 'ab');
});

test('equality and order hold across numbers, and NaN is equal to nothing', () => {
  isTrue('1 == dyn(1.0) && dyn(1u) == 1');
  isTrue('1 < 1.5 && 2u > 1 && 1.0 <= 1u');
  isTrue('double("NaN") != double("NaN")');
  check('double("NaN") < 1.0', false);
  isTrue('[1, 2.0, dyn(3u)] == [1.0, 2, 3]');
  isTrue("{'a': 1, 'b': [2]} == {'b': [2.0], 'a': 1u}");
  isTrue("dyn(1) != dyn('1')");
  isTrue("'a' < 'b' && b'a' < b'b' && false < true");
  isTrue("'\\uffff' < '\\U00010000'");
  isTrue("dyn(1.0) in [1] && 'a' in {'a': 1} && !('b' in {'a': 1})");
});

test('errors count only where nothing decides', () => {
  isTrue('true || 1 / 0 == 1');
  isTrue('1 / 0 == 1 || true');
  check('1 / 0 == 1 && false', false);
  check('1 / 0 == 1 || false', 'division by zero');
  check('false ? 1 / 0 : 2', 2n);
  isTrue('[0, 1].exists(i, 1 / i == 1)');
  check('[0, 1].all(i, 1 / i == 2)', false);
  check('[0, 1].all(i, 1 / i == 1)', 'division by zero');
  check('[0, 1].map(i, 1 / i)', 'division by zero');
  check("dyn('a') || false", 'no such overload');
});

test('what is not there is an error', () => {
  check("{'a': 1}['b']", 'no such key: b');
  check("{'a': 1}.b", 'no such key: b');
  check('[1][1]', 'index out of bounds: 1');
  check('[1][-1]', 'index out of bounds: -1');
  isTrue("has({'a': 1}.a) && !has({'a': 1}.b)");
});

test('conversions keep what fits', () => {
  check("int('-42') + int(3.9) + int(-3.9) + int(7u)", -35n);
  check('int(9.3e18)', 'integer overflow');
  check('uint(-1)', 'unsigned integer overflow');
  isTrue("uint('7') == 7u && uint(7.9) == 7u");
  check("int('x')", "type conversion error from 'string' to 'int'");
  check("double('1e3') + double(2) + double(3u)", 1005);
  check('string(1.0) + string(1e21) + string(-0.5)', '11e+21-0.5');
  check("string(true) + string(5u) + string(b'a')", 'true5a');
  check("string(b'\\xff')", 'invalid UTF-8 in bytes, cannot convert to string');
  isTrue("bytes('é') == b'\\xc3\\xa9'");
  isTrue("bool('t') && bool('TRUE') && !bool('0')");
  isTrue('type(1) == int && type([]) == list && type(type(1)) == type && type(null) == null_type');
  isTrue("size('é😀') == 2 && size(b'é') == 2 && [1].size() == 1 && {1: 2}.size() == 1");
});

test('texts are matched as RE2 does it', () => {
  isTrue("'abc'.matches('b') && !'abc'.matches('^b') && matches('a.c', 'a\\\\.c')");
  check("'a'.matches('(')", 'error parsing regexp: missing closing ): `(`');
  isTrue("'abc'.contains('b') && 'abc'.startsWith('ab') && 'abc'.endsWith('bc')");
});

test('times and spans of time', () => {
  isTrue("duration('1h30m') == duration('5400s') && duration('1.5s') > duration('1s')");
  isTrue("string(duration('90m')) == '5400s'");
  isTrue("timestamp('2024-02-28T23:00:00Z') + duration('1h') == timestamp('2024-02-29T00:00:00Z')");
  isTrue("timestamp('2024-01-01T00:00:00+02:00') == timestamp('2023-12-31T22:00:00Z')");
  const later = "timestamp('2024-01-02T03:04:05+01:00')";
  isTrue(`string(duration('1h') + (${later} - duration('2h'))) == '2024-01-02T02:04:05+01:00'`);
  isTrue("timestamp('2024-01-02T00:00:00Z') - timestamp('2024-01-01T00:00:00Z') == duration('24h')");
  isTrue("string(timestamp('2024-01-01T00:00:00.120Z')) == '2024-01-01T00:00:00.12Z'");
  isTrue(
    "int(timestamp('1970-01-01T00:01:00Z')) == 60 && timestamp(60) == timestamp('1970-01-01T00:01:00Z')",
  );
  check("timestamp('9999-12-31T23:59:59Z') + duration('1s')", 'timestamp overflow');
  const t = "timestamp('2024-02-29T13:14:15.678Z')";
  isTrue(
    `${t}.getFullYear() == 2024 && ${t}.getMonth() == 1 && ${t}.getDate() == 29 && ${t}.getDayOfMonth() == 28`,
  );
  isTrue(`${t}.getDayOfWeek() == 4 && ${t}.getDayOfYear() == 59 && ${t}.getHours() == 13`);
  isTrue(`${t}.getMinutes() == 14 && ${t}.getSeconds() == 15 && ${t}.getMilliseconds() == 678`);
  isTrue(
    `${t}.getHours('Europe/Berlin') == 14 && ${t}.getHours('-02:30') == 10 && ${t}.getHours('+01:00') == 14`,
  );
  isTrue("duration('3661.5s').getHours() == 1 && duration('3661.5s').getMinutes() == 61");
  isTrue("duration('3661.5s').getSeconds() == 3661");
});
