/** The measures of a server and of its storage that are taken again and again during a run, and what each is. */

interface Measure {
  readonly unit: string;
  /** Read as a sum since the beginning, and told as what was added a second; divided by this. */
  readonly ratePer?: number;
  /** Title of the curves it is drawn with. */
  readonly chart: string;
}

const microsInSecond = 1_000_000;
const memory = 'memory';

export const measures = {
  rssAnonymousBytes: { unit: 'B', chart: memory },
  rssFileBytes: { unit: 'B', chart: memory },
  /** Where the two cannot be told apart. */
  rssBytes: { unit: 'B', chart: memory },
  heapBytes: { unit: 'B', chart: memory },
  cores: { unit: 'cores', ratePer: microsInSecond, chart: 'processor' },
  openFiles: { unit: '1', chart: 'files and threads' },
  threads: { unit: '1', chart: 'files and threads' },
  diskBytes: { unit: 'B', chart: 'disk' },
  writtenBytes: { unit: 'B/s', ratePer: 1, chart: 'written' },
  flushes: { unit: '1/s', ratePer: 1, chart: 'flushes' },
  storageRssBytes: { unit: 'B', chart: memory },
  storageCores: { unit: 'cores', ratePer: microsInSecond, chart: 'processor' },
  storageOpenFiles: { unit: '1', chart: 'files and threads' },
  storageWrittenBytes: { unit: 'B/s', ratePer: 1, chart: 'written' },
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureName = keyof typeof measures;
/** One moment; what cannot be told is not there. Rates are still sums. */
export type Usage = { readonly [Name in MeasureName]?: number | undefined };
export const measureNames = Object.keys(measures) as MeasureName[];

/** Of a long run, every second one is left out again and again. */
const samplesMax = 600;

export interface Sample {
  readonly seconds: number;
  readonly values: Readonly<Partial<Record<MeasureName, number>>>;
}

/** What one server's samples come to. */
export class UsageSeries {
  readonly #startMs = performance.now();
  readonly #totals = new Map<MeasureName, { sum: number; count: number; max: number }>();
  #samples: Sample[] = [];
  #keepEvery = 1;
  #taken = 0;
  /** The last of each sum. */
  readonly #sums = new Map<MeasureName, { readonly atMs: number; readonly value: number }>();

  /** In the order of time, thinned out. */
  get samples(): readonly Sample[] {
    return this.#samples;
  }

  /** On the clock of the samples. */
  get secondsNow(): number {
    return (performance.now() - this.#startMs) / 1000;
  }

  /** What follows is of another process: its sums begin anew. */
  restart(): void {
    this.#sums.clear();
  }

  add(usage: Usage): void {
    const atMs = performance.now();
    const values = this.#valuesOf(usage, atMs);
    for (const [name, value] of Object.entries(values) as [MeasureName, number][]) {
      const total = this.#totals.get(name) ?? { sum: 0, count: 0, max: Number.NEGATIVE_INFINITY };
      this.#totals.set(name, {
        sum: total.sum + value,
        count: total.count + 1,
        max: Math.max(total.max, value),
      });
    }
    if (this.#taken++ % this.#keepEvery !== 0) return;
    this.#samples.push({ seconds: (atMs - this.#startMs) / 1000, values });
    if (this.#samples.length <= samplesMax) return;
    this.#samples = this.#samples.filter((_, at) => at % 2 === 0);
    this.#keepEvery *= 2;
  }

  #valuesOf(usage: Usage, atMs: number): Partial<Record<MeasureName, number>> {
    const values: Partial<Record<MeasureName, number>> = {};
    for (const name of measureNames) {
      const value = usage[name];
      if (value === undefined) continue;
      const measure: Measure = measures[name];
      if (measure.ratePer === undefined) {
        values[name] = value;
        continue;
      }
      const earlier = this.#sums.get(name);
      this.#sums.set(name, { atMs, value });
      if (earlier === undefined) continue;
      const seconds = (atMs - earlier.atMs) / 1000;
      values[name] = (value - earlier.value) / measure.ratePer / seconds;
    }
    return values;
  }

  /** Over the whole run, all samples counted. */
  total(name: MeasureName): { readonly max: number; readonly mean: number } | undefined {
    const total = this.#totals.get(name);
    return total && { max: total.max, mean: total.sum / total.count };
  }
}
