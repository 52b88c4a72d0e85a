/** `import { Counter, Rate, Trend } from 'k6/metrics'`. */
import type { MetricKind, Tags } from '../samples.ts';
import { vuState } from '../vu-state.ts';

class Metric {
  readonly #name: string;
  readonly #kind: MetricKind;

  constructor(name: string, kind: MetricKind) {
    this.#name = name;
    this.#kind = kind;
  }

  add(value: number | boolean, tags: Tags = {}): void {
    vuState.record({ metric: this.#name, kind: this.#kind, value: Number(value), tags });
  }
}

export class Counter extends Metric {
  constructor(name: string) {
    super(name, 'counter');
  }
}

export class Rate extends Metric {
  constructor(name: string) {
    super(name, 'rate');
  }
}

export class Trend extends Metric {
  constructor(name: string) {
    super(name, 'trend');
  }
}
