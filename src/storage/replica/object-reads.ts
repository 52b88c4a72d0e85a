/**
 * Objects at a revision: get, range and count. Every read is "at a revision"; the newest is simply the applied one.
 * A row newer than that is walked back through the log, which holds what each change replaced. Stateless: the
 * caller says which revision may be asked for.
 */

import { limits } from '../../apimachinery/limits.ts';
import { StorageError } from '../errors.ts';
import {
  decodeNames,
  encodeCounterKey,
  encodeKey,
  type KeyRange,
  namesOffset,
  objectRange,
} from '../keys.ts';
import { SlabEntry } from '../slab-entry.ts';
import type { ObjectKey, RangePage, RangeQuery, Revision, StoredEntry, StoredRecord } from '../store.ts';
import {
  currentRecordAt,
  currentRevisionAt,
  decodeCounterRow,
  decodeCurrentRow,
  decodeLogEntry,
  logKey,
} from './rows.ts';
import type { Tables } from './tables.ts';

export function readObject(tables: Tables, key: ObjectKey, at: Revision): StoredRecord | undefined {
  const row = tables.current.get(encodeKey(key));
  return row === undefined ? undefined : stateAt(tables, row, at);
}

/** What a row of `current` stood for at a revision that is not compacted. */
function stateAt(tables: Tables, row: Buffer, at: Revision): StoredRecord | undefined {
  let { revision, record } = decodeCurrentRow(row);
  while (revision > at) {
    const entry = tables.log.get(logKey(revision));
    if (entry === undefined) {
      throw new StorageError(
        'corrupt',
        `the log lacks revision ${revision}, which an object was last changed at`,
      );
    }
    const { previous } = decodeLogEntry(entry);
    if (previous === undefined) return undefined;
    ({ revision, record } = previous);
  }
  return record === undefined ? undefined : { revision, record };
}

/** Names are decoded when somebody asks: a list that copies bytes only asks for the last. */
class RangeEntry implements StoredEntry {
  readonly revision: Revision;
  readonly record: Buffer;
  readonly #scope: RangeQuery;
  readonly #keyBytes: Buffer;
  readonly #namesAt: number;

  constructor(scope: RangeQuery, keyBytes: Buffer, namesAt: number, state: StoredRecord) {
    this.revision = state.revision;
    this.record = state.record;
    this.#scope = scope;
    this.#keyBytes = keyBytes;
    this.#namesAt = namesAt;
  }

  get key(): ObjectKey {
    const { tenant, group, resource } = this.#scope;
    const { namespace, name } = decodeNames(this.#keyBytes, this.#namesAt);
    return { tenant, group, resource, namespace, name };
  }
}

export function readRange(tables: Tables, query: RangeQuery, at: Revision): RangePage {
  if (query.slab !== undefined) {
    const page = readRangeInto(query.slab, tables, query, at);
    if (page !== undefined) return page;
  }
  const { maxEntries, maxBytes } = query;
  const offset = namesOffset(query);
  const entries: StoredEntry[] = [];
  let bytes = 0;
  let rows = 0;
  let last: Buffer | undefined;
  const stopped = (): RangePage => ({ entries, revision: at, next: last && decodeNames(last, offset) });
  for (const { key, value } of tables.current.rows(objectRange(query))) {
    // Tombstones count as rows: a range that was just emptied must not hold up everybody else.
    if (rows >= limits.rangeStepRows) return stopped();
    rows++;
    const state = stateAt(tables, value, at);
    if (state !== undefined) {
      const isFull = entries.length >= maxEntries || bytes + state.record.length > maxBytes;
      if (isFull && entries.length > 0) return stopped();
      entries.push(new RangeEntry(query, key, offset, state));
      bytes += state.record.length;
    }
    last = key;
  }
  return { entries, revision: at, next: undefined };
}

/** Undefined where the slab is too small for the first row. */
function readRangeInto(slab: Buffer, tables: Tables, query: RangeQuery, at: Revision): RangePage | undefined {
  const { maxEntries, maxBytes } = query;
  const offset = namesOffset(query);
  const entries: StoredEntry[] = [];
  let bytes = 0;
  let rows = 0;
  let isStopped = false;
  let lastKeyAt = 0;
  let lastKeyEnd = 0;
  const hadRoom = tables.currentInto.walk(objectRange(query), slab, (keyAt, keyEnd, end) => {
    const entry =
      rows < limits.rangeStepRows ? entryIn(slab, tables, query, at, keyAt + offset, keyEnd, end) : 'none';
    if (entry === 'none') {
      isStopped = rows >= limits.rangeStepRows;
    } else {
      const recordBytes = entry instanceof SlabEntry ? entry.end - entry.start : entry.record.length;
      isStopped = entries.length > 0 && (entries.length >= maxEntries || bytes + recordBytes > maxBytes);
      if (!isStopped) entries.push(entry);
      bytes += recordBytes;
    }
    if (isStopped) return false;
    rows++;
    lastKeyAt = keyAt;
    lastKeyEnd = keyEnd;
    return true;
  });
  if (hadRoom && !isStopped) return { entries, revision: at, next: undefined };
  if (rows === 0) return undefined;
  return { entries, revision: at, next: decodeNames(slab.subarray(lastKeyAt, lastKeyEnd), offset) };
}

/** What the row in the slab stood for at the revision; `none` where that was no object. */
function entryIn(
  slab: Buffer,
  tables: Tables,
  query: RangeQuery,
  at: Revision,
  namesAt: number,
  keyEnd: number,
  end: number,
): StoredEntry | 'none' {
  const revision = currentRevisionAt(slab, keyEnd);
  if (revision <= at) {
    const start = currentRecordAt(slab, keyEnd, end);
    return start === undefined ? 'none' : new SlabEntry(query, revision, slab, namesAt, keyEnd, start, end);
  }
  const state = stateAt(tables, slab.subarray(keyEnd, end), at);
  // The names alone, which is what the offset counts from.
  return state === undefined
    ? 'none'
    : new RangeEntry(query, Buffer.from(slab.subarray(namesAt, keyEnd)), 0, state);
}

/** Undefined when it would take more than `query.maxEntries` steps. */
export function countRange(tables: Tables, query: RangeQuery, at: Revision): number | undefined {
  if (query.namespace === undefined && query.after === undefined) {
    const counter = tables.counters.get(encodeCounterKey('live', query));
    // Exact as long as the scope has not changed behind `at`.
    if (counter !== undefined) {
      const { objects, lastRevision } = decodeCounterRow(counter);
      if (lastRevision <= at) return objects;
    }
  }
  return countWalk(tables, objectRange(query), at, query.maxEntries);
}

function countWalk(tables: Tables, range: KeyRange, at: Revision, maxSteps: number): number | undefined {
  let objects = 0;
  let steps = 0;
  tables.currentHeads(range, (head) => {
    if (++steps > maxSteps) return false;
    const isAsNow = currentRevisionAt(head, 0) <= at;
    const isThere = isAsNow
      ? currentRecordAt(head, 0, head.length) !== undefined
      : stateAt(tables, head, at) !== undefined;
    if (isThere) objects++;
    return true;
  });
  return steps > maxSteps ? undefined : objects;
}
