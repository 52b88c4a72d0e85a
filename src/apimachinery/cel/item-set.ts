/**
 * Items by what they are equal to. Scalars are looked up; what has parts is compared with every other such item, as
 * lists of custom resources say for themselves when they are equal, so that is bounded.
 */
import { limits } from '../limits.ts';
import { celEqual } from './equality.ts';
import { CelDuration, CelError, CelTimestamp, type CelValue, mapKeyText } from './values.ts';

export class ItemSet {
  readonly #keys = new Set<string>();
  readonly #others: CelValue[] = [];
  #comparisons = 0;

  constructor(items: Iterable<CelValue> = []) {
    for (const item of items) this.#put(item, keyOf(item));
  }

  has(item: CelValue): boolean {
    return this.#holds(item, keyOf(item));
  }

  /** False where it was there before. */
  add(item: CelValue): boolean {
    const key = keyOf(item);
    if (this.#holds(item, key)) return false;
    this.#put(item, key);
    return true;
  }

  #holds(item: CelValue, key: string | undefined): boolean {
    if (key !== undefined) return this.#keys.has(key);
    this.#comparisons += this.#others.length;
    if (this.#comparisons > limits.celItemComparisons) {
      throw new CelError('list too large to compare all its items');
    }
    return this.#others.some((other) => celEqual(other, item));
  }

  #put(item: CelValue, key: string | undefined): void {
    if (key === undefined) this.#others.push(item);
    else this.#keys.add(key);
  }
}

/** Equal scalars have equal keys, numbers of all types among them. */
function keyOf(value: CelValue): string | undefined {
  if (value === null) return 'null';
  // NaN is equal to nothing; all other fractions have but one text.
  if (typeof value === 'number' && !Number.isInteger(value))
    return Number.isNaN(value) ? undefined : `n${value}`;
  if (value instanceof CelTimestamp) return `t${value.nanos}`;
  if (value instanceof CelDuration) return `d${value.nanos}`;
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('base64')}`;
  return mapKeyText(value);
}
