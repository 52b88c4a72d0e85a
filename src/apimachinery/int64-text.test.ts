import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareInt64Text, isInt64Text } from './int64-text.ts';

test('isInt64Text accepts exactly the signed 64-bit range', () => {
  const check = (text: string, expected: boolean) => assert.equal(isInt64Text(text), expected, text);
  for (const text of [
    '0',
    '-0',
    '+1',
    '007',
    '9223372036854775807',
    '-9223372036854775808',
    '-00000000000000000000001',
  ]) {
    check(text, true);
  }
  for (const text of [
    '',
    '-',
    '+',
    '1.0',
    '1e3',
    ' 1',
    '0x1',
    '9223372036854775808',
    '-9223372036854775809',
    '１',
  ]) {
    check(text, false);
  }
});

test('equal numbers compare as 0, negative ones too', () => {
  for (const text of ['5', '-5', '0', '-0']) assert.equal(compareInt64Text(text, text), 0);
});

test('compareInt64Text orders as the numbers do', () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const near = fc.bigInt({ min: -120n, max: 120n });
  const written = fc
    .tuple(fc.oneof(int64, near), fc.constantFrom('', '0', '000'), fc.boolean())
    .map(([value, zeros, plus]) => ({
      value,
      text: `${value < 0n ? '-' : plus ? '+' : ''}${zeros}${value < 0n ? -value : value}`,
    }));
  fc.assert(
    fc.property(written, written, (a, b) => {
      const expected = a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
      assert.equal(Math.sign(compareInt64Text(a.text, b.text)), expected);
      assert.ok(isInt64Text(a.text));
    }),
    { numRuns: 500 },
  );
});
