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

/** What a row of `current` stood for at a revision that is not compacted. A row that is newer may be a lent one. */
export function stateAt(tables: Tables, row: Buffer, at: Revision): StoredRecord | undefined {
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
  tables.lendCurrent(range, ({ bytes, length }) => {
    if (++steps > maxSteps) return false;
    const isAsNow = currentRevisionAt(bytes, 0) <= at;
    const isThere = isAsNow
      ? currentRecordAt(bytes, 0, length) !== undefined
      : stateAt(tables, bytes.subarray(0, length), at) !== undefined;
    if (isThere) objects++;
    return true;
  });
  return steps > maxSteps ? undefined : objects;
}
