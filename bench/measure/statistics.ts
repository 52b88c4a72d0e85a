/** Figures from repeated measurements. Rounds are compared with the round beside them, never with the average. */
import { assert } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';

const resamples = 2000;

export function median(values: readonly number[]): number {
  assert(values.length > 0, 'values to take the median of');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * How far the median may be off by chance, as a share of it: half the width of its 95 % bootstrap interval.
 * 0.05 reads "± 5 %". Undefined where the median is 0 and its interval is not.
 */
export function noiseOfMedian(values: readonly number[], seed: number): number | undefined {
  const { low, high } = intervalOfMedian(values, seed);
  // Of rounds that are all 0: no noise, rather than none that could be told.
  if (high === low) return 0;
  const middle = Math.abs(median(values));
  return middle === 0 ? undefined : (high - low) / 2 / middle;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The 95 % bootstrap interval of the median. */
export function intervalOfMedian(values: readonly number[], seed: number): Interval {
  const prng = new Prng(seed);
  return interval95(() => median(resample(values, prng)));
}

/** The 95 % bootstrap interval of `median(dividends) ÷ median(divisors)`, which were not measured in turns. */
export function intervalOfRatio(
  dividends: readonly number[],
  divisors: readonly number[],
  seed: number,
): Interval {
  const prng = new Prng(seed);
  return interval95(() => median(resample(dividends, prng)) / median(resample(divisors, prng)));
}

/** Where 95 % of what `draw` gives lies. */
export function interval95(draw: () => number, draws = resamples): Interval {
  const drawn = Array.from({ length: draws }, draw).sort((a, b) => a - b);
  return { low: drawn[Math.floor(draws * 0.025)]!, high: drawn[Math.ceil(draws * 0.975) - 1]! };
}

function resample(values: readonly number[], prng: Prng): number[] {
  return values.map(() => prng.pick(values));
}

/** `dividends[i] ÷ divisors[i]`: two series measured in turns. */
export function pairedRatios(dividends: readonly number[], divisors: readonly number[]): number[] {
  assert(dividends.length === divisors.length, 'as many dividends as divisors');
  return dividends.map((dividend, at) => dividend / divisors[at]!);
}
