/**
 * Changes behind a revision, read from the log. Unscoped they are the log's own order; scoped they follow the chain
 * of one resource of one tenant, newest first, by leaps and steps, and never touch anyone else's changes.
 */

import { StorageError } from '../errors.ts';
import { decodeKey, encodeCounterKey } from '../keys.ts';
import type { Change, ChangesPage, ChangesQuery, Revision } from '../store.ts';
import {
  type ChainLinks,
  chainLinksOf,
  decodeCounterRow,
  decodeLogEntry,
  logKey,
  revisionOfLogKey,
} from './rows.ts';
import type { Tables } from './tables.ts';

/** `upTo` must be readable: at most the applied revision. */
export function readChanges(tables: Tables, query: ChangesQuery, upTo: Revision): ChangesPage {
  if (query.scope === undefined) return readAll(tables, query, upTo);
  return readScope(tables, query, query.scope, upTo);
}

function changeOf(revision: Revision, row: Buffer): Change {
  const { key, record, previous } = decodeLogEntry(row);
  return {
    revision,
    key: decodeKey(key),
    record,
    previous:
      previous?.record === undefined ? undefined : { revision: previous.revision, record: previous.record },
  };
}

function readAll(tables: Tables, { after, maxEntries }: ChangesQuery, upTo: Revision): ChangesPage {
  const changes: Change[] = [];
  if (after >= upTo) return { changes, position: after };
  for (const { key, value } of tables.log.rows({ start: logKey(after + 1), end: logKey(upTo + 1) })) {
    const revision = revisionOfLogKey(key);
    changes.push(changeOf(revision, value));
    if (changes.length >= maxEntries) return { changes, position: revision };
  }
  return { changes, position: upTo };
}

function readScope(
  tables: Tables,
  { after, maxEntries }: ChangesQuery,
  scope: NonNullable<ChangesQuery['scope']>,
  upTo: Revision,
): ChangesPage {
  if (after >= upTo) return { changes: [], position: after };
  const { counters } = tables;
  const counter =
    counters.get(encodeCounterKey('live', scope)) ?? counters.get(encodeCounterKey('empty', scope));
  if (counter === undefined) return { changes: [], position: upTo };
  const { lastRevision, stride } = decodeCounterRow(counter);
  const revisions = chainBehind(tables, { previousInScope: lastRevision, stride }, after, upTo, maxEntries);
  const changes = revisions.map((revision) => changeOf(revision, logRow(tables, revision)));
  return { changes, position: changes.length < maxEntries ? upTo : changes.at(-1)!.revision };
}

/** The first `maxEntries` revisions of a chain that lie behind `after` and not behind `upTo`, in order. */
function chainBehind(
  tables: Tables,
  newest: ChainLinks,
  after: Revision,
  upTo: Revision,
  maxEntries: number,
): Revision[] {
  // Leaps: every stop lies behind `after`, so the changes wanted are at or before the last ones.
  const stops: ChainLinks[] = [newest];
  for (let at = newest.stride; at > after; ) {
    const links = linksOf(tables, at);
    stops.push({ previousInScope: at, stride: links.stride });
    at = links.stride;
  }
  const found: Revision[] = [];
  for (let stop = stops.pop(); stop !== undefined && found.length < maxEntries; stop = stops.pop()) {
    const behind = found.at(-1) ?? after;
    const segment: Revision[] = [];
    for (let at = stop.previousInScope; at > behind; at = linksOf(tables, at).previousInScope) {
      if (at <= upTo) segment.push(at);
    }
    found.push(...segment.reverse());
    // Later stops lie behind `upTo` altogether.
    if (stop.previousInScope >= upTo) break;
  }
  return found.length > maxEntries ? found.slice(0, maxEntries) : found;
}

function linksOf(tables: Tables, revision: Revision): ChainLinks {
  const row = tables.log.peek(logKey(revision));
  if (row === undefined) throw missing(revision);
  return chainLinksOf(row);
}

function logRow(tables: Tables, revision: Revision): Buffer {
  const row = tables.log.get(logKey(revision));
  if (row === undefined) throw missing(revision);
  return row;
}

function missing(revision: Revision): StorageError {
  return new StorageError('corrupt', `the log lacks revision ${revision}, which its own chain points to`);
}
