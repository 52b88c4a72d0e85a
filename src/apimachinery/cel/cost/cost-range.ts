/**
 * Ranges of sizes and of costs: what is known of a figure before an expression runs. Arithmetic on unsigned 64-bit
 * integers that stops at the largest, as cel-go's SizeEstimate and CostEstimate have it; estimates are compared with
 * upstream's to the unit, so they are bigint.
 */

/** Of a size (characters, bytes, items, entries) or of a cost. */
export interface CostRange {
  readonly min: bigint;
  readonly max: bigint;
}

export const uint64Max = 2n ** 64n - 1n;

const capped = (value: bigint): bigint => (value > uint64Max ? uint64Max : value);

export const fixedRange = (value: bigint | number): CostRange => ({ min: BigInt(value), max: BigInt(value) });
export const zeroRange = fixedRange(0n);
export const oneRange = fixedRange(1n);
export const unknownRange: CostRange = { min: 0n, max: uint64Max };

export const addRanges = (a: CostRange, b: CostRange): CostRange => ({
  min: capped(a.min + b.min),
  max: capped(a.max + b.max),
});

export const multiplyRanges = (a: CostRange, b: CostRange): CostRange => ({
  min: capped(a.min * b.min),
  max: capped(a.max * b.max),
});

/** The range that holds both. */
export const unionOfRanges = (a: CostRange, b: CostRange): CostRange => ({
  min: a.min < b.min ? a.min : b.min,
  max: a.max > b.max ? a.max : b.max,
});

/** Rounded up to whole units, through floats, as upstream does it. */
export const scaleRange = (range: CostRange, factor: number): CostRange => ({
  min: scaled(range.min, factor),
  max: scaled(range.max, factor),
});
function scaled(value: bigint, factor: number): bigint {
  return capped(BigInt(Math.ceil(Number(value) * factor)));
}
