/** What an evaluation has at hand: variables, what comprehensions have bound, and the meter. Lives for one evaluation. */
import type { Variables } from './environment.ts';
import type { CostMeter } from './runtime-cost.ts';
import { CelError, type CelValue, type Outcome } from './values.ts';

export class Frame {
  readonly meter: CostMeter;
  /** By the slots that the compiler has given out. What a loop has failed to compute may be made good by a later turn. */
  readonly locals: (Outcome | undefined)[] = [];
  readonly #variables: Variables;
  /** Values of variables that were given as functions. */
  #computed: Map<string, CelValue> | undefined;

  constructor(variables: Variables, meter: CostMeter) {
    this.#variables = variables;
    this.meter = meter;
  }

  variable(name: string): Outcome {
    const given = this.#variables[name];
    if (given === undefined) return new CelError(`no such attribute(s): ${name}`);
    return typeof given === 'function' ? this.#compute(name, given as () => CelValue) : given;
  }

  /** What it throws ends the evaluation: of such data nothing can be said at all. */
  #compute(name: string, compute: () => CelValue): CelValue {
    const known = this.#computed?.get(name);
    if (known !== undefined) return known;
    const value = compute();
    this.#computed ??= new Map();
    this.#computed.set(name, value);
    return value;
  }
}

/** A compiled part of an expression. Throws nothing but what ends the evaluation: see LimitReached. */
export type Step = (frame: Frame) => Outcome;
