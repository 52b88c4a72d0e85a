/**
 * The binary rows of the tables, and nothing about when they are written.
 *
 * current: object key → kind u8, revision u64, record (a tombstone has none).
 * log: revision u64 → kind u8, then what the change replaced and its place in its scope's chain, key, records.
 * counters: counter key → objects u64, bytes u64, last revision u64, changes u64, stride u64.
 * meta `state`: head u64, compacted u64. Numbers are big-endian; revisions are safe integers.
 */
import { StorageError } from '../errors.ts';
import type { Revision } from '../store.ts';

const high = 0x1_0000_0000;

function writeU64(target: Buffer, value: number, offset: number): void {
  target.writeUInt32BE(Math.floor(value / high), offset);
  target.writeUInt32BE(value % high, offset + 4);
}

function readU64(source: Buffer, offset: number): number {
  return source.readUInt32BE(offset) * high + source.readUInt32BE(offset + 4);
}

/** Where a row's bytes come from; they need not be zero. */
export type Allocate = (bytes: number) => Buffer;

const objectKind = 1;
const tombstoneKind = 2;
const currentHeaderBytes = 9;

/** The newest state of a key. A tombstone stands for a deleted key until its deletion is compacted. */
export interface CurrentRow {
  readonly revision: Revision;
  /** Undefined: a tombstone. */
  readonly record: Buffer | undefined;
}

export function encodeCurrentRow({ revision, record }: CurrentRow, allocate: Allocate): Buffer {
  const row = allocate(currentHeaderBytes + (record?.length ?? 0));
  row[0] = record === undefined ? tombstoneKind : objectKind;
  writeU64(row, revision, 1);
  record?.copy(row, currentHeaderBytes);
  return row;
}

/** The revision of a row that lies at `at` in `bytes`. */
export const currentRevisionAt = (bytes: Buffer, at: number): Revision => readU64(bytes, at + 1);

/** Where the record begins of a row that lies from `at` to `end`; undefined for a tombstone. */
export function currentRecordAt(bytes: Buffer, at: number, end: number): number | undefined {
  if (end - at < currentHeaderBytes) throw unreadableRow('current');
  if (bytes[at] === objectKind) return at + currentHeaderBytes;
  if (bytes[at] !== tombstoneKind) throw unreadableRow('current');
  return undefined;
}

export function decodeCurrentRow(row: Buffer): CurrentRow {
  const start = currentRecordAt(row, 0, row.length);
  const revision = currentRevisionAt(row, 0);
  return { revision, record: start === undefined ? undefined : row.subarray(start) };
}

/** Pointers of a scope's chain (the changes of one resource of one tenant, newest first); 0 ends it. */
export interface ChainLinks {
  /** The scope's change before this one. */
  readonly previousInScope: Revision;
  /** A change of the scope about `chainStride` changes earlier, to leap by. */
  readonly stride: Revision;
}

/** Every so many changes of a scope one is the target of leaps. */
export const chainStride = 256;

export interface LogEntry extends ChainLinks {
  readonly key: Buffer;
  /** Undefined: the change is a deletion. */
  readonly record: Buffer | undefined;
  /** The row the change replaced, a tombstone too; undefined when there was none. */
  readonly previous: CurrentRow | undefined;
}

const entryHeaderBytes = 32;
const noneKind = 0;

export function encodeLogEntry(entry: LogEntry, allocate: Allocate): Buffer {
  const { key, record, previous } = entry;
  const previousRecord = previous?.record;
  const recordBytes = record?.length ?? 0;
  const row = allocate(entryHeaderBytes + key.length + recordBytes + (previousRecord?.length ?? 0));
  row[0] = record === undefined ? tombstoneKind : objectKind;
  row[1] = previous === undefined ? noneKind : previousRecord === undefined ? tombstoneKind : objectKind;
  row.writeUInt16BE(key.length, 2);
  row.writeUInt32BE(recordBytes, 4);
  writeU64(row, previous?.revision ?? 0, 8);
  writeU64(row, entry.previousInScope, 16);
  writeU64(row, entry.stride, 24);
  let at = entryHeaderBytes + key.copy(row, entryHeaderBytes);
  if (record !== undefined) at += record.copy(row, at);
  previousRecord?.copy(row, at);
  return row;
}

/** Buffers in the result share the row's memory. */
export function decodeLogEntry(row: Buffer): LogEntry {
  if (row.length < entryHeaderBytes) throw unreadableRow('log');
  const keyEnd = entryHeaderBytes + row.readUInt16BE(2);
  const recordEnd = keyEnd + row.readUInt32BE(4);
  if (recordEnd > row.length) throw unreadableRow('log');
  const revision = readU64(row, 8);
  return {
    key: row.subarray(entryHeaderBytes, keyEnd),
    record: row[0] === objectKind ? row.subarray(keyEnd, recordEnd) : undefined,
    previous:
      row[1] === noneKind
        ? undefined
        : { revision, record: row[1] === objectKind ? row.subarray(recordEnd) : undefined },
    previousInScope: readU64(row, 16),
    stride: readU64(row, 24),
  };
}

/** The chain links alone, from bytes that may be lmdb-js's shared ones. */
export function chainLinksOf(row: Buffer): ChainLinks {
  return { previousInScope: readU64(row, 16), stride: readU64(row, 24) };
}

export function logKey(revision: Revision): Buffer {
  const key = Buffer.allocUnsafe(8);
  writeU64(key, revision, 0);
  return key;
}

export function revisionOfLogKey(key: Buffer): Revision {
  if (key.length !== 8) throw unreadableRow('log');
  return readU64(key, 0);
}

export interface CounterRow {
  readonly objects: number;
  readonly bytes: number;
  readonly lastRevision: Revision;
  /** Changes of the scope since its row was made: says when a stride is due. */
  readonly changes: number;
  /** The newest change that leaps go to. */
  readonly stride: Revision;
}

const counterRowBytes = 40;

export function encodeCounterRow(counter: CounterRow): Buffer {
  const row = Buffer.allocUnsafe(counterRowBytes);
  writeU64(row, counter.objects, 0);
  writeU64(row, counter.bytes, 8);
  writeU64(row, counter.lastRevision, 16);
  writeU64(row, counter.changes, 24);
  writeU64(row, counter.stride, 32);
  return row;
}

export function decodeCounterRow(row: Buffer): CounterRow {
  if (row.length !== counterRowBytes) throw unreadableRow('counters');
  return {
    objects: readU64(row, 0),
    bytes: readU64(row, 8),
    lastRevision: readU64(row, 16),
    changes: readU64(row, 24),
    stride: readU64(row, 32),
  };
}

export interface StoreState {
  /** Revision of the newest change. */
  readonly head: Revision;
  readonly compacted: Revision;
}

/** The meta row all of a store's life hangs on, and the fence of every transaction. */
export const stateKey = Buffer.from('state');

export function encodeState({ head, compacted }: StoreState): Buffer {
  const row = Buffer.allocUnsafe(16);
  writeU64(row, head, 0);
  writeU64(row, compacted, 8);
  return row;
}

export function decodeState(row: Buffer): StoreState {
  if (row.length !== 16) throw unreadableRow('meta');
  return { head: readU64(row, 0), compacted: readU64(row, 8) };
}

/** The meta row that names the format of all others. */
export const formatKey = Buffer.from('format');
export const formatRow = Buffer.from('milo 1');

function unreadableRow(table: string): StorageError {
  return new StorageError(
    'corrupt',
    `a row of table ${table} cannot be read: its bytes are damaged or of a newer version`,
  );
}
