/** Ints as numbers come to what they come to as bigints. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CelError } from '../values.ts';
import {
  add,
  divide,
  type Int,
  type IntOperation,
  modulo,
  multiply,
  negate,
  subtract,
  wholeOf,
} from './int-arithmetic.ts';

const edges = [
  0n,
  1n,
  2n,
  3n,
  7n,
  2n ** 31n,
  2n ** 32n + 1n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 60n,
  2n ** 63n - 1n,
];
const ints = [...edges, ...edges.map((value) => -value), -(2n ** 63n)];

/** As a number where that is a safe one, and as a bigint. */
const forms = (value: bigint): Int[] =>
  Number.isSafeInteger(Number(value)) && BigInt(Number(value)) === value ? [value, Number(value)] : [value];
const told = (result: Int | CelError): string =>
  result instanceof CelError ? result.message : String(wholeOf(result));

test('an operation comes to the same, however its operands are held', () => {
  const check = (operate: IntOperation, expected: (a: bigint, b: bigint) => bigint, byZero: string): void => {
    for (const a of ints) {
      for (const b of ints) {
        const exact = b === 0n && byZero !== '' ? undefined : expected(a, b);
        const isThere = exact !== undefined && BigInt.asIntN(64, exact) === exact;
        const wanted = exact === undefined ? byZero : isThere ? String(exact) : 'integer overflow';
        for (const x of forms(a))
          for (const y of forms(b)) assert.equal(told(operate(x, y)), wanted, `${a}, ${b}`);
      }
    }
  };
  check(add, (a, b) => a + b, '');
  check(subtract, (a, b) => a - b, '');
  check(multiply, (a, b) => a * b, '');
  check(divide, (a, b) => a / b, 'division by zero');
  check(modulo, (a, b) => a % b, 'modulus by zero');
});

test('a sign changes the same, however its operand is held', () => {
  for (const value of ints) {
    const wanted = value === -(2n ** 63n) ? 'integer overflow' : String(-value);
    for (const form of forms(value)) assert.equal(told(negate(form)), wanted);
  }
});
