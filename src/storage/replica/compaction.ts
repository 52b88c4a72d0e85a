/**
 * One step of forgetting: the oldest log entries at or below the compacted revision, with the tombstones and empty
 * counters that stood only for them. Steps start from the oldest entry left, so a crash between two loses nothing:
 * the next compaction goes on there.
 */
import { limits } from '../../apimachinery/limits.ts';
import { decodeKey, encodeCounterKey, type ResourceRange } from '../keys.ts';
import type { Revision } from '../store.ts';
import { decodeCounterRow, decodeCurrentRow, decodeLogEntry, logKey, revisionOfLogKey } from './rows.ts';
import type { Tables } from './tables.ts';

/** What to remove now; undefined when nothing is left to forget. Plans without writing. */
export function planCompactionStep(tables: Tables, compacted: Revision): { write: () => void } | undefined {
  const logKeys: Buffer[] = [];
  const tombstones: Buffer[] = [];
  const counters: Buffer[] = [];
  let bytes = 0;
  for (const { key, value } of tables.log.rows({ start: logKey(0), end: logKey(compacted + 1) })) {
    const entry = decodeLogEntry(value);
    logKeys.push(key);
    if (entry.record === undefined) {
      if (isForgottenTombstone(tables, entry.key, compacted)) tombstones.push(entry.key);
      const emptied = emptyCounterKey(tables, decodeKey(entry.key), revisionOfLogKey(key));
      if (emptied !== undefined) counters.push(emptied);
    }
    bytes += value.length;
    if (logKeys.length >= limits.compactionStepEntries || bytes >= limits.compactionStepBytes) break;
  }
  if (logKeys.length === 0) return undefined;
  return {
    write() {
      for (const key of logKeys) tables.log.remove(key);
      for (const key of tombstones) tables.current.remove(key);
      for (const key of counters) tables.counters.remove(key);
    },
  };
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
