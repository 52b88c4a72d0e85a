/**
 * The figures of a registry as plain values, which pass between processes, and what they come to together. Counters and
 * histograms add up; what gauges come to is the business of whoever knows what they mean. Writes no text (exposition.ts).
 */
import { Family, labelText, type MetricType } from './family.ts';
import type { AnyFamily, Registry } from './registry.ts';
import { Histogram } from './series.ts';

/** A histogram at one moment; `cumulated` has as many values as there are bounds. */
export interface HistogramFigures {
  readonly bounds: readonly number[];
  readonly cumulated: readonly number[];
  readonly count: number;
  readonly sum: number;
}
export type Figures = number | HistogramFigures;

export interface FamilySnapshot {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  /** By the labels as they are written. */
  readonly series: Iterable<readonly [labels: string, figures: Figures]>;
}
/** One that is all values, and none that are still to be read. */
export interface TakenFamily extends FamilySnapshot {
  readonly series: readonly (readonly [labels: string, figures: Figures])[];
}

/** What the family says now, read while it is walked: at most `samplesMax` where it is one that is read. */
export function snapshotOf(family: AnyFamily, samplesMax: number): FamilySnapshot {
  const { name, help, type } = family;
  return { name, help, type, series: { [Symbol.iterator]: () => figuresOf(family, samplesMax) } };
}

export async function takeSnapshot(registry: Registry): Promise<readonly TakenFamily[]> {
  const families = await registry.scrape();
  return families.map((family) => {
    const snapshot = snapshotOf(family, registry.samplesMax);
    return { ...snapshot, series: [...snapshot.series] };
  });
}

function* figuresOf(family: AnyFamily, samplesMax: number): Generator<readonly [string, Figures]> {
  if (!(family instanceof Family)) {
    let left = samplesMax;
    for (const [values, value] of family.read()) {
      if (left-- <= 0) return;
      yield [labelText(family.labels, values), value];
    }
    return;
  }
  for (const [labels, series] of family.entries()) {
    if (!(series instanceof Histogram)) yield [labels, series.value];
    else {
      const { bounds, count, sum } = series;
      yield [labels, { bounds, cumulated: series.cumulated(), count, sum }];
    }
  }
}

/** Two figures of one series together. */
export type Join = (a: number, b: number) => number;
export const addUp: Join = (a, b) => a + b;

/**
 * The families of all sources in the order of their names. `joinOf` says what two values of a series come to; histograms
 * add up. Equal labels make one series.
 */
export function joinSnapshots(
  sources: readonly (readonly FamilySnapshot[])[],
  joinOf: (family: FamilySnapshot) => Join,
): readonly TakenFamily[] {
  const families = new Map<string, { family: FamilySnapshot; series: Map<string, Figures> }>();
  for (const family of sources.flat()) {
    let joined = families.get(family.name);
    if (joined === undefined) {
      joined = { family, series: new Map() };
      families.set(family.name, joined);
    }
    const join = joinOf(family);
    for (const [labels, figures] of family.series) {
      const known = joined.series.get(labels);
      joined.series.set(labels, known === undefined ? figures : joinFigures(known, figures, join));
    }
  }
  return [...families.values()]
    .map(({ family, series }) => ({ ...family, series: [...series] }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function joinFigures(a: Figures, b: Figures, join: Join): Figures {
  if (typeof a === 'number' || typeof b === 'number') return join(Number(a), Number(b));
  return {
    bounds: a.bounds,
    cumulated: a.cumulated.map((count, bucket) => count + b.cumulated[bucket]!),
    count: a.count + b.count,
    sum: a.sum + b.sum,
  };
}

/** The same family with one label more on every series. */
export function withLabel(family: FamilySnapshot, label: string, value: string): TakenFamily {
  const text = labelText([label], [value]);
  return {
    ...family,
    series: [...family.series].map(([labels, figures]) => [
      labels === '' ? text : `${labels},${text}`,
      figures,
    ]),
  };
}
