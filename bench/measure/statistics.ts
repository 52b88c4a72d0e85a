/** Figures from repeated measurements. Rounds are compared with the round beside them, never with the average. */
import { assert } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';

const resamples = 500;

export function median(values: readonly number[]): number {
  assert(values.length > 0, 'values to take the median of');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * How far a statistic of some rounds may be off by chance, as a share of it: half the width of its 95 % bootstrap
 * interval. 0.05 reads "± 5 %". `statistic` is given numbers of rounds, each as often as it is drawn.
 */
export function noiseOf(
  rounds: number,
  statistic: (drawn: readonly number[]) => number,
  seed: number,
): number {
  const prng = new Prng(seed);
  const all = Array.from({ length: rounds }, (_, round) => round);
  const drawn = Array.from({ length: resamples }, () => statistic(all.map(() => prng.below(rounds))));
  drawn.sort((a, b) => a - b);
  const low = drawn[Math.floor(resamples * 0.025)]!;
  const high = drawn[Math.ceil(resamples * 0.975) - 1]!;
  return (high - low) / 2 / Math.abs(statistic(all));
}

export function noiseOfMedian(values: readonly number[], seed: number): number {
  return noiseOf(values.length, (drawn) => median(drawn.map((round) => values[round]!)), seed);
}

/** `dividends[i] ÷ divisors[i]`: two series measured in turns. */
export function pairedRatios(dividends: readonly number[], divisors: readonly number[]): number[] {
  assert(dividends.length === divisors.length, 'as many dividends as divisors');
  return dividends.map((dividend, at) => dividend / divisors[at]!);
}
