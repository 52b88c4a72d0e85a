/**
 * Compares the derived tables and the log with `current`, and says how each difference in a derived table is mended.
 * Reads everything in one synchronous pass: for a store that serves nobody (`milo fsck`) and for tests. Index and
 * counters follow from `current` alone; the log is no derived table, so its differences are named and stay.
 */
import { limits } from '../../apimachinery/limits.ts';
import {
  counterStateRange,
  decodeCounterKey,
  decodeIndexKey,
  decodeKey,
  decodeTenantResourceKey,
  encodeCounterKey,
  encodeKey,
  encodeTenantResourceKey,
  objectRange,
  printableKey,
  type ResourceRange,
  tenantResourceRange,
} from '../keys.ts';
import { verifyRecord } from '../record.ts';
import type { Difference, ObjectKey, Revision } from '../store.ts';
import {
  type ChainLinks,
  type CounterRow,
  type CurrentRow,
  decodeCounterRow,
  decodeCurrentRow,
  decodeLogEntry,
  decodeState,
  encodeCounterRow,
  type LogEntry,
  logKey,
  revisionOfLogKey,
  stateKey,
} from './rows.ts';
import { indexRowsOf } from './staging.ts';
import type { Operation, Tables } from './tables.ts';

export interface FoundDifference {
  readonly difference: Difference;
  /** Mends it; absent where nothing can. */
  readonly fix?: Operation;
  /** The head the state row must move to. */
  readonly head?: Revision;
}

type Table = Difference['table'];

function named(table: Table, key: Buffer | string, problem: string, fix?: Operation): FoundDifference {
  const shown = typeof key === 'string' ? key : printableKey(key);
  return { difference: { table, key: shown, problem }, ...(fix === undefined ? {} : { fix }) };
}

/** Lazily, so that a caller that has seen enough stops the walk. */
export function* findDifferences(tables: Tables): Generator<FoundDifference, void, undefined> {
  const state = decodeState(tables.meta.get(stateKey)!);
  const newest = yield* checkCurrent(tables, state.compacted, state.head);
  yield* checkIndex(tables);
  yield* checkCounters(tables);
  const newestLogged = yield* checkLog(tables, state.compacted, state.head);
  const head = Math.max(newest, newestLogged);
  if (head > state.head) {
    const problem = `says the newest revision is ${state.head}, but ${head} has happened`;
    yield { ...named('meta', 'state', problem), head };
  }
}

export interface RepairStep {
  /** The first difference mended: a step that meets it again has mended nothing. */
  readonly first: string;
  readonly state: { readonly head?: Revision };
  readonly operations: readonly Operation[];
}

/** Mends a bounded number of differences; undefined when none is left that can be. */
export function planRepairStep(tables: Tables): RepairStep | undefined {
  const operations: Operation[] = [];
  let first: string | undefined;
  let state = {};
  for (const { difference, fix, head } of findDifferences(tables)) {
    if (fix === undefined && head === undefined) continue;
    first ??= `${difference.table} ${difference.key} ${difference.problem}`;
    if (fix !== undefined) operations.push(fix);
    if (head !== undefined) state = { head };
    if (operations.length >= limits.repairStepEntries) break;
  }
  return first === undefined ? undefined : { first, state, operations };
}

/** What decoding says is wrong, or the decoded value. */
function attempt<T>(decode: () => T): { readonly value: T } | { readonly problem: string } {
  try {
    return { value: decode() };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Walks every object once: its bytes, its log entry, its index rows and the sums of its scope. */
function* checkCurrent(
  tables: Tables,
  compacted: Revision,
  head: Revision,
): Generator<FoundDifference, Revision, undefined> {
  let newest = 0;
  let sums: ScopeSums | undefined;
  for (const { key, value } of tables.current.allRows()) {
    const decoded = attempt(() => {
      const row = decodeCurrentRow(value);
      if (row.record !== undefined) verifyRecord(row.record);
      return { row, objectKey: decodeKey(key) };
    });
    if ('problem' in decoded) {
      yield named('current', key, decoded.problem);
      continue;
    }
    const { row, objectKey } = decoded.value;
    newest = Math.max(newest, row.revision);
    yield* checkAgainstLog(tables, key, row, compacted, head);
    if (row.record !== undefined) yield* checkIndexRows(tables, objectKey, row.record);
    if (sums === undefined || !sums.isOf(objectKey)) {
      if (sums !== undefined) yield* sums.compare(tables);
      sums = new ScopeSums(objectKey, compacted);
    }
    sums.add(row);
  }
  if (sums !== undefined) yield* sums.compare(tables);
  return newest;
}

function* checkAgainstLog(
  tables: Tables,
  key: Buffer,
  row: CurrentRow,
  compacted: Revision,
  head: Revision,
): Generator<FoundDifference, void, undefined> {
  const { revision, record } = row;
  if (revision > head) yield named('current', key, `has revision ${revision}, behind the newest, ${head}`);
  if (revision <= compacted) {
    // A tombstone whose log entry is still there is only waiting for the compaction under way.
    if (record === undefined && tables.log.get(logKey(revision)) === undefined) {
      yield named('current', key, `is a tombstone of compacted revision ${revision}`);
    }
    return;
  }
  const bytes = tables.log.get(logKey(revision));
  if (bytes === undefined) {
    yield named('log', key, `lacks revision ${revision}, which the object was last changed at`);
    return;
  }
  const entry = attempt(() => decodeLogEntry(bytes));
  // checkLog names entries that cannot be read.
  if ('problem' in entry) return;
  if (!entry.value.key.equals(key)) yield named('log', key, `has another object at its revision ${revision}`);
  else if (!sameRecord(entry.value.record, record))
    yield named('log', key, `differs from the object at ${revision}`);
}

function sameRecord(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}

function* checkIndexRows(
  tables: Tables,
  key: ObjectKey,
  record: Buffer,
): Generator<FoundDifference, void, undefined> {
  for (const row of indexRowsOf(record, key)) {
    const found = tables.index.get(row.key);
    if (found?.equals(row.value)) continue;
    const problem = found === undefined ? 'is missing' : 'holds another value';
    yield named('index', row.key, problem, { table: 'index', key: row.key, value: row.value });
  }
}

/** Rows no current object leads to. */
function* checkIndex(tables: Tables): Generator<FoundDifference, void, undefined> {
  for (const { key } of tables.index.allRows()) {
    const decoded = attempt(() => {
      const objectKey = decodeIndexKey(key).key;
      const row = tables.current.get(encodeKey(objectKey));
      const record = row === undefined ? undefined : decodeCurrentRow(row).record;
      return record !== undefined && indexRowsOf(record, objectKey).some((own) => own.key.equals(key));
    });
    if ('problem' in decoded || !decoded.value) {
      const problem =
        'problem' in decoded ? decoded.problem : 'names an object that does not carry the value';
      yield named('index', key, problem, { table: 'index', key, value: undefined });
    }
  }
}

/** The counter row one scope must have, summed over its rows in `current`, which lie together. */
class ScopeSums {
  readonly #scope: ObjectKey;
  readonly #compacted: Revision;
  #objects = 0;
  #bytes = 0;
  #newest = 0;

  constructor(scope: ObjectKey, compacted: Revision) {
    this.#scope = scope;
    this.#compacted = compacted;
  }

  isOf({ tenant, group, resource }: ObjectKey): boolean {
    const own = this.#scope;
    return own.tenant === tenant && own.group === group && own.resource === resource;
  }

  add({ revision, record }: CurrentRow): void {
    this.#newest = Math.max(this.#newest, revision);
    if (record === undefined) return;
    this.#objects++;
    this.#bytes += record.length;
  }

  *compare(tables: Tables): Generator<FoundDifference, void, undefined> {
    const { counters } = tables;
    const state = this.#objects > 0 ? 'live' : 'empty';
    const key = encodeCounterKey(state, this.#scope);
    const row = counters.get(key);
    const actual = row === undefined ? undefined : attempt(() => decodeCounterRow(row));
    const problem = this.#problemOf(actual);
    if (problem !== undefined) {
      // No leaps: the chain's single steps are in the log, and leaps only shorten them.
      const mended = {
        objects: this.#objects,
        bytes: this.#bytes,
        lastRevision: this.#newest,
        changes: 0,
        stride: 0,
      };
      yield named('counters', key, problem, { table: 'counters', key, value: encodeCounterRow(mended) });
    }
    const tenantKey = encodeTenantResourceKey(this.#scope);
    if (state === 'live' && counters.get(tenantKey) === undefined) {
      yield named('counters', tenantKey, 'is missing', {
        table: 'counters',
        key: tenantKey,
        value: Buffer.alloc(0),
      });
    }
  }

  #problemOf(actual: { value: CounterRow } | { problem: string } | undefined): string | undefined {
    if (actual === undefined) return 'is missing';
    if ('problem' in actual) return actual.problem;
    const { objects, bytes, lastRevision } = actual.value;
    if (objects !== this.#objects) return `counts ${objects} objects where ${this.#objects} are`;
    if (bytes !== this.#bytes) return `counts ${bytes} bytes where ${this.#bytes} are`;
    // Newer than what `current` shows it may only be where the tombstone that explains it is compacted.
    const isExplained =
      lastRevision === this.#newest || (lastRevision > this.#newest && lastRevision <= this.#compacted);
    return isExplained ? undefined : `was last changed at ${lastRevision}, its objects at ${this.#newest}`;
  }
}

/** Rows of scopes that have no such objects. The rows a scope must have were compared on the walk over `current`. */
function* checkCounters(tables: Tables): Generator<FoundDifference, void, undefined> {
  const { counters } = tables;
  const known = [
    { range: counterStateRange('live'), decode: decodeCounterKey, wantsObjects: true },
    { range: counterStateRange('empty'), decode: decodeCounterKey, wantsObjects: false },
    { range: tenantResourceRange(undefined), decode: decodeTenantResourceKey, wantsObjects: true },
  ];
  let rows = 0;
  for (const { range, decode, wantsObjects } of known) {
    for (const key of counters.keys(range)) {
      rows++;
      const scope = attempt(() => decode(key));
      const problem = 'problem' in scope ? scope.problem : scopeProblem(tables, scope.value, wantsObjects);
      if (problem !== undefined)
        yield named('counters', key, problem, { table: 'counters', key, value: undefined });
    }
  }
  if (rows === counters.stats().entryCount) return;
  for (const { key } of counters.allRows()) {
    if (
      known.some(({ range }) => Buffer.compare(range.start, key) <= 0 && Buffer.compare(key, range.end) < 0)
    )
      continue;
    yield named('counters', key, 'is no counter row', { table: 'counters', key, value: undefined });
  }
}

function scopeProblem(tables: Tables, scope: ResourceRange, wantsObjects: boolean): string | undefined {
  let rows = 0;
  for (const { value } of tables.current.rows(objectRange(scope))) {
    rows++;
    const row = attempt(() => decodeCurrentRow(value));
    if ('value' in row && row.value.record !== undefined) {
      return wantsObjects ? undefined : 'says the scope is empty, but it holds objects';
    }
  }
  if (wantsObjects) return 'says the scope holds objects, but it has none';
  return rows > 0 ? undefined : 'stands for a scope that is forgotten';
}

/** Walks the log: no revision is missing, and what entries say of each other and of `current` is so. */
function* checkLog(
  tables: Tables,
  compacted: Revision,
  head: Revision,
): Generator<FoundDifference, Revision, undefined> {
  const newestInScope = new Map<string, Revision>();
  let expected = compacted + 1;
  for (const { key, value } of tables.log.allRows()) {
    const decoded = attempt(() => {
      const entry = decodeLogEntry(value);
      return { revision: revisionOfLogKey(key), entry, objectKey: decodeKey(entry.key) };
    });
    if ('problem' in decoded) {
      yield named('log', key, decoded.problem);
      continue;
    }
    const { revision, entry, objectKey } = decoded.value;
    // Entries the compaction has not come to yet.
    if (revision <= compacted) continue;
    if (revision > expected) yield named('log', String(expected), `is missing up to ${revision - 1}`);
    expected = revision + 1;
    const scope = `${objectKey.tenant}\0${objectKey.group}\0${objectKey.resource}`;
    const problem =
      problemWithPrevious(tables, revision, entry, compacted) ??
      problemWithChain(revision, entry, newestInScope.get(scope), compacted) ??
      problemWithCurrent(tables, revision, entry);
    if (problem !== undefined) yield named('log', String(revision), problem);
    newestInScope.set(scope, revision);
  }
  if (expected <= head) yield named('log', String(expected), `is missing up to ${head}`);
  return expected - 1;
}

function problemWithPrevious(
  tables: Tables,
  revision: Revision,
  entry: LogEntry,
  compacted: Revision,
): string | undefined {
  const { previous } = entry;
  if (previous === undefined) return undefined;
  if (previous.revision >= revision)
    return `says it replaced revision ${previous.revision}, which is no older`;
  if (previous.revision <= compacted) return undefined;
  const row = tables.log.get(logKey(previous.revision));
  const replaced = row === undefined ? undefined : attempt(() => decodeLogEntry(row));
  if (replaced === undefined) return `says it replaced revision ${previous.revision}, which is missing`;
  if ('problem' in replaced) return undefined;
  const isSame = replaced.value.key.equals(entry.key) && sameRecord(replaced.value.record, previous.record);
  return isSame ? undefined : `says it replaced revision ${previous.revision}, which was something else`;
}

function problemWithChain(
  revision: Revision,
  { previousInScope, stride }: ChainLinks,
  newestInScope: Revision | undefined,
  compacted: Revision,
): string | undefined {
  const isChained =
    newestInScope === undefined ? previousInScope <= compacted : previousInScope === newestInScope;
  if (!isChained)
    return `follows revision ${previousInScope} of its resource, not ${newestInScope ?? 'a compacted one'}`;
  return stride < revision ? undefined : `leaps to revision ${stride}, which is no older`;
}

function problemWithCurrent(tables: Tables, revision: Revision, entry: LogEntry): string | undefined {
  const bytes = tables.current.get(entry.key);
  const row = bytes === undefined ? undefined : attempt(() => decodeCurrentRow(bytes));
  if (row === undefined) return `changed ${printableKey(entry.key)}, which is not in current`;
  if ('problem' in row || row.value.revision >= revision) return undefined;
  return `changed ${printableKey(entry.key)}, which stands at the older revision ${row.value.revision}`;
}
