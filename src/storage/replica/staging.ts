/**
 * Staging: the batches of one coming transaction, evaluated one behind the other on top of the durable tables, and
 * all rows they lead to. Compare-and-set sees the effects of the batches staged before. Nothing here writes: the
 * rows go out in one piece (`operations`) or not at all. Staging is exact because one Staging at a time exists per
 * store and the fence refuses the transaction if anyone else wrote.
 */
import {
  encodeCounterKey,
  encodeIndexKey,
  encodeKey,
  encodeTenantResourceKey,
  isHashedIndexValue,
} from '../keys.ts';
import { indexesOf } from '../record.ts';
import type { Change, CommitOutcome, ObjectKey, Revision, StoredRecord, Write } from '../store.ts';
import type { Allocate, CounterRow, CurrentRow } from './rows.ts';
import {
  chainStride,
  decodeCounterRow,
  decodeCurrentRow,
  encodeCounterRow,
  encodeCurrentRow,
  encodeLogEntry,
  logKey,
} from './rows.ts';
import type { Operation, Tables } from './tables.ts';

/** A write with the bytes of its keys, made where a bad key can still be refused to its caller alone. */
export interface PreparedWrite {
  readonly write: Write;
  readonly keyBytes: Buffer;
  /** The key bytes as a string: identity in maps. */
  readonly id: string;
  /** Of the new record. */
  readonly indexRows: readonly IndexRow[];
}

interface IndexRow {
  readonly id: string;
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Throws a StorageError for a key, an index entry or a record that cannot be stored. */
export function prepareWrite(write: Write): PreparedWrite {
  const keyBytes = encodeKey(write.key);
  const indexRows = write.kind === 'put' ? indexRowsOf(write.record, write.key) : [];
  return { write, keyBytes, id: keyBytes.toString('latin1'), indexRows };
}

/** The rows of table `index` a record leads to. */
export function indexRowsOf(record: Buffer, objectKey: ObjectKey): readonly IndexRow[] {
  return indexesOf(record).map((entry) => {
    const key = encodeIndexKey(entry, objectKey);
    return { id: key.toString('latin1'), key, value: indexValueRow(entry.value) };
  });
}

interface StagedRow {
  readonly keyBytes: Buffer;
  row: CurrentRow | undefined;
  isChanged: boolean;
}

interface StagedCounter {
  readonly scope: ObjectKey;
  /** The durable row, and whether it holds objects: decides which rows the flush must add and remove. */
  readonly durable: CounterRow | undefined;
  counter: CounterRow;
}

const noObjects: CounterRow = { objects: 0, bytes: 0, lastRevision: 0, changes: 0, stride: 0 };

export class Staging {
  readonly changes: Change[] = [];
  readonly #tables: Tables;
  readonly #allocate: Allocate;
  #head: Revision;
  readonly #rows = new Map<string, StagedRow>();
  readonly #counters = new Map<string, StagedCounter>();
  /** By key; undefined removes. */
  readonly #index = new Map<string, { readonly key: Buffer; readonly value: Buffer | undefined }>();
  readonly #log: { readonly revision: Revision; readonly entry: Buffer }[] = [];

  /** Rows are made of `allocate`'s memory, which must stay as it is until they are durable or given up. */
  constructor(tables: Tables, head: Revision, allocate: Allocate) {
    this.#tables = tables;
    this.#head = head;
    this.#allocate = allocate;
  }

  /** Newest revision staged. */
  get head(): Revision {
    return this.#head;
  }

  /** Stages the whole batch, or nothing of it. When it throws, this Staging must be thrown away. */
  stage(batch: readonly PreparedWrite[]): CommitOutcome {
    const refused = this.#firstUnmet(batch);
    if (refused !== undefined) return refused;
    const revisions: Revision[] = [];
    for (const prepared of batch) {
      const { write } = prepared;
      if (write.kind === 'guard') revisions.push(write.expect);
      else revisions.push(this.#apply(prepared));
    }
    return { ok: true, revisions };
  }

  #firstUnmet(batch: readonly PreparedWrite[]): CommitOutcome | undefined {
    // Revisions the batch itself will have given by then, should it name a key twice.
    const own = batch.length > 1 ? new Map<string, Revision>() : undefined;
    let next = this.#head;
    for (const [index, { write, keyBytes, id }] of batch.entries()) {
      if (write.kind === 'guard' && write.isOfResource) {
        const { lastRevision } = this.#counter(write.key).counter;
        if (lastRevision > write.expect) return { ok: false, index, actual: lastRevision };
        continue;
      }
      const actual = own?.get(id) ?? revisionOf(this.#row(id, keyBytes).row);
      const isOfNothing = write.kind === 'delete' && actual === 0;
      if (actual !== write.expect || isOfNothing) return { ok: false, index, actual };
      if (write.kind === 'guard') continue;
      next++;
      own?.set(id, write.kind === 'put' ? next : 0);
    }
    return undefined;
  }

  #apply({ write, keyBytes, id, indexRows }: PreparedWrite): Revision {
    const record = write.kind === 'put' ? write.record : undefined;
    const staged = this.#row(id, keyBytes);
    const previous = staged.row;
    this.#reindex(write.key, previous?.record, indexRows);
    const counter = this.#counter(write.key);
    const { objects, bytes, lastRevision, changes, stride } = counter.counter;
    const revision = ++this.#head;
    const entry = encodeLogEntry(
      { key: keyBytes, record, previous, previousInScope: lastRevision, stride },
      this.#allocate,
    );
    this.#log.push({ revision, entry });
    counter.counter = {
      // A counter that was damaged must not stop deletes; `check` names it, `repair` mends it.
      objects: Math.max(0, objects + count(record) - count(previous?.record)),
      bytes: Math.max(0, bytes + (record?.length ?? 0) - (previous?.record?.length ?? 0)),
      lastRevision: revision,
      changes: changes + 1,
      stride: (changes + 1) % chainStride === 0 ? revision : stride,
    };
    staged.row = { revision, record };
    staged.isChanged = true;
    this.changes.push({ revision, key: write.key, record, previous: stored(previous) });
    return revision;
  }

  #row(id: string, keyBytes: Buffer): StagedRow {
    let staged = this.#rows.get(id);
    if (staged === undefined) {
      const bytes = this.#tables.current.get(keyBytes);
      staged = { keyBytes, row: bytes === undefined ? undefined : decodeCurrentRow(bytes), isChanged: false };
      this.#rows.set(id, staged);
    }
    return staged;
  }

  #counter(key: ObjectKey): StagedCounter {
    const id = `${key.tenant}\0${key.group}\0${key.resource}`;
    let staged = this.#counters.get(id);
    if (staged === undefined) {
      const { counters } = this.#tables;
      const bytes =
        counters.get(encodeCounterKey('live', key)) ?? counters.get(encodeCounterKey('empty', key));
      const durable = bytes === undefined ? undefined : decodeCounterRow(bytes);
      staged = { scope: key, durable, counter: durable ?? noObjects };
      this.#counters.set(id, staged);
    }
    return staged;
  }

  #reindex(key: ObjectKey, before: Buffer | undefined, fresh: readonly IndexRow[]): void {
    const old = before === undefined ? [] : indexRowsOf(before, key);
    for (const row of old) {
      if (!fresh.some(({ id }) => id === row.id)) this.#index.set(row.id, { key: row.key, value: undefined });
    }
    for (const row of fresh) {
      if (!old.some(({ id }) => id === row.id)) this.#index.set(row.id, row);
    }
  }

  get isEmpty(): boolean {
    return this.changes.length === 0;
  }

  /** Every staged row, for one transaction. */
  operations(): Operation[] {
    const operations: Operation[] = this.#log.map(({ revision, entry }) => ({
      table: 'log',
      key: logKey(revision),
      value: entry,
      isAppended: true,
    }));
    for (const { keyBytes, row, isChanged } of this.#rows.values()) {
      if (!isChanged) continue;
      operations.push({ table: 'current', key: keyBytes, value: encodeCurrentRow(row!, this.#allocate) });
    }
    for (const { key, value } of this.#index.values()) operations.push({ table: 'index', key, value });
    for (const staged of this.#counters.values()) operations.push(...counterOperations(staged));
    return operations;
  }
}

function counterOperations({ scope, durable, counter }: StagedCounter): Operation[] {
  if (counter === (durable ?? noObjects)) return [];
  const was = durable === undefined ? undefined : durable.objects > 0 ? 'live' : 'empty';
  const is = counter.objects > 0 ? 'live' : 'empty';
  const operations: Operation[] = [
    { table: 'counters', key: encodeCounterKey(is, scope), value: encodeCounterRow(counter) },
  ];
  if (was === is) return operations;
  if (was !== undefined) {
    operations.push({ table: 'counters', key: encodeCounterKey(was, scope), value: undefined });
  }
  if (is === 'live' || was === 'live') {
    const value = is === 'live' ? noBytes : undefined;
    operations.push({ table: 'counters', key: encodeTenantResourceKey(scope), value });
  }
  return operations;
}

const noBytes = Buffer.alloc(0);

/** The row of an index entry: empty, or the value itself where the key holds only its hash. */
function indexValueRow(value: string): Buffer {
  return isHashedIndexValue(value) ? Buffer.from(value, 'utf16le') : noBytes;
}

function revisionOf(row: CurrentRow | undefined): Revision {
  return row?.record === undefined ? 0 : row.revision;
}

function stored(row: CurrentRow | undefined): StoredRecord | undefined {
  return row?.record === undefined ? undefined : { revision: row.revision, record: row.record };
}

function count(record: Buffer | undefined): number {
  return record === undefined ? 0 : 1;
}
