/**
 * Pieces of memory of one size, lent and taken back. Memory that is new for each use costs the system a fault for every
 * page that is touched, and the collector its end; for large answers that is most of what they cost. Bounded: when all
 * are lent, the next one does without.
 */
export class SlabPool {
  readonly #bytes: number;
  readonly #slabsMax: number;
  readonly #free: Buffer[] = [];
  #lent = 0;

  constructor(bytes: number, slabsMax: number) {
    this.#bytes = bytes;
    this.#slabsMax = slabsMax;
  }

  /** Undefined when as many are lent as there may be. What it holds is not zero. */
  lend(): Buffer | undefined {
    if (this.#lent >= this.#slabsMax) return undefined;
    this.#lent++;
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#bytes);
  }

  /** A slab that is not in use any more; undefined for one that may still be, and is therefore given up. */
  takeBack(slab: Buffer | undefined): void {
    this.#lent--;
    if (slab !== undefined) this.#free.push(slab);
  }
}
