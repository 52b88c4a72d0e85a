/**
 * Randomness as a parameter: a small seeded generator (splitmix32). Anything that chooses at random takes one, so
 * that a printed seed repeats a run. Never for secrets, uids or anything a caller must not guess.
 */
import { assert } from './assert.ts';

export class Prng {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number of 32 bits. */
  uint32(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  /** A whole number from 0 up to but not including `bound`. */
  below(bound: number): number {
    return Math.floor((this.uint32() / 0x1_0000_0000) * bound);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uint32() < probability * 0x1_0000_0000;
  }

  pick<T>(choices: readonly T[]): T {
    assert(choices.length > 0, 'something to pick from');
    return choices[this.below(choices.length)] as T;
  }

  /** The items in random order, as a new array. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let end = shuffled.length - 1; end > 0; end--) {
      const other = this.below(end + 1);
      [shuffled[end], shuffled[other]] = [shuffled[other] as T, shuffled[end] as T];
    }
    return shuffled;
  }
}
