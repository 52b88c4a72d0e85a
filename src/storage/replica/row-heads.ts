/**
 * The first bytes of the rows of one table, for who looks at many rows and needs neither their keys nor what they hold:
 * no row is given memory of its own. Knows no row format, and nothing is written through it.
 */
import type { Database } from 'lmdb';
import type { KeyRange } from '../keys.ts';
import { encodeNothing, writeKey } from './reading-codec.ts';
import type { OpenWith } from './slab-rows.ts';

export class RowHeads {
  readonly #db: Database<Buffer, Buffer>;

  /** `headBytes`: how much of each row is read; of a shorter one it is all. */
  constructor(openWith: OpenWith<Buffer>, headBytes: number) {
    const head = Buffer.alloc(headBytes);
    const shorter = Array.from({ length: headBytes }, (_, bytes) => head.subarray(0, bytes));
    this.#db = openWith({
      encoder: {
        encode: encodeNothing,
        decode(shared: Uint8Array): Buffer {
          const length = Math.min(shared.length, headBytes);
          for (let i = 0; i < length; i++) head[i] = shared[i]!;
          return shorter[length] ?? head;
        },
      },
      keyEncoder: {
        writeKey,
        readKey: () => undefined,
      },
    });
  }

  /**
   * Calls `visit` with the head of each row, in key order, until it answers false. A head is good until the next one. The
   * walk ends in the tick it began in.
   */
  walk({ start, end }: KeyRange, visit: (head: Buffer) => boolean): void {
    for (const { value } of this.#db.getRange({ start, end })) if (!visit(value)) return;
  }
}
