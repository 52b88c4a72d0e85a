/**
 * Rows of one table where lmdb-js has read them, for who looks at many and keeps little: no row is given memory of its
 * own, and none is copied. Knows no row format, and nothing is written through it.
 */
import type { Database } from 'lmdb';
import type { KeyRange } from '../keys.ts';
import { encodeNothing, writeKey } from './reading-codec.ts';

/** One row, good until the next read of any table: the same object each time. */
export interface LentRow {
  /** The value is the first `length` of them. */
  readonly bytes: Buffer;
  readonly length: number;
  /** The key lies from `keyStart` to `keyEnd`. */
  readonly keyBytes: Buffer;
  readonly keyStart: number;
  readonly keyEnd: number;
}

/** Opens the table with codecs of its own: what lmdb-js decodes is where the bytes lie, and not the bytes. */
export type OpenWith = (codec: object) => Database<undefined, Buffer>;

const noBytes: Buffer = Buffer.alloc(0);

export class LentRows {
  readonly #db: Database<undefined, Buffer>;
  readonly #row: { -readonly [Field in keyof LentRow]: LentRow[Field] } = {
    bytes: noBytes,
    length: 0,
    keyBytes: noBytes,
    keyStart: 0,
    keyEnd: 0,
  };

  constructor(openWith: OpenWith) {
    const row = this.#row;
    this.#db = openWith({
      encoder: {
        encode: encodeNothing,
        decode(shared: Buffer): void {
          row.bytes = shared;
          // lmdb-js overwrites this property; the buffer itself may be longer.
          row.length = shared.length;
        },
      },
      keyEncoder: {
        writeKey,
        readKey(source: Buffer, start: number, end: number): void {
          row.keyBytes = source;
          row.keyStart = start;
          row.keyEnd = end;
        },
      },
    });
  }

  /** Calls `visit` with each row, in key order, until it answers false. The walk ends in the tick it began in. */
  walk({ start, end }: KeyRange, visit: (row: LentRow) => boolean): void {
    for (const _ of this.#db.getRange({ start, end })) if (!visit(this.#row)) return;
  }
}
