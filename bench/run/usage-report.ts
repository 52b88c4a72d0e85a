/** What servers used, as figures of a result and as its curves. */
import { measureNames, measures, type UsageSeries } from '../measure/usage.ts';
import type { Figures, Plot } from './scenario.ts';

/** Of every server, by the name it was started with. */
export function usageFigures(all: ReadonlyMap<string, UsageSeries>): Figures {
  const figures: Figures = {};
  for (const [server, series] of all) {
    for (const name of measureNames) {
      const total = series.total(name);
      if (total === undefined) continue;
      const { unit } = measures[name];
      figures[`resources.${server}.${name}.max`] = { value: total.max, unit };
      figures[`resources.${server}.${name}.mean`] = { value: total.mean, unit };
    }
  }
  return figures;
}

/** Curves over time, of every server: measures of one kind together. */
export function usagePlots(all: ReadonlyMap<string, UsageSeries>): Plot[] {
  const charts = [...new Set(measureNames.map((name) => measures[name].chart))];
  return charts.flatMap((title) => {
    const shown = measureNames.filter((name) => measures[name].chart === title);
    const series = [...all].flatMap(([server, { samples }]) =>
      shown.flatMap((name) => {
        const points = samples.flatMap(({ seconds, values }) =>
          values[name] === undefined ? [] : [[rounded(seconds), rounded(values[name])] as const],
        );
        return points.length < 2 ? [] : [{ name: all.size === 1 ? name : `${server} ${name}`, points }];
      }),
    );
    if (series.length === 0) return [];
    const y = { name: title, unit: measures[shown[0]!].unit };
    return [{ title: `Resources: ${title}`, x: { name: 'time', unit: 's' }, y, series }];
  });
}

/** What is left off would only make the file longer. */
function rounded(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}
