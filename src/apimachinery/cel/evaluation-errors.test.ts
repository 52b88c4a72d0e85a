/** What expressions fail with, and at what cost, as cel-go does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedEnvironment, askedVariables } from '../../../test/asked-environment.ts';

test('expressions fail as they do in cel-go, at the same cost', () => {
  const check = (source: string, expected: string, cost?: number): void => {
    const { program } = askedEnvironment.compile(source);
    assert.ok(program, source);
    const { error, cost: actual } = program.evaluate(askedVariables, { costLimit: 1_000_000 });
    assert.deepEqual([error?.message, actual], [expected, cost ?? actual], source);
  };
  check('d.b[5]', 'index out of bounds: 5', 3);
  check('d["zz"]', 'no such key: zz', 2);
  check('d.zz.y', 'no such key: zz', 2);
  check('m["zz"]', 'no such key: zz', 2);
  check('1 / 0', 'division by zero', 1);
  check('1 % 0', 'modulus by zero', 1);
  check('9223372036854775807 + 1', 'integer overflow', 1);
  check('-9223372036854775808 - 1', 'integer overflow', 1);
  check('-(-9223372036854775808)', 'integer overflow', 1);
  check('18446744073709551615u + 1u', 'unsigned integer overflow', 1);
  check('0u - 1u', 'unsigned integer overflow', 1);
  check('2 * 9223372036854775807', 'integer overflow', 1);
  check('1/0 > 0 && true', 'division by zero', 2);
  check('1/0 > 0 || false', 'division by zero', 2);
  // Of two failures the first.
  check('1/0 > 0 || 1 % 0 > 0', 'division by zero', 4);
  check('1 % 0 > 0 && 1/0 > 0', 'modulus by zero', 4);
  check('false || d.a', 'no such overload', 2);
  check('!d.a', 'no such overload', 3);
  check('[1,2].all(x, x / 0 > 0)', 'division by zero', 23);
  check('[0,1].all(x, 1 / x == 1)', 'division by zero', 23);
  check('[0,1].map(x, 1 / x)', 'division by zero', 49);
  check('[0,1].filter(x, 1 / x == 1)', 'division by zero');
  check('[0,1].exists_one(x, 1 / x == 1)', 'division by zero', 20);
  check('int("1_2")', `type conversion error from 'string' to 'int'`, 1);
  check('int(" 12")', `type conversion error from 'string' to 'int'`, 1);
  check('int("0x12")', `type conversion error from 'string' to 'int'`, 1);
  check('int("")', `type conversion error from 'string' to 'int'`, 1);
  check('int("99999999999999999999")', `type conversion error from 'string' to 'int'`, 1);
  check('int(1e30)', 'integer overflow', 1);
  check('int(9223372036854775807.0)', 'integer overflow', 1);
  check('int("9223372036854775808")', `type conversion error from 'string' to 'int'`, 1);
  check('uint(-1)', 'unsigned integer overflow', 1);
  check('uint(18446744073709551615.0)', 'unsigned integer overflow', 1);
  check('uint("-1")', `type conversion error from 'string' to 'uint'`, 1);
  check('uint(-0.5)', 'unsigned integer overflow', 1);
  check('double("abc")', `type conversion error from 'string' to 'double'`, 1);
  check('double("1e400")', `type conversion error from 'string' to 'double'`, 1);
  check('string(b"\\xff")', 'invalid UTF-8 in bytes, cannot convert to string', 1);
  check('bool("yes")', `type conversion error from 'string' to 'bool'`, 1);
  check('timestamp("9999-12-31T23:59:59Z") + duration("1s")', 'timestamp overflow', 3);
  check('timestamp("0001-01-01T00:00:00Z") - duration("1s")', 'timestamp overflow', 3);
  check('timestamp("0000-01-01T00:00:00Z")', 'timestamp overflow', 1);
  check(
    'timestamp("2024-13-01T00:00:00Z")',
    `type conversion error from 'string' to 'google.protobuf.Timestamp'`,
    1,
  );
  check(
    'timestamp("2024-02-30T00:00:00Z")',
    `type conversion error from 'string' to 'google.protobuf.Timestamp'`,
    1,
  );
  check('timestamp("2024-01-02")', `type conversion error from 'string' to 'google.protobuf.Timestamp'`, 1);
  check(
    'timestamp("2024-01-02t03:04:05z")',
    `type conversion error from 'string' to 'google.protobuf.Timestamp'`,
    1,
  );
  check(
    'timestamp("2024-01-02 03:04:05Z")',
    `type conversion error from 'string' to 'google.protobuf.Timestamp'`,
    1,
  );
  check(
    'timestamp("2024-01-02T03:04:60Z")',
    `type conversion error from 'string' to 'google.protobuf.Timestamp'`,
    1,
  );
  check(
    'timestamp("2024-01-02T24:00:00Z")',
    `type conversion error from 'string' to 'google.protobuf.Timestamp'`,
    1,
  );
  check('timestamp(253402300800)', 'timestamp overflow', 1);
  check('timestamp("2024-03-10T10:00:00Z").getHours("Nowhere/Land")', 'unknown time zone Nowhere/Land', 2);
  check('duration("1d")', `type conversion error from 'string' to 'google.protobuf.Duration'`, 1);
  check('duration("")', `type conversion error from 'string' to 'google.protobuf.Duration'`, 1);
  check('duration("5")', `type conversion error from 'string' to 'google.protobuf.Duration'`, 1);
  check(
    'duration("2562047h47m16.854775808s")',
    `type conversion error from 'string' to 'google.protobuf.Duration'`,
    1,
  );
  check('duration("320000000000s")', `type conversion error from 'string' to 'google.protobuf.Duration'`, 1);
  check('duration("315576000000s")', `type conversion error from 'string' to 'google.protobuf.Duration'`, 1);
  check('"abc".matches("[")', 'error parsing regexp: missing closing ]: `[`', 1);
  check('"abc".matches("a(?=b)")', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`', 2);
  check('"abc".charAt(4)', 'index out of range: 4', 1);
  check('"abc".charAt(-1)', 'index out of range: -1', 1);
  check('"abc".indexOf("c", -1)', 'index out of range: -1', 1);
  check('"abc".substring(2, 1)', 'invalid substring range. start: 2, end: 1', 1);
  check('"abc".substring(4)', 'index out of range: 4', 1);
  check('"abc".substring(-1)', 'index out of range: -1', 1);
  check('"abc".substring(0, 4)', 'index out of range: 4', 1);
  check('math.abs(-9223372036854775808)', 'integer overflow', 1);
  check('math.bitShiftLeft(1, -1)', 'math.bitShiftLeft() negative offset: -1', 1);
  check('[1,"a"].sort()', 'list elements must have the same type', 11);
  check('l.slice(2, 1)', 'cannot slice(2, 1), start index must be less than or equal to end index', 13);
  check('l.slice(0, 9)', 'cannot slice(0, 9), list is length 3', 13);
  check('l.slice(-1, 1)', 'cannot slice(-1, 1), negative indexes not supported', 13);
  check('[[1]].flatten(-1)', 'level must be non-negative');
  check('lists.range(-1)', 'lists.range: size must be non-negative, got -1', 12);
  check('base64.decode("!!")', 'illegal base64 data at input byte 0', 1);
  check('optional.none().value()', 'optional.none() dereference', 2);
  check('l[9]', 'index out of bounds: 9', 2);
  check('l[-1]', 'index out of bounds: -1', 2);
  check('d[0]', 'no such key: 0', 2);
  check('d.b[-1]', 'index out of bounds: -1', 3);
  check('d.for', 'no such key: for', 2);
  check('d.`a-b`', 'no such key: a-b', 2);
  check('[1].all(x, dyn("a"))', 'no such overload', 15);
  check('d.b.all(x, x > 0)', 'no such overload', 18);
  check('dyn(1) + dyn("a")', 'no such overload', 3);
  check('dyn(1).startsWith("a")', 'no such overload', 2);
  check('1 in dyn(1)', 'no such overload', 2);
  check('timestamp("x")', `type conversion error from 'string' to 'google.protobuf.Timestamp'`, 1);
  check(`'abc'.matches('(')`, 'error parsing regexp: missing closing ): `(`', 1);
  check(
    `duration('1') == duration('1s')`,
    `type conversion error from 'string' to 'google.protobuf.Duration'`,
    3,
  );
  check(
    `timestamp('abc') == timestamp(0)`,
    `type conversion error from 'string' to 'google.protobuf.Timestamp'`,
    3,
  );
  check('has(d.b.foo)', `unsupported index type 'string' in list`, 2);
});
