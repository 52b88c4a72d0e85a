/** What a scenario is to the harness. A scenario is one file in scenarios/ and one line in scenarios.ts. */
import type { Cleanup } from './cleanup.ts';
import type { ParameterSet, ValuesOf } from './parameters.ts';
import type { Progress } from './progress.ts';

export interface Figure {
  readonly value: number;
  /** `ratio`, `ms`, `B`, `1/s`, … */
  readonly unit: string;
}
export type Figures = Record<string, Figure>;

export interface RunContext {
  readonly progress: Progress;
  /** What is started or put on disk is registered here, and ends with the run however that ends. */
  readonly cleanup: Cleanup;
  /** An empty directory of the run's own, on the disk to be measured. */
  readonly directory: string;
  readonly seed: number;
}

export interface Scenario<P extends ParameterSet = ParameterSet> {
  readonly name: string;
  /** One line, for the usage text. */
  readonly summary: string;
  readonly parameters: P;
  run(values: ValuesOf<P>, context: RunContext): Promise<Figures>;
}

/** Ties the types of `parameters` to those of `run`. */
export function scenario<P extends ParameterSet>(definition: Scenario<P>): Scenario {
  return definition as unknown as Scenario;
}
