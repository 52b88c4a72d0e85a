/** What a scenario is to the harness. A scenario is one file in scenarios/ and one line in scenarios.ts. */

import type { Servers } from '../server/server-under-test.ts';
import type { Cleanup } from './cleanup.ts';
import type { ParameterSet, ValuesOf } from './parameters.ts';
import type { Progress } from './progress.ts';

export interface Figure {
  readonly value: number;
  /** `ratio`, `ms`, `B`, `1/s`, … of units.ts. */
  readonly unit: string;
  /** What each round measured, when the value is their median: confidence is computed from these. */
  readonly rounds?: readonly number[];
}
export type Figures = Record<string, Figure>;

/** A curve of a result: samples over time, a cost by number of projects, a latency by percentile. */
export interface Plot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}
export interface Axis {
  /** What is along it: `time`, `projects`, `percentile`. */
  readonly name: string;
  readonly unit: string;
  /** `percentile`: values are 0 … 1, and the axis has equal room for 0.9, 0.99, 0.999. Linear when absent. */
  readonly scale?: 'log' | 'percentile';
}

/** A figure that is past this is a failure of the run. */
export interface Bound {
  readonly figure: string;
  readonly isAtLeast: boolean;
  readonly bound: number;
}

/** Which way a figure gets better; `neither` for what only explains others. */
export type Better = 'higher' | 'lower' | 'neither';

export interface RunContext {
  readonly progress: Progress;
  /** What is started or put on disk is registered here, and ends with the run however that ends. */
  readonly cleanup: Cleanup;
  /** What the scenario measures: servers it starts, or the one that was given. */
  readonly servers: Servers;
  /** An empty directory of the run's own, on the disk to be measured. */
  readonly directory: string;
  readonly seed: number;
  /** Curves that the result is to carry beside its figures. */
  addPlot(plot: Plot): void;
}

export interface Scenario<P extends ParameterSet = ParameterSet> {
  readonly name: string;
  /** One line, for the usage text. */
  readonly summary: string;
  readonly parameters: P;
  /**
   * What it can be run on: by default any server; `own`: only ones that the bench starts; `control-planes`: also a given
   * one, if its tenants have APIs of their own; `none`: it measures no server.
   */
  readonly serves?: 'own' | 'control-planes' | 'none';
  /**
   * Which way figures get better whose unit does not say (units.ts): by name, or by how it begins with `*` behind it.
   * The first that matches counts.
   */
  readonly better?: Readonly<Record<string, Better>>;
  /** The run ends with exit code 1 where one does not hold. */
  readonly bounds?: readonly Bound[];
  /** Figures that are the cost of a size: curves of a report that has results of several sizes. */
  readonly costs?: {
    /** A parameter that is a number. */
    readonly by: string;
    readonly charts: readonly {
      readonly title: string;
      readonly y: Axis;
      /** Name in the legend → figure. */
      readonly figures: Readonly<Record<string, string>>;
    }[];
  };
  run(values: ValuesOf<P>, context: RunContext): Promise<Figures>;
}

/** Ties the types of `parameters` to those of `run`. */
export function scenario<P extends ParameterSet>(definition: Scenario<P>): Scenario {
  return definition as unknown as Scenario;
}
