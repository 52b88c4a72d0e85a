/**
 * A map that keeps what is used, up to a number of entries and a total weight. What it forgets must be possible to make
 * anew; who holds a value goes on holding it. Forgets by second chance: a hand goes round the entries, and takes the first
 * that was not used since it last came by, so that a use costs no more than a look, and a change no more than the way of
 * the hand.
 */
export interface CacheBounds<V> {
  readonly entriesMax: number;
  /** Of all entries together; the newest stays, however heavy. */
  readonly weightMax?: number;
  weightOf?(value: V): number;
}

interface Entry<V> {
  readonly key: string;
  readonly value: V;
  readonly weight: number;
  /** In the circle. */
  readonly place: number;
  isUsed: boolean;
}

export class BoundedCache<V> {
  readonly #bounds: CacheBounds<V>;
  readonly #entries = new Map<string, Entry<V>>();
  /** Every entry in its place. A map would be walked over all that was deleted from it to find its oldest. */
  readonly #circle: (Entry<V> | undefined)[] = [];
  readonly #freePlaces: number[] = [];
  /** The next place to look at. */
  #hand = 0;
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
    this.#weight += weight;
    while (this.#isOver(this.#entries.size + 1) && this.#entries.size > 0) this.#forgetOne();
    const place = this.#freePlaces.pop() ?? this.#circle.length;
    const entry: Entry<V> = { key, value, weight, place, isUsed: false };
    this.#circle[place] = entry;
    this.#entries.set(key, entry);
  }

  #isOver(entries: number): boolean {
    const { entriesMax, weightMax = Number.POSITIVE_INFINITY } = this.#bounds;
    return entries > entriesMax || this.#weight > weightMax;
  }

  /** There must be an entry. */
  #forgetOne(): void {
    for (;;) {
      if (this.#hand >= this.#circle.length) this.#hand = 0;
      const entry = this.#circle[this.#hand++];
      if (entry === undefined) continue;
      if (!entry.isUsed) {
        this.delete(entry.key);
        return;
      }
      entry.isUsed = false;
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#circle[entry.place] = undefined;
    this.#freePlaces.push(entry.place);
    this.#weight -= entry.weight;
  }

  clear(): void {
    this.#entries.clear();
    this.#circle.length = 0;
    this.#freePlaces.length = 0;
    this.#hand = 0;
    this.#weight = 0;
  }
}
