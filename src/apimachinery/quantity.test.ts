import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { corpusMissing, corpusText } from '../../test/corpus.ts';
import { parseJson } from './codec/json.ts';
import { Quantity, QuantityError, type QuantityFormat } from './quantity.ts';

interface Value {
  readonly mantissa: string;
  readonly exponent: number;
  readonly format: QuantityFormat;
}
type Operand = Value | string;
interface Case {
  readonly id: string;
  readonly op: string;
  readonly kind: string;
  readonly input: string;
  readonly error?: boolean;
  readonly canonical?: string;
  readonly asInt64?: string | null;
  readonly asDec?: string;
  readonly a: Operand;
  readonly b: Operand;
  readonly value: Operand;
  readonly expected: Value & number;
  readonly expect: string;
  readonly string: string;
  readonly alternate: string;
  readonly cmp: number;
  readonly ok: boolean;
  readonly scale: number;
  readonly fromScale: number;
  readonly toScale: number;
  readonly format: QuantityFormat;
}

const of = (value: Operand): Quantity =>
  typeof value === 'string'
    ? Quantity.parse(value)
    : Quantity.of(BigInt(value.mantissa.replace(/\.0$/, '')), value.exponent, value.format);

function same(actual: Quantity, expected: Operand, where: string): void {
  assert.equal(actual.compare(of(expected)), 0, `${where}: ${actual} is not ${JSON.stringify(expected)}`);
}

function table(name: string, check: (each: Case) => void): void {
  const path = `upstream-tables/apimachinery/quantity_${name}.json`;
  test(`upstream's table: ${name}`, (t) => {
    const json = corpusText(path);
    if (json === undefined) return t.skip(corpusMissing(path));
    const { cases } = parseJson(json) as unknown as { cases: Case[] };
    assert.ok(cases.length > 0);
    for (const each of cases) check(each);
  });
}

describe('quantities', () => {
  table('parse', ({ id, input, error, expected, canonical, asInt64, asDec }) => {
    if (error === true) {
      assert.throws(() => Quantity.parse(input), QuantityError, id);
      return;
    }
    const quantity = Quantity.parse(input);
    if (expected !== undefined) {
      same(quantity, expected, id);
      assert.equal(quantity.format, expected.format, id);
      const unsigned = input.trim();
      if (!/^[+-]/.test(unsigned)) {
        same(Quantity.parse(`+${unsigned}`), expected, id);
        same(Quantity.parse(`-${unsigned}`).neg(), expected, id);
      }
    }
    if (canonical !== undefined) assert.equal(String(quantity), canonical, id);
    if (asInt64 !== undefined) assert.equal(String(quantity.asInt64() ?? null), String(asInt64), id);
    if (asDec !== undefined) same(quantity, asDec, id);
  });
  table('string', ({ id, value, string, alternate }) => {
    assert.equal(String(of(value)), string, id);
    if (alternate !== '') assert.equal(String(Quantity.parse(alternate)), string, id);
  });
  table('cmp', ({ id, a, b, cmp }) => assert.equal(of(a).compare(of(b)), cmp, id));
  table('new', ({ id, kind, value, format, scale, expect }) => {
    const power = kind === 'milli' ? -3 : kind === 'scaled' ? scale : 0;
    const known = ['DecimalSI', 'BinarySI', 'DecimalExponent'].includes(format) ? format : 'DecimalExponent';
    const quantity = Quantity.of(BigInt(value as string), power, format === undefined ? 'DecimalSI' : known);
    assert.equal(String(quantity), expect, id);
  });
  table('scaled_value', ({ id, fromScale, toScale, expected }) =>
    assert.equal(Number(Quantity.of(1n, fromScale).scaledValue(toScale)), expected, id),
  );
  table('float', ({ id, value, expected }) =>
    assert.equal(of(value).asApproximateFloat(), Number(String(expected).replace('Inf', 'Infinity')), id),
  );
  table('arith', ({ id, op, input, scale, a, b, ok, expected, string }) => {
    switch (op) {
      case 'roundUp': {
        const { rounded, isExact } = Quantity.parse(input).roundUp(scale);
        assert.equal(isExact, ok, id);
        return same(rounded, expected, id);
      }
      case 'mul': {
        const { product, fits } = of(a).mul(BigInt(b as string));
        assert.equal(fits, ok, id);
        return same(product, expected, id);
      }
      case 'neg':
        return string === undefined
          ? same(of(a).neg(), expected, id)
          : assert.equal(String(of(a).neg()), string, id);
      case 'sub':
        return same(of(a).sub(of(b)), expected, id);
      default:
        return same(of(a).add(of(b)), expected, id);
    }
  });

  function check(text: string, expected: string): void {
    assert.equal(String(Quantity.parse(text)), expected);
  }
  test('zeros move into the suffix', () => check('1000', '1k'));
  test('a text without zeros to move is kept', () => check('1.500', '1.500'));
  test('so is a sign', () => check('+5', '+5'));
  test('a huge exponent is not written out', () => check('1e999999999', '1e999999999'));
  test('nothing is smaller than a billionth', () => check('1e-999999999', '1e-9'));
  test('and is compared without writing it out', () =>
    assert.equal(Quantity.parse('1e999999999').compare(Quantity.parse('1E')), 1));
  test('what is written is read as the same', () => {
    const suffix = fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'E-3');
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(6), suffix, (n, places, end) => {
        const text =
          `${n}`.replace(new RegExp(`(\\d)(\\d{${places}})$`), places === 0 ? '$1' : '$1.$2') + end;
        const quantity = Quantity.parse(text);
        const again = Quantity.parse(String(quantity));
        assert.equal(again.compare(quantity), 0, text);
        assert.equal(String(again), String(quantity), text);
      }),
    );
  });
});

test('sums of what is far apart are refused, not written out', () => {
  const huge = Quantity.parse('1e999999999');
  const check = (sum: () => Quantity): void => assert.throws(sum, QuantityError);
  check(() => huge.add(Quantity.parse('1')));
  check(() => Quantity.parse('1n').sub(huge));
  assert.equal(huge.add(huge).toString(), '2e999999999');
  assert.equal(Quantity.of(0n).add(huge).compare(huge), 0);
  assert.equal(huge.sub(Quantity.parse('0')).toString(), '1e999999999');
  assert.equal(huge.compare(Quantity.parse('1')), 1);
  assert.equal(huge.asApproximateFloat(), Number.POSITIVE_INFINITY);
  assert.equal(Quantity.parse('7e-5').asApproximateFloat(), 7 * 1e-5);
});
