/**
 * One step of forgetting: the oldest log entries at or below the compacted revision, with the tombstones and empty
 * counters that stood only for them. Steps start from the oldest entry left, so a crash between two loses nothing:
 * the next compaction goes on there.
 */
import { limits } from '../../apimachinery/limits.ts';
import { decodeKey, encodeCounterKey, type ResourceRange } from '../keys.ts';
import type { Revision } from '../store.ts';
import { decodeCounterRow, decodeCurrentRow, decodeLogEntry, logKey, revisionOfLogKey } from './rows.ts';
import type { Operation, Tables } from './tables.ts';

/** What to remove now; undefined when nothing is left to forget. */
export function planCompactionStep(tables: Tables, compacted: Revision): readonly Operation[] | undefined {
  const operations: Operation[] = [];
  let entries = 0;
  let bytes = 0;
  for (const { key, value } of tables.log.rows({ start: logKey(0), end: logKey(compacted + 1) })) {
    operations.push({ table: 'log', key, value: undefined });
    const entry = decodeLogEntry(value);
    if (entry.record === undefined) {
      if (isForgottenTombstone(tables, entry.key, compacted)) {
        operations.push({ table: 'current', key: entry.key, value: undefined });
      }
      const counter = emptyCounterKey(tables, decodeKey(entry.key), revisionOfLogKey(key));
      if (counter !== undefined) operations.push({ table: 'counters', key: counter, value: undefined });
    }
    bytes += value.length;
    if (++entries >= limits.compactionStepEntries || bytes >= limits.compactionStepBytes) break;
  }
  return entries === 0 ? undefined : operations;
}

function isForgottenTombstone(tables: Tables, key: Buffer, compacted: Revision): boolean {
  const row = tables.current.get(key);
  if (row === undefined) return false;
  const { revision, record } = decodeCurrentRow(row);
  return record === undefined && revision <= compacted;
}

/** The counter row that this deletion left empty, and nothing has touched since. */
function emptyCounterKey(tables: Tables, scope: ResourceRange, deletedAt: Revision): Buffer | undefined {
  const key = encodeCounterKey('empty', scope);
  const row = tables.counters.get(key);
  return row !== undefined && decodeCounterRow(row).lastRevision === deletedAt ? key : undefined;
}
