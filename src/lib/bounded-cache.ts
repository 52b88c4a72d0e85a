/**
 * A map that keeps what is used, up to a number of entries and a total weight. What it forgets must be possible to make
 * anew; who holds a value goes on holding it. Forgets by second chance: the oldest entry goes unless it was used since it
 * last was the oldest, so that a use costs no more than a look.
 */
export interface CacheBounds<V> {
  readonly entriesMax: number;
  /** Of all entries together; the newest stays, however heavy. */
  readonly weightMax?: number;
  weightOf?(value: V): number;
}

interface Entry<V> {
  readonly value: V;
  readonly weight: number;
  isUsed: boolean;
}

export class BoundedCache<V> {
  readonly #bounds: CacheBounds<V>;
  /** The next to go first. */
  readonly #entries = new Map<string, Entry<V>>();
  #weight = 0;

  constructor(bounds: CacheBounds<V>) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#entries.size;
  }

  get weight(): number {
    return this.#weight;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.isUsed = true;
    return entry.value;
  }

  set(key: string, value: V): void {
    this.delete(key);
    const weight = this.#bounds.weightOf?.(value) ?? 0;
    this.#entries.set(key, { value, weight, isUsed: false });
    this.#weight += weight;
    while (this.#isFull && this.#entries.size > 1) {
      const [oldest, entry] = this.#entries.entries().next().value!;
      if (oldest === key || entry.isUsed) {
        entry.isUsed = false;
        this.#entries.delete(oldest);
        this.#entries.set(oldest, entry);
      } else this.delete(oldest);
    }
  }

  get #isFull(): boolean {
    const { entriesMax, weightMax = Number.POSITIVE_INFINITY } = this.#bounds;
    return this.#entries.size > entriesMax || this.#weight > weightMax;
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }
}
