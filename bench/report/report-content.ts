/** What a report says of results, before it is Markdown or a page. Only what lies in the files: no date of its own. */
import type { Result } from '../run/result.ts';
import type { Better, Plot, Scenario } from '../run/scenario.ts';
import { betterOf } from '../run/units.ts';
import type { RatioRow } from './chart/ratio-chart.ts';
import { type MeasuredTarget, measuredTargets, type Target, targets } from './targets.ts';

export interface NamedResult {
  /** Of the file, without its folder. */
  readonly file: string;
  readonly result: Result;
}

export interface FigureRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** As a share; undefined for what was measured once. */
  readonly noise: number | undefined;
  readonly better: Better | undefined;
}

export interface Section extends NamedResult {
  readonly summary: string;
  readonly ratios: readonly RatioRow[];
  readonly plots: readonly Plot[];
  readonly figures: readonly FigureRow[];
}

export interface TargetRow extends MeasuredTarget, NamedResult {}

export interface ReportContent {
  readonly targets: readonly TargetRow[];
  /** None of the results has their figure. */
  readonly notMeasured: readonly Target[];
  /** Across results of one scenario that differ in size. */
  readonly costs: readonly Plot[];
  readonly sections: readonly Section[];
}

export function reportContent(
  results: readonly NamedResult[],
  scenarios: readonly Scenario[],
): ReportContent {
  const sorted = [...results].sort(
    (a, b) => compareText(a.result.scenario, b.result.scenario) || byFile(a, b),
  );
  const measured = sorted.flatMap((named) =>
    measuredTargets(named.result).map((target): TargetRow => ({ ...named, ...target })),
  );
  const rank = ({ target }: TargetRow): number => targets.indexOf(target);
  return {
    targets: measured.sort((a, b) => rank(a) - rank(b)),
    notMeasured: targets.filter((target) => !measured.some((row) => row.target === target)),
    costs: scenarios.flatMap((scenario) => costsOf(scenario, sorted)),
    sections: sorted.map((named) =>
      sectionOf(
        named,
        scenarios.find(({ name }) => name === named.result.scenario),
      ),
    ),
  };
}

function sectionOf(named: NamedResult, scenario: Scenario | undefined): Section {
  const { figures, plots = [] } = named.result;
  const rows = Object.entries(figures).flatMap(([name, figure]): FigureRow[] => {
    if (name.startsWith('noise.')) return [];
    const noise = figures[`noise.${name}`]?.value;
    const { value, unit } = figure;
    return [{ name, value, unit, noise, better: betterOf(name, figure, scenario?.better) }];
  });
  const measured = measuredTargets(named.result);
  const ratios = rows
    .filter(({ unit, better }) => unit === 'ratio' && (better === 'higher' || better === 'lower'))
    .map(({ name, value, noise }): RatioRow => {
      const target = measured.find((row) => row.target.figure === name)?.target;
      const mark = target === undefined ? undefined : { at: target.bound, isAtLeast: target.isAtLeast };
      return { name, value, noise, target: mark };
    });
  return { ...named, summary: scenario?.summary ?? '', ratios, plots, figures: rows };
}

/** A scenario says which figures are a cost by which parameter; two results at least make a curve. */
function costsOf({ name, costs }: Scenario, results: readonly NamedResult[]): Plot[] {
  if (costs === undefined) return [];
  const sizes = new Map<number, Result>();
  for (const { result } of results) {
    const size = result.params[costs.by];
    if (result.scenario === name && typeof size === 'number') sizes.set(size, result);
  }
  if (sizes.size < 2) return [];
  const rising = [...sizes].sort(([a], [b]) => a - b);
  return costs.charts.flatMap(({ title, y, figures }): Plot[] => {
    const series = Object.entries(figures)
      .map(([said, figure]) => ({
        name: said,
        points: rising.flatMap(([size, result]): [number, number][] => {
          const value = result.figures[figure]?.value;
          return value === undefined ? [] : [[size, value]];
        }),
      }))
      .filter(({ points }) => points.length > 1);
    const x = { name: costs.by, unit: '1', scale: 'log' } as const;
    return series.length === 0 ? [] : [{ title: `${name}: ${title}`, x, y, series }];
  });
}

/** `idle-2000` before `idle-10000`. */
function byFile(a: NamedResult, b: NamedResult): number {
  const numbered = (file: string): string => file.replaceAll(/\d+/g, (digits) => digits.padStart(12, '0'));
  return compareText(numbered(a.file), numbered(b.file));
}

/** Not by locale: the report is the same wherever it is made. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
