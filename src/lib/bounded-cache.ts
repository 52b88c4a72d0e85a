/**
 * A map that keeps what was used last, up to a number of entries and a total weight. What it forgets must be possible
 * to make anew; who holds a value goes on holding it.
 */
export interface CacheBounds<V> {
  readonly entriesMax: number;
  /** Of all entries together; the newest stays, however heavy. */
  readonly weightMax?: number;
  weightOf?(value: V): number;
}

export class BoundedCache<V> {
  readonly #bounds: CacheBounds<V>;
  /** The least recently used first. */
  readonly #entries = new Map<string, { readonly value: V; readonly weight: number }>();
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
    // Re-insertion keeps the map in order of use.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: V): void {
    this.delete(key);
    const weight = this.#bounds.weightOf?.(value) ?? 0;
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    const { entriesMax, weightMax = Number.POSITIVE_INFINITY } = this.#bounds;
    for (const oldest of this.#entries.keys()) {
      const isFull = this.#entries.size > entriesMax || this.#weight > weightMax;
      if (!isFull || oldest === key) return;
      this.delete(oldest);
    }
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
