/** What expressions may use, how they are run, and what comes of it: the words that callers of CEL speak in. */
import type { CheckedExpression } from './ast.ts';
import type { CelLibrary } from './library.ts';
import type { CelType } from './types.ts';
import type { CelError, CelValue, Outcome } from './values.ts';

export interface EnvironmentOptions {
  readonly libraries: readonly CelLibrary[];
  readonly variables?: Readonly<Record<string, CelType>>;
  /** Types of messages that expressions may make by name (`Object{…}`). */
  findType?(name: string): CelType | undefined;
  /** Makes a message of such a type. */
  makeObject?(typeName: string, fields: ReadonlyMap<string, CelValue>): Outcome;
  /** Elements of a literal list or map must be of one type. */
  readonly homogeneousLiterals?: boolean;
  /** Literal patterns, durations and timestamps are read when an expression is checked. */
  readonly checksLiterals?: boolean;
  /** What is made of literals alone is made once, when an expression is compiled, and costs nothing in a run. */
  readonly foldsConstants?: boolean;
  /** Whether an evaluation's `callCost` may have something to say of a function; of all, if absent. */
  hasCallCost?(name: string): boolean;
}

/** What is wrong with an expression, and where. */
export interface Issue {
  readonly message: string;
  /** From 1 on. */
  readonly line: number;
  /** From 0 on, in code points. */
  readonly column: number;
}

export interface EvaluationOptions {
  /** The most that an evaluation may cost; more ends it. */
  readonly costLimit?: number;
  /** Cost of a call by its values; undefined for the standard figure. */
  callCost?(call: ActualCall): number | undefined;
  /** Asked now and then in long loops; true ends the evaluation. */
  isInterrupted?(): boolean;
}
export interface ActualCall {
  readonly function: string;
  readonly overloadId: string;
  readonly args: readonly CelValue[];
  readonly result: CelValue;
}

export type Evaluation =
  | { readonly value: CelValue; readonly error?: undefined; readonly cost: number }
  | { readonly value?: undefined; readonly error: CelError; readonly cost: number };

export interface Program {
  readonly checked: CheckedExpression;
  /** A variable may be given as a function: it is asked when it is first needed. */
  evaluate(variables: Variables, options?: EvaluationOptions): Evaluation;
}
export type Variables = Readonly<Record<string, CelValue | (() => CelValue)>>;
