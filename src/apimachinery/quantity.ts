/**
 * resource.Quantity: an exact decimal number with a suffix (`10Mi`, `500m`, `1e3`). Parsing, arithmetic, and the text Go
 * writes back, which is the one it read where that is nearly canonical. Source: apimachinery/pkg/api/resource.
 *
 * Nothing here expands an exponent: `1e999999999` is a short text and must stay a small value.
 */
import { StacklessError } from '../lib/stackless-error.ts';
import { limits } from './limits.ts';

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export class QuantityError extends StacklessError {
  constructor(message: string) {
    super(message);
    this.name = 'QuantityError';
  }
}

const formatProblem =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const suffixProblem = "unable to parse quantity's suffix";

const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
/** Digits that Go takes without a big number. */
const fastDigits = 18;
const scaleMin = -9;
const decimalScaleMax = 18;
const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);
const fitsInt64 = (value: bigint): boolean => value >= int64Min && value <= int64Max;

interface Parts {
  /** unscaled × 10^scale is the value. */
  readonly unscaled: bigint;
  readonly scale: number;
  readonly format: QuantityFormat;
  /** Go has it as an int64 and a scale, not as a big decimal. */
  readonly isSmall: boolean;
  /** The text to write, where it is kept as it was read. */
  readonly text?: string;
}

export class Quantity {
  readonly #parts: Parts;
  #text: string | undefined;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#text = parts.text;
  }

  /** Throws QuantityError in Go's words. */
  static parse(text: string): Quantity {
    return new Quantity(parseParts(text));
  }

  /** unscaled × 10^scale. */
  static of(unscaled: bigint, scale = 0, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity({ unscaled, scale, format, isSmall: fitsInt64(unscaled) });
  }

  get format(): QuantityFormat {
    return this.#parts.format;
  }
  /** -1, 0 or 1. */
  get sign(): number {
    return signOf(this.#parts.unscaled);
  }
  get isInteger(): boolean {
    const { unscaled, scale } = this.#parts;
    return scale >= 0 || unscaled % 10n ** BigInt(-scale) === 0n;
  }

  /** The value where Go finds it without a big number, for those who must answer alike. */
  asInt64(): bigint | undefined {
    const { unscaled, scale, isSmall } = this.#parts;
    if (!isSmall || scale < 0) return undefined;
    if (unscaled !== 0n && scale > fastDigits) return undefined;
    const value = unscaled === 0n ? 0n : unscaled * 10n ** BigInt(scale);
    return fitsInt64(value) ? value : undefined;
  }

  /** -1, 0 or 1. */
  compare(other: Quantity): number {
    const [a, b] = [this.#parts, other.#parts];
    const signs = signOf(a.unscaled) - signOf(b.unscaled);
    if (signs !== 0 || a.unscaled === 0n) return Math.sign(signs);
    const lengths = digits(a.unscaled) + a.scale - (digits(b.unscaled) + b.scale);
    // Of unequal length before the point: no need to write the zeros out.
    if (lengths !== 0) return Math.sign(lengths) * signOf(a.unscaled);
    const [left, right] = aligned(a, b);
    return signOf(left - right);
  }

  /** Zero takes the other's format. Throws QuantityError where the sum has more digits than a sum may have. */
  add(other: Quantity): Quantity {
    return this.#joined(other, (a, b) => a + b);
  }
  sub(other: Quantity): Quantity {
    return this.#joined(other, (a, b) => a - b);
  }
  neg(): Quantity {
    const { unscaled, scale, format, isSmall } = this.#parts;
    return new Quantity({ unscaled: -unscaled, scale, format, isSmall });
  }
  /** `fits` is false where Go's product is beyond an int64. */
  mul(factor: bigint): { readonly product: Quantity; readonly fits: boolean } {
    const { unscaled, scale, format } = this.#parts;
    const product = unscaled * factor;
    return {
      product: new Quantity({ unscaled: product, scale, format, isSmall: fitsInt64(product) }),
      fits: fitsInt64(product),
    };
  }

  /** Away from zero, to a multiple of 10^scale. */
  roundUp(scale: number): { readonly rounded: Quantity; readonly isExact: boolean } {
    const parts = this.#parts;
    if (parts.scale >= scale) return { rounded: this, isExact: true };
    const [unscaled, isExact] = dividedUp(parts.unscaled, scale - parts.scale);
    const { format, isSmall } = parts;
    return { rounded: new Quantity({ unscaled, scale, format, isSmall }), isExact };
  }

  /** The value divided by 10^scale, away from zero. Only for scales that are near the value's. */
  scaledValue(scale: number): bigint {
    const { unscaled, scale: own } = this.#parts;
    return own >= scale ? unscaled * 10n ** BigInt(own - scale) : dividedUp(unscaled, scale - own)[0];
  }

  asApproximateFloat(): number {
    const { unscaled, scale } = this.#parts;
    return scale === 0 ? Number(unscaled) : Number(unscaled) * Number(`1e${scale}`);
  }

  toString(): string {
    this.#text ??= canonicalText(this.#parts);
    return this.#text;
  }

  #joined(other: Quantity, join: (a: bigint, b: bigint) => bigint): Quantity {
    const [a, b] = [this.#parts, other.#parts];
    const format = a.unscaled === 0n ? b.format : a.format;
    const isSmallBefore = a.isSmall && b.isSmall;
    // Nothing has no digits to align, whatever its exponent.
    if (a.unscaled === 0n || b.unscaled === 0n) {
      const unscaled = join(a.unscaled, b.unscaled);
      const scale = a.unscaled === 0n ? b.scale : a.scale;
      return new Quantity({ unscaled, scale, format, isSmall: isSmallBefore });
    }
    if (a.scale !== b.scale) {
      const places = Math.max(endOf(a), endOf(b)) - Math.min(a.scale, b.scale);
      if (places > limits.quantityDigits) {
        throw new QuantityError(`quantities of more than ${limits.quantityDigits} digits cannot be added`);
      }
    }
    const [left, right] = aligned(a, b);
    const unscaled = join(left, right);
    const isSmall = isSmallBefore && fitsInt64(unscaled);
    return new Quantity({ unscaled, scale: Math.min(a.scale, b.scale), format, isSmall });
  }
}

const signOf = (value: bigint): number => (value > 0n ? 1 : value < 0n ? -1 : 0);
const digits = (value: bigint): number => String(value < 0n ? -value : value).length;

/** How many places before the point a value takes. */
const endOf = ({ unscaled, scale }: Parts): number => digits(unscaled) + scale;

/** Both at the smaller scale. */
function aligned(a: Parts, b: Parts): [bigint, bigint] {
  const scale = Math.min(a.scale, b.scale);
  const at = (parts: Parts): bigint =>
    parts.unscaled === 0n ? 0n : parts.unscaled * 10n ** BigInt(parts.scale - scale);
  return [at(a), at(b)];
}

/** value ÷ 10^places, away from zero, and whether nothing was lost. */
function dividedUp(value: bigint, places: number): [quotient: bigint, isExact: boolean] {
  if (value === 0n) return [0n, true];
  if (places > digits(value)) return [BigInt(signOf(value)), false];
  const divisor = 10n ** BigInt(places);
  const isExact = value % divisor === 0n;
  return [value / divisor + (isExact ? 0n : BigInt(signOf(value))), isExact];
}

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}
function suffixOf(text: string): Suffix {
  const decimal = decimalSuffixes.indexOf(text as (typeof decimalSuffixes)[number]);
  if (decimal !== -1) return { base: 10, exponent: decimal * 3 + scaleMin, format: 'DecimalSI' };
  const binary = binarySuffixes.indexOf(text as (typeof binarySuffixes)[number]);
  if (binary !== -1) return { base: 2, exponent: binary * 10, format: 'BinarySI' };
  if (!/^[eE][+-]?\d+$/.test(text)) throw new QuantityError(suffixProblem);
  const exponent = Number(text.slice(1));
  if (Math.abs(exponent) >= 2 ** 31) throw new QuantityError(suffixProblem);
  return { base: 10, exponent, format: 'DecimalExponent' };
}

function parseParts(text: string): Parts {
  if (text === '') throw new QuantityError(formatProblem);
  if (text === '0') return { unscaled: 0n, scale: 0, format: 'DecimalSI', isSmall: true, text };
  const match = /^([+-]?)0*(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/.exec(text);
  if (match === null) throw new QuantityError(formatProblem);
  const [, sign, whole = '', fraction = '', suffixText = ''] = match;
  const suffix = suffixOf(suffixText);
  const number = whole === '' ? '0' : whole;
  const signed = (value: bigint): bigint => (sign === '-' ? -value : value);
  return (
    smallParts(text, number, fraction, suffix, signed) ??
    bigParts(`${number}${fraction}`, fraction, suffix, signed)
  );
}

/** What Go takes as an int64 and a scale; the text is kept where no zeros could be moved into the suffix. */
function smallParts(
  text: string,
  number: string,
  fraction: string,
  { base, exponent, format }: Suffix,
  signed: (value: bigint) => bigint,
): Parts | undefined {
  const all = number + fraction;
  const scale = (base === 10 ? exponent : 0) - fraction.length;
  if (scale < scaleMin) return undefined;
  if (base === 10) {
    if (all.length > fastDigits) return undefined;
    const isKept = scale % 3 === 0 && !all.endsWith('000') && !all.startsWith('0');
    return {
      unscaled: signed(BigInt(all)),
      scale,
      format,
      isSmall: true,
      ...(isKept ? { text } : {}),
    };
  }
  if (fraction !== '' || 14 - number.length - Math.trunc((exponent * 3) / 10) < 0) return undefined;
  const value = BigInt(all);
  const isKept = (value & 7n) !== 0n;
  return {
    unscaled: signed(value * 2n ** BigInt(exponent)),
    scale: 0,
    format,
    isSmall: true,
    ...(isKept ? { text } : {}),
  };
}

/** Never less than a billionth, unless it is nothing; what is binary ends at the largest int64. */
function bigParts(
  all: string,
  fraction: string,
  { base, exponent, format }: Suffix,
  signed: (value: bigint) => bigint,
): Parts {
  let unscaled = BigInt(all);
  let scale = (base === 10 ? exponent : 0) - fraction.length;
  if (base === 2) unscaled *= 2n ** BigInt(exponent);
  if (scale < scaleMin) {
    unscaled = dividedUp(unscaled, scaleMin - scale)[0];
    scale = scaleMin;
  }
  if (base === 10) return { unscaled: signed(unscaled), scale, format, isSmall: false };
  // A binary scale is at most a few digits below zero.
  const one = 10n ** BigInt(-scale);
  if (unscaled > int64Max * one) return { unscaled: signed(int64Max), scale: 0, format, isSmall: false };
  const isFraction = unscaled > 0n && unscaled < one;
  return { unscaled: signed(unscaled), scale, format: isFraction ? 'DecimalSI' : format, isSmall: false };
}

function canonicalText({ unscaled, scale, format }: Parts): string {
  if (unscaled === 0n) return '0';
  if (format === 'BinarySI') {
    const one = scale < 0 ? 10n ** BigInt(-scale) : 1n;
    const isWhole = unscaled % one === 0n;
    const whole = scale < 0 ? unscaled / one : unscaled * 10n ** BigInt(scale);
    const isSmall = whole > -1024n && whole < 1024n;
    if (isWhole && !isSmall) return binaryText(whole);
  }
  return decimalText(unscaled, scale, format === 'BinarySI' ? 'DecimalSI' : format);
}

function binaryText(whole: bigint): string {
  let value = whole;
  let power = 0;
  while (value % 1024n === 0n && power < binarySuffixes.length - 1) {
    value /= 1024n;
    power++;
  }
  return `${value}${binarySuffixes[power]}`;
}

/** Zeros go into the exponent, which is a multiple of three. */
function decimalText(unscaled: bigint, scale: number, format: QuantityFormat): string {
  const zeros = /0*$/.exec(String(unscaled))![0].length;
  const largest = format === 'DecimalSI' ? decimalScaleMax : Number.POSITIVE_INFINITY;
  const exponent = Math.min(Math.floor((scale + zeros) / 3) * 3, largest);
  const moved = exponent - scale;
  const number = moved > 0 ? unscaled / 10n ** BigInt(moved) : unscaled * 10n ** BigInt(-moved);
  if (format === 'DecimalExponent') return exponent === 0 ? String(number) : `${number}e${exponent}`;
  return `${number}${decimalSuffixes[(exponent - scaleMin) / 3]}`;
}
