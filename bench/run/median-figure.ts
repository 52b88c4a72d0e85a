/** A figure that is the median of rounds, with the rounds themselves and what chance may have done to it. */
import { median, noiseOfMedian } from '../measure/statistics.ts';
import type { Figures } from './scenario.ts';

export function addMedian(
  figures: Figures,
  name: string,
  unit: string,
  rounds: readonly number[],
  seed: number,
): void {
  figures[name] = { value: median(rounds), unit, rounds };
  // One round says nothing of chance.
  const noise = rounds.length > 1 ? noiseOfMedian(rounds, seed) : undefined;
  if (noise !== undefined) figures[`noise.${name}`] = { value: noise, unit: 'ratio' };
}
