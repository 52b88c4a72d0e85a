/**
 * Two results of one scenario, figure by figure: how the second stands to the first, how sure that is, and whether it
 * is a regression. Pure: reads no files and prints nothing.
 */
import { type Interval, intervalOfRatio } from '../measure/statistics.ts';
import type { Result } from '../run/result.ts';
import type { Better, Figure, Figures } from '../run/scenario.ts';
import { betterOf, units } from '../run/units.ts';

/**
 * `regression`: worse by more than the bound, and not by chance. `worse` and `better` are not by chance either, `same`
 * may be. `unjudged`: figures that only explain others.
 */
export type Verdict = 'regression' | 'worse' | 'same' | 'better' | 'unjudged';

export interface ComparedFigure {
  readonly name: string;
  readonly unit: string;
  readonly before: number;
  readonly after: number;
  /** `after ÷ before`; undefined where `before` is not positive or `after` negative, and a ratio means nothing. */
  readonly ratio: number | undefined;
  /** Where the ratio lies with 95 % confidence; undefined where the results do not tell: then the ratio is taken as it is. */
  readonly interval: Interval | undefined;
  readonly better: Better | undefined;
  readonly verdict: Verdict;
}

export interface CompareOptions {
  /** How much worse is still none: 1.1 is a tenth. */
  readonly bound: number;
  readonly seed: number;
  /** Of the scenario: see `Scenario.better`. */
  readonly better: Readonly<Record<string, Better>> | undefined;
}

/** Figures that both have, in the order of the second. */
export function compareResults(before: Result, after: Result, options: CompareOptions): ComparedFigure[] {
  return Object.entries(after.figures).flatMap(([name, figure]) => {
    const earlier = before.figures[name];
    if (name.startsWith('noise.') || earlier === undefined || earlier.unit !== figure.unit) return [];
    const better = betterOf(name, figure, options.better);
    const ratio = earlier.value > 0 && figure.value >= 0 ? figure.value / earlier.value : undefined;
    const interval = ratio === undefined ? undefined : intervalOf(name, ratio, before, after, options.seed);
    const [from, to] = [earlier.value, figure.value];
    const verdict = verdictOf({ from, to, unit: figure.unit, ratio, interval, better }, options.bound);
    return [{ name, unit: figure.unit, before: from, after: to, ratio, interval, better, verdict }];
  });
}

/** From the rounds where both have them, otherwise from what the results say of their noise. */
function intervalOf(
  name: string,
  ratio: number,
  before: Result,
  after: Result,
  seed: number,
): Interval | undefined {
  const [divisors, dividends] = [roundsOf(before.figures[name]), roundsOf(after.figures[name])];
  if (divisors !== undefined && dividends !== undefined) return intervalOfRatio(dividends, divisors, seed);
  const noises = [noiseOf(before.figures, name), noiseOf(after.figures, name)];
  if (noises.every((noise) => noise === undefined)) return undefined;
  const halfWidth = ratio * Math.hypot(...noises.map((noise) => noise ?? 0));
  return { low: ratio - halfWidth, high: ratio + halfWidth };
}

function roundsOf(figure: Figure | undefined): readonly number[] | undefined {
  const rounds = figure?.rounds;
  return rounds !== undefined && rounds.length > 1 && rounds.every((value) => value > 0) ? rounds : undefined;
}

function noiseOf(figures: Figures, name: string): number | undefined {
  return figures[`noise.${name}`]?.value;
}

interface Judged extends Pick<ComparedFigure, 'unit' | 'ratio' | 'interval' | 'better'> {
  readonly from: number;
  readonly to: number;
}

function verdictOf({ from, to, unit, ratio, interval, better }: Judged, bound: number): Verdict {
  if (better === undefined || better === 'neither') return 'unjudged';
  const isWorse = better === 'lower' ? to > from : to < from;
  if (Math.abs(to - from) <= (units[unit]?.negligible ?? 0)) return 'same';
  // From nothing to something: no ratio says how much.
  if (ratio === undefined) return isWorse ? 'regression' : 'better';
  if (interval !== undefined && interval.low <= 1 && interval.high >= 1) return 'same';
  if (!isWorse) return 'better';
  const timesWorse = better === 'lower' ? ratio : 1 / ratio;
  return timesWorse > bound ? 'regression' : 'worse';
}
