/**
 * Quantiles of a latency measured in rounds: of all rounds together, and between two sides round by round. The former holds
 * whatever happened; the latter is what a round usually shows, so that a host that stands still for a fifth of a second
 * once in ten does not decide it, nor hides it. What chance may have done is told by drawing whole rounds anew, since
 * what is slow in one (a full collection, a flush) is so for all of its requests.
 */
import { assert } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import { addMedian } from '../run/median-figure.ts';
import type { Figures } from '../run/scenario.ts';
import { Histogram } from './histogram.ts';
import { interval95, pairedRatios } from './statistics.ts';

const resamples = 500;

export function pooled(rounds: readonly Histogram[]): Histogram {
  const all = new Histogram();
  for (const round of rounds) all.merge(round);
  return all;
}

/** Adds the quantile in milliseconds, of histograms of microseconds, and its noise. */
export function addPooledMillis(
  figures: Figures,
  name: string,
  rounds: readonly Histogram[],
  q: number,
  seed: number,
): void {
  addWithNoise(figures, name, 'ms', rounds.length, seed, (indexes) => {
    return pooled(drawn(rounds, indexes)).quantile(q) / 1000;
  });
}

/** Adds `quantile(dividends) ÷ quantile(divisors)`, measured in turns: a pair of rounds is drawn together. */
export function addPooledRatio(
  figures: Figures,
  name: string,
  dividends: readonly Histogram[],
  divisors: readonly Histogram[],
  q: number,
  seed: number,
): void {
  assert(dividends.length === divisors.length, 'as many dividends as divisors');
  addWithNoise(figures, name, 'ratio', dividends.length, seed, (indexes) => {
    return pooled(drawn(dividends, indexes)).quantile(q) / pooled(drawn(divisors, indexes)).quantile(q);
  });
}

/** Adds the median of what each round's quantile is to that of the other side's round beside it. */
export function addRatioOfRounds(
  figures: Figures,
  name: string,
  dividends: readonly Histogram[],
  divisors: readonly Histogram[],
  q: number,
  seed: number,
): void {
  const quantiles = (rounds: readonly Histogram[]): number[] => rounds.map((round) => round.quantile(q));
  addMedian(figures, name, 'ratio', pairedRatios(quantiles(dividends), quantiles(divisors)), seed);
}

function addWithNoise(
  figures: Figures,
  name: string,
  unit: string,
  rounds: number,
  seed: number,
  figure: (indexes: readonly number[]) => number,
): void {
  const all = Array.from({ length: rounds }, (_, index) => index);
  const value = figure(all);
  figures[name] = { value, unit };
  // One round says nothing of chance.
  if (rounds < 2) return;
  const prng = new Prng(seed);
  const { low, high } = interval95(() => figure(all.map(() => prng.below(rounds))), resamples);
  figures[`noise.${name}`] = { value: high === low ? 0 : (high - low) / 2 / Math.abs(value), unit: 'ratio' };
}

const drawn = (rounds: readonly Histogram[], indexes: readonly number[]): Histogram[] =>
  indexes.map((index) => rounds[index]!);
