/** What a run measured, by metric, and what k6 would say of it: the statistics of its summary and its thresholds. */

export type MetricKind = 'trend' | 'rate' | 'counter';
export type Tags = Readonly<Record<string, string>>;

export interface Sample {
  readonly metric: string;
  readonly kind: MetricKind;
  readonly value: number;
  readonly tags: Tags;
}

/** As k6 writes a metric into a summary: statistics, and by threshold whether it was crossed. */
export interface MetricSummary {
  readonly [statistic: string]: number | Readonly<Record<string, boolean>>;
}

type Thresholds = Readonly<Record<string, readonly string[]>>;
const selected = /^(\w+)\{(\w+):([^{}]*)\}$/;
const expression = /^(\w+|p\((\d+(?:\.\d+)?)\))\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)$/;

export class Samples {
  readonly #byMetric = new Map<string, Sample[]>();

  add(sample: Sample): void {
    const samples = this.#byMetric.get(sample.metric);
    if (samples === undefined) this.#byMetric.set(sample.metric, [sample]);
    else samples.push(sample);
  }

  /** Every metric that has samples, and everything that has a threshold. Throws where one cannot be read. */
  summary(thresholds: Thresholds): Record<string, MetricSummary> {
    const summary: Record<string, MetricSummary> = {};
    for (const name of new Set([...this.#byMetric.keys(), ...Object.keys(thresholds)])) {
      const samples = this.#select(name);
      const kind = samples[0]?.kind ?? 'counter';
      const statistics = statisticsOf(kind, samples);
      const crossed = (thresholds[name] ?? []).map((text): [string, boolean] => [
        text,
        samples.length > 0 && !holds(text, kind, samples),
      ]);
      summary[name] =
        crossed.length === 0 ? statistics : { ...statistics, thresholds: Object.fromEntries(crossed) };
    }
    return summary;
  }

  /** `metric`, or `metric{tag:value}`. */
  #select(name: string): readonly Sample[] {
    const [, metric, tag, value] = selected.exec(name) ?? [];
    if (metric === undefined) return this.#byMetric.get(name) ?? [];
    return (this.#byMetric.get(metric) ?? []).filter(({ tags }) => tags[tag!] === value);
  }
}

function statisticsOf(kind: MetricKind, samples: readonly Sample[]): Record<string, number> {
  const values = samples.map(({ value }) => value);
  const sum = values.reduce((total, value) => total + value, 0);
  if (kind === 'counter') return { count: sum };
  if (kind === 'rate') {
    return { value: sum / Math.max(values.length, 1), passes: sum, fails: values.length - sum };
  }
  const sorted = values.sort((a, b) => a - b);
  return {
    count: sorted.length,
    avg: sum / sorted.length,
    min: sorted[0]!,
    med: quantile(sorted, 50),
    'p(90)': quantile(sorted, 90),
    'p(95)': quantile(sorted, 95),
    'p(99)': quantile(sorted, 99),
    max: sorted.at(-1)!,
  };
}

/** Between the two nearest, as k6 has it. */
function quantile(sorted: readonly number[], percentile: number): number {
  const rank = (percentile / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(rank)]!;
  return below + (sorted[Math.ceil(rank)]! - below) * (rank - Math.floor(rank));
}

function holds(text: string, kind: MetricKind, samples: readonly Sample[]): boolean {
  const [, statistic, percentile, comparison, limit] = expression.exec(text) ?? [];
  if (statistic === undefined) throw new Error(`${text} is not a threshold`);
  const statistics = statisticsOf(kind, samples);
  const sorted = samples.map(({ value }) => value).sort((a, b) => a - b);
  const value =
    percentile !== undefined
      ? quantile(sorted, Number(percentile))
      : statistics[statistic === 'rate' && kind === 'rate' ? 'value' : statistic];
  if (value === undefined) throw new Error(`a ${kind} has no ${statistic}, which ${text} asks for`);
  const bound = Number(limit);
  if (comparison === '<') return value < bound;
  if (comparison === '<=') return value <= bound;
  return comparison === '>' ? value > bound : value >= bound;
}
