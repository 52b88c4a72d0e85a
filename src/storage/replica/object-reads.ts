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
import { decodeCounterRow, decodeCurrentRow, decodeLogEntry, logKey } from './rows.ts';
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

export function readRange(tables: Tables, query: RangeQuery, at: Revision): RangePage {
  const { tenant, group, resource, maxEntries, maxBytes } = query;
  const offset = namesOffset(query);
  const entries: StoredEntry[] = [];
  let bytes = 0;
  let rows = 0;
  let last: RangeQuery['after'];
  for (const { key, value } of tables.current.rows(objectRange(query))) {
    // Tombstones count as rows: a range that was just emptied must not hold up everybody else.
    if (rows >= limits.rangeStepRows) return { entries, revision: at, next: last };
    rows++;
    const state = stateAt(tables, value, at);
    const isFull =
      state !== undefined &&
      entries.length > 0 &&
      (entries.length >= maxEntries || bytes + state.record.length > maxBytes);
    if (isFull) return { entries, revision: at, next: last };
    const { namespace, name } = decodeNames(key, offset);
    last = { namespace, name };
    if (state === undefined) continue;
    const { revision, record } = state;
    entries.push({ key: { tenant, group, resource, namespace, name }, revision, record });
    bytes += record.length;
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
  for (const { value } of tables.current.rows(range)) {
    if (++steps > maxSteps) return undefined;
    if (stateAt(tables, value, at) !== undefined) objects++;
  }
  return objects;
}
