/**
 * A metric with its labels: the series of one name. A family gives out one series for each set of label values, as long
 * as the registry has room; after that everybody new shares a series whose labels all say `other`.
 */
import type { Counter, Gauge, Histogram } from './series.ts';

export type MetricType = 'counter' | 'gauge' | 'histogram';
export type Series = Counter | Gauge | Histogram;

/** What a metric is, as `/metrics` and the documentation say it. */
export interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly labels: readonly string[];
}

/** The value of every label beyond the limit of series. */
export const otherLabel = 'other';

export class Family<S extends Series> implements MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly labels: readonly string[];
  readonly #make: () => S;
  /** Asked before each new series; false: there is no room. */
  readonly #admit: () => boolean;
  /** By their labels as they are written. */
  readonly #series = new Map<string, S>();

  constructor(description: MetricDescription, make: () => S, admit: () => boolean) {
    this.name = description.name;
    this.help = description.help;
    this.type = description.type;
    this.labels = description.labels;
    this.#make = make;
    this.#admit = admit;
  }

  /** The series of these label values, in the order of the family's labels. To be kept by who observes. */
  with(...values: readonly string[]): S {
    const text = labelText(this.labels, values);
    const known = this.#series.get(text);
    if (known !== undefined) return known;
    if (this.labels.length > 0 && !this.#admit()) return this.#other();
    return this.#add(text);
  }

  entries(): Iterable<[labels: string, series: S]> {
    return this.#series;
  }

  #other(): S {
    const text = labelText(
      this.labels,
      this.labels.map(() => otherLabel),
    );
    return this.#series.get(text) ?? this.#add(text);
  }

  #add(text: string): S {
    const series = this.#make();
    this.#series.set(text, series);
    return series;
  }
}

/** `verb="GET",code="200"`, escaped as the text format wants. */
export function labelText(labels: readonly string[], values: readonly string[]): string {
  let text = '';
  for (let i = 0; i < labels.length; i++) {
    text += `${i === 0 ? '' : ','}${labels[i]!}="${escaped(values[i] ?? '')}"`;
  }
  return text;
}

function escaped(value: string): string {
  return /[\\"\n]/.test(value)
    ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : value;
}
