/**
 * The single series that running code counts in. Whoever observes holds the series itself, found once: an observation is
 * an addition, allocates nothing and looks nothing up. Names and labels are the family's business.
 */

/** Only ever grows, until the process ends. */
export class Counter {
  value = 0;

  /** `more` is not negative. */
  add(more: number): void {
    this.value += more;
  }
}

export class Gauge {
  value = 0;
}

/** How often values fell between bounds. In the unit of the family's name. */
export class Histogram {
  /** Upper bounds, ascending; what is above the last one is counted too. */
  readonly bounds: readonly number[];
  /** Per bucket, not yet cumulated; the last slot is the sum, so that an observation touches one object. */
  readonly #slots: Float64Array;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#slots = new Float64Array(bounds.length + 2);
  }

  observe(value: number): void {
    const { bounds } = this;
    const slots = this.#slots;
    let bucket = 0;
    // Nearly everything that is quick falls into one of the first buckets.
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
    slots[bucket]!++;
    slots[bounds.length + 1]! += value;
  }

  get sum(): number {
    return this.#slots[this.bounds.length + 1]!;
  }

  get count(): number {
    let count = 0;
    for (let bucket = 0; bucket <= this.bounds.length; bucket++) count += this.#slots[bucket]!;
    return count;
  }

  /** How many values were at most each bound. */
  cumulated(): number[] {
    let count = 0;
    return this.bounds.map((_, bucket) => {
      count += this.#slots[bucket]!;
      return count;
    });
  }
}
