/**
 * Latencies by step, in rounds, and requests that failed: what an open loop brings home whose requests may be refused
 * without ending it. A figure is the median over rounds of their quantiles.
 */
import { addMedian } from '../run/median-figure.ts';
import type { Figures, Plot } from '../run/scenario.ts';
import { Histogram } from './histogram.ts';
import { percentileCurve } from './percentile-curve.ts';

const quantiles = [['p50', 0.5] as const, ['p99', 0.99] as const];
const microsInMs = 1000;

export class StepLatencies {
  readonly #rounds: Map<string, Histogram>[] = [];
  #failures = 0;
  #attempts = 0;
  #firstFailure: unknown;

  beginRound(): void {
    this.#rounds.push(new Map());
  }

  record(step: string, millis: number): void {
    if (this.#rounds.length === 0) this.beginRound();
    const round = this.#rounds.at(-1)!;
    const histogram = round.get(step) ?? new Histogram();
    round.set(step, histogram);
    histogram.record(millis * microsInMs);
  }

  /** Counts the attempt; one that fails ends nothing. */
  async attempt(run: () => Promise<void>): Promise<void> {
    this.#attempts++;
    try {
      await run();
    } catch (error) {
      this.#failures++;
      this.#firstFailure ??= error;
    }
  }

  /** What is to be told of the failures, if there are any. */
  get failures(): string | undefined {
    const { message } = (this.#firstFailure ?? {}) as Partial<Error>;
    return this.#failures === 0
      ? undefined
      : `${this.#failures} of ${this.#attempts} requests failed, the first with: ${message ?? String(this.#firstFailure)}`;
  }

  /** Throws when nothing succeeded: there is no latency of it. */
  figures(seed: number): Figures {
    if (this.#attempts > 0 && this.#failures === this.#attempts) {
      throw new Error(`all ${this.failures}`, { cause: this.#firstFailure });
    }
    const figures: Figures = {};
    for (const step of this.#steps()) {
      const rounds = this.#rounds.flatMap((round) => round.get(step) ?? []);
      for (const [name, q] of quantiles) {
        const millis = rounds.map((histogram) => histogram.quantile(q) / microsInMs);
        addMedian(figures, `${name}.${step}`, 'ms', millis, seed);
      }
    }
    return { ...figures, errors: { value: this.#failures, unit: '1' } };
  }

  plot(title: string): Plot {
    const series = [...this.#steps()].map((name) => {
      const all = new Histogram();
      for (const round of this.#rounds) {
        const histogram = round.get(name);
        if (histogram !== undefined) all.merge(histogram);
      }
      return { name, points: percentileCurve(all) };
    });
    const x = { name: 'percentile', unit: '', scale: 'percentile' } as const;
    return { title, x, y: { name: 'latency', unit: 'ms', scale: 'log' }, series };
  }

  #steps(): Set<string> {
    return new Set(this.#rounds.flatMap((round) => [...round.keys()]));
  }
}
