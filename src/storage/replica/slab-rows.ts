/**
 * Rows of one table read into one piece of memory, key and value of each side by side. What a list costs is mostly the
 * memory that every row is given and that is looked at once: this gives none, and makes no view of any row. Knows no row
 * format, and nothing is written through it.
 */
import type { Database } from 'lmdb';
import type { KeyRange } from '../keys.ts';
import { encodeNothing, writeKey } from './reading-codec.ts';

/** Where a row does not fit. */
const noRoom = -1;
const viewedBytes = 128;

/** Opens the table with encoders of its own: what lmdb-js decodes is where the bytes have landed, and not the bytes. */
export type OpenWith<Value> = (codec: object) => Database<Value, Buffer>;

export class SlabRows {
  readonly #db: Database<number, Buffer>;
  #slab: Buffer = Buffer.alloc(0);
  #used = 0;

  constructor(openWith: OpenWith<number>) {
    /** Takes bytes over; gives the offset behind them. */
    const land = (source: Uint8Array, start: number, end: number): number => {
      const slab = this.#slab;
      const from = this.#used;
      const length = end - start;
      if (from === noRoom || from + length > slab.length) {
        this.#used = noRoom;
        return noRoom;
      }
      // Of a few bytes, as keys have, a view would take longer than to copy them.
      if (length < viewedBytes) for (let i = 0; i < length; i++) slab[from + i] = source[start + i]!;
      else slab.set(new Uint8Array(source.buffer, source.byteOffset + start, length), from);
      this.#used = from + length;
      return this.#used;
    };
    this.#db = openWith({
      encoder: {
        encode: encodeNothing,
        // The buffer may be longer than its (overwritten) length property says.
        decode: (shared: Uint8Array) => land(shared, 0, shared.length),
      },
      keyEncoder: {
        writeKey,
        readKey: land,
      },
    });
  }

  /**
   * Calls `visit` with where each row lies (its key, then its value, which ends at `end`), in key order, until it answers
   * false. Gives false where a row is left over that did not fit. The walk ends in the tick it began in.
   */
  walk(
    { start, end }: KeyRange,
    slab: Buffer,
    visit: (keyAt: number, valueAt: number, end: number) => boolean,
  ): boolean {
    this.#slab = slab;
    this.#used = 0;
    let keyAt = 0;
    for (const { key, value: behind } of this.#db.getRange({ start, end })) {
      if (behind === noRoom) return false;
      // As `readKey` has it: the offset behind the key.
      if (!visit(keyAt, key as unknown as number, behind)) return true;
      keyAt = behind;
    }
    return true;
  }
}
