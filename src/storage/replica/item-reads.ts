/**
 * A range as the items of a list: each record goes from where lmdb-js has read it to where it is sent from, and no row is
 * given anything of its own.
 */
import { limits } from '../../apimachinery/limits.ts';
import { decodeNames, namesOffset, objectRange } from '../keys.ts';
import { noRoom, writeServedItem } from '../record.ts';
import { itemSeparator } from '../served-items.ts';
import type { ItemsPage, ItemsQuery, ObjectKey, RangeQuery, Revision, StoredEntry } from '../store.ts';
import type { LentRow } from './lent-rows.ts';
import { stateAt } from './object-reads.ts';
import { currentRecordAt, currentRevisionAt } from './rows.ts';
import type { Tables } from './tables.ts';

export function readItems(tables: Tables, query: ItemsQuery, at: Revision): ItemsPage | undefined {
  const { slab, isTyped, maxEntries, maxItems, maxBytes, judge } = query;
  const entry = new LentEntry(query);
  const passed = new PassedNames(namesOffset(query));
  let rows = 0;
  let entries = 0;
  let items = 0;
  let bytes = 0;
  let end = query.offset;
  let stopped: 'full' | 'unlike' | undefined;
  tables.lendCurrent(objectRange(query), (row) => {
    // Tombstones count as rows, as in readRange.
    if (rows >= limits.rangeStepRows) stopped = 'full';
    else if (entry.take(tables, row, at)) {
      bytes += entry.end - entry.start;
      if (entries >= maxEntries || items >= maxItems || (entries > 0 && bytes > maxBytes)) stopped = 'full';
      else {
        entries++;
        const judgement = judge?.(entry) ?? 'item';
        if (judgement === 'unlike') stopped = 'unlike';
        if (judgement === 'item') {
          const from = items === 0 ? end : end + 1;
          const behind = entry.write(slab, from, isTyped);
          if (behind === noRoom) stopped = 'full';
          else {
            if (items > 0) slab[end] = itemSeparator;
            items++;
            end = behind;
          }
        }
      }
    }
    if (stopped !== undefined) return false;
    rows++;
    passed.take(entry.keyBytes, entry.keyStart, entry.keyEnd);
    return true;
  });
  if (stopped === 'unlike' || (stopped === 'full' && rows === 0)) return undefined;
  return { items, end, revision: at, next: stopped === undefined ? undefined : passed.names };
}

const noBytes: Buffer = Buffer.alloc(0);

/** The object that a row stood for at a revision; the same for one row after the other. */
class LentEntry implements StoredEntry {
  revision: Revision = 0;
  /** The record lies from `start` to `end`. */
  source = noBytes;
  start = 0;
  end = 0;
  keyBytes = noBytes;
  keyStart = 0;
  keyEnd = 0;
  readonly #scope: RangeQuery;

  constructor(scope: RangeQuery) {
    this.#scope = scope;
  }

  /** Answers whether there was an object. */
  take(tables: Tables, { bytes, length, keyBytes, keyStart, keyEnd }: LentRow, at: Revision): boolean {
    this.keyBytes = keyBytes;
    this.keyStart = keyStart;
    this.keyEnd = keyEnd;
    this.revision = currentRevisionAt(bytes, 0);
    if (this.revision > at) {
      // What is lent is good until the log is read.
      this.keyBytes = Buffer.from(keyBytes.subarray(0, keyEnd));
      const state = stateAt(tables, bytes.subarray(0, length), at);
      if (state === undefined) return false;
      this.revision = state.revision;
      this.source = state.record;
      this.start = 0;
      this.end = state.record.length;
      return true;
    }
    const start = currentRecordAt(bytes, 0, length);
    if (start === undefined) return false;
    this.source = bytes;
    this.start = start;
    this.end = length;
    return true;
  }

  /** As record.ts has it. */
  write(target: Buffer, offset: number, isTyped: boolean): number {
    return writeServedItem(target, offset, this.source, this.start, this.end, this.revision, isTyped);
  }

  get record(): Buffer {
    return this.source.subarray(this.start, this.end);
  }

  get key(): ObjectKey {
    const { tenant, group, resource } = this.#scope;
    const names = decodeNames(
      this.keyBytes.subarray(0, this.keyEnd),
      this.keyStart + namesOffset(this.#scope),
    );
    return { tenant, group, resource, ...names };
  }
}

/** Where the last row that was passed lies within the range. */
class PassedNames {
  readonly #offset: number;
  #bytes = Buffer.allocUnsafe(256);
  #end = 0;

  /** `offset`: where in a key the names begin. */
  constructor(offset: number) {
    this.#offset = offset;
  }

  take(keyBytes: Buffer, keyStart: number, keyEnd: number): void {
    const from = keyStart + this.#offset;
    this.#end = keyEnd - from;
    if (this.#end > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(2 * this.#end);
    // A few bytes: a call would take longer.
    for (let i = 0; i < this.#end; i++) this.#bytes[i] = keyBytes[from + i]!;
  }

  get names(): { readonly namespace: string; readonly name: string } {
    return decodeNames(this.#bytes.subarray(0, this.#end), 0);
  }
}
