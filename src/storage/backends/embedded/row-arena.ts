/**
 * Memory for the rows of one transaction, used again for the next: rows die together, and without this each write
 * would leave the collector several kilobytes. Whoever resets it knows that nobody reads its rows any more.
 */
import { limits } from '../../../apimachinery/limits.ts';

export class RowArena {
  #memory: Buffer | undefined;
  #used = 0;

  /** Bytes for one row, not zeroed; of their own when the arena has no room for them. */
  readonly allocate = (bytes: number): Buffer => {
    // Made with the first transaction: a store that is only read has none.
    this.#memory ??= Buffer.allocUnsafeSlow(limits.rowArenaBytes);
    const end = this.#used + bytes;
    if (end > this.#memory.length) return Buffer.allocUnsafe(bytes);
    const row = this.#memory.subarray(this.#used, end);
    this.#used = end;
    return row;
  };

  /** Gives up every row allocated before. */
  reset(): void {
    this.#used = 0;
  }
}
