/**
 * All metrics of one server. Families of two sorts: those whose series running code counts in, and those that are read
 * when somebody asks, for what can be looked up costs nothing in between. The number of series is bounded, whoever
 * makes them come about. Writes no text (exposition.ts) and knows no metric by name.
 */
import { assert } from '../lib/assert.ts';
import { Family, type MetricDescription, type MetricType, type Series } from './family.ts';
import { Counter, Gauge, Histogram } from './series.ts';

export type Sample = readonly [values: readonly string[], value: number];

/** A family whose samples are read at each scrape. */
export interface ReadFamily extends MetricDescription {
  read(): Iterable<Sample>;
}
export type AnyFamily = Family<Series> | ReadFamily;

export interface RegistryLimits {
  /** Time series of all families that are counted in; a histogram has one for each bucket and two more. */
  readonly metricSeries: number;
  /** Samples of one family that is read. */
  readonly metricSamples: number;
}

export class Registry {
  readonly #limits: RegistryLimits;
  readonly #families = new Map<string, AnyFamily>();
  readonly #preparations: (() => void | Promise<void>)[] = [];
  readonly #onFailure: ((error: unknown) => void) | undefined;
  #series = 0;
  #refused = 0;
  #failures = 0;

  /** `onFailure` hears of what is counted as a failure. */
  constructor(bounds: RegistryLimits, onFailure?: (error: unknown) => void) {
    this.#limits = bounds;
    this.#onFailure = onFailure;
  }

  /** Tells how many series there are. */
  tellOfItself(): void {
    this.gaugeOf(
      'milo_metric_series',
      'Time series that are counted in, of at most a fixed number.',
      () => this.#series,
    );
    this.counterOf(
      'milo_metric_series_refused_total',
      'Times that a new time series was asked for beyond the limit and the one of all others was given.',
      () => this.#refused,
    );
    this.counterOf(
      'milo_metric_failures_total',
      'Times that something could not be found out for a scrape, which was told the figures of before.',
      () => this.#failures,
    );
  }

  counter(name: string, help: string, labels: readonly string[] = []): Family<Counter> {
    return this.#counted({ name, help, type: 'counter', labels }, () => new Counter(), 1);
  }

  gauge(name: string, help: string, labels: readonly string[] = []): Family<Gauge> {
    return this.#counted({ name, help, type: 'gauge', labels }, () => new Gauge(), 1);
  }

  histogram(
    name: string,
    help: string,
    bounds: readonly number[],
    labels: readonly string[] = [],
  ): Family<Histogram> {
    return this.#counted(
      { name, help, type: 'histogram', labels },
      () => new Histogram(bounds),
      bounds.length + 3,
    );
  }

  /** A histogram that somebody else keeps. */
  histogramOf(name: string, help: string, histogram: Histogram): void {
    this.#counted({ name, help, type: 'histogram', labels: [] }, () => histogram, 0).with();
  }

  /** A gauge without labels, read when it is asked for; undefined shows nothing. */
  gaugeOf(name: string, help: string, read: () => number | undefined): void {
    this.#read({ name, help, type: 'gauge', labels: [] }, single(read));
  }

  counterOf(name: string, help: string, read: () => number | undefined): void {
    this.#read({ name, help, type: 'counter', labels: [] }, single(read));
  }

  gaugesOf(name: string, help: string, labels: readonly string[], read: () => Iterable<Sample>): void {
    this.#read({ name, help, type: 'gauge', labels }, read);
  }

  countersOf(name: string, help: string, labels: readonly string[], read: () => Iterable<Sample>): void {
    this.#read({ name, help, type: 'counter', labels }, read);
  }

  /**
   * Runs before each scrape: finds out once what several families then show. Where it fails they show what they would
   * have shown before, and all others are as ever.
   */
  beforeScrape(prepare: () => void | Promise<void>): void {
    this.#preparations.push(prepare);
  }

  /** The families in the order of their names, ready to be read. */
  async scrape(): Promise<readonly AnyFamily[]> {
    for (const prepare of this.#preparations) {
      try {
        await prepare();
      } catch (error) {
        this.#failures++;
        this.#onFailure?.(error);
      }
    }
    return [...this.#families.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Samples of one family, no more than the limit. */
  get samplesMax(): number {
    return this.#limits.metricSamples;
  }

  #counted<S extends Series>(description: MetricDescription, make: () => S, cost: number): Family<S> {
    const family = new Family(description, make, () => this.#admit(cost));
    this.#add(family as unknown as Family<Series>);
    return family;
  }

  #read(description: MetricDescription & { type: MetricType }, read: () => Iterable<Sample>): void {
    this.#add({ ...description, read });
  }

  #add(family: AnyFamily): void {
    assert(!this.#families.has(family.name), `metric ${family.name} is there once`);
    this.#families.set(family.name, family);
  }

  #admit(cost: number): boolean {
    if (this.#series + cost > this.#limits.metricSeries) {
      this.#refused++;
      return false;
    }
    this.#series += cost;
    return true;
  }
}

const single = (read: () => number | undefined) => (): Iterable<Sample> => {
  const value = read();
  return value === undefined ? [] : [[[], value]];
};
