/**
 * The stored bytes of one object: a small header, then the JSON that is served. The JSON never holds
 * metadata.resourceVersion: it is spliced in at an offset the header knows, when the bytes go out. The header
 * carries what filtering and the derived tables need. No reader here parses JSON, except
 * parseRecord and the check of a whole record.
 *
 * Layout: version u8, flags u8, JSON offset u32, splice offset u32 (within the JSON), then in varints and UTF-8:
 * uid, labels, selectable fields, index entries; then the JSON.
 */
import { parseJson, stringifyJson } from '../apimachinery/codec/json.ts';
import { setField } from '../apimachinery/codec/json-parser.ts';
import { parseStoredObject } from '../apimachinery/managed-fields/known-fields.ts';
import type { JsonObject, JsonValue, KubeObject } from '../apimachinery/object-meta.ts';
import { StorageError } from './errors.ts';
import type { IndexEntry } from './keys.ts';
import type { Revision } from './store.ts';

export type { IndexEntry } from './keys.ts';

/** Texts by name. Without a prototype: any name may be looked up. */
export type TextMap = Readonly<Record<string, string>>;

export interface RecordHeader {
  /** The object carries a deletion mark (metadata.deletionTimestamp). */
  readonly deleting: boolean;
  readonly uid: string;
  readonly labels: TextMap;
  /** Selectable fields, by the names field selectors use. */
  readonly fields: TextMap;
  readonly indexes: readonly IndexEntry[];
}

export interface SerializedObject {
  readonly json: string;
  /** Byte offset right behind `"metadata":{`. */
  readonly rvOffset: number;
}

/** Name of the header field that says by which schema a custom resource was written. It comes before all others. */
export const writtenByField = '';

const formatVersion = 1;
const flagsAt = 1;
const jsonOffsetAt = 2;
const spliceOffsetAt = 6;
const uidAt = 10;
const deletingFlag = 0x01;
const openingBrace = 0x7b;
const closingBrace = 0x7d;
const lineEnd = 0x0a;
const zero = 0x30;
const quote = 0x22;
const comma = 0x2c;

/** The JSON to store: kind, apiVersion and metadata first, without metadata.resourceVersion. */
export function serializeObject(object: KubeObject): SerializedObject {
  const { kind, apiVersion } = object;
  const metadata: JsonObject = {};
  const given = object.metadata as unknown as JsonObject;
  for (const name in given) {
    if (name !== 'resourceVersion') setField(metadata, name, given[name]!);
  }
  const ordered = { kind, apiVersion, metadata } as unknown as JsonObject;
  for (const name in object) {
    if (!Object.hasOwn(ordered, name)) setField(ordered, name, object[name]);
  }
  const types = stringifyJson({ kind, apiVersion });
  const lead = types === '{}' ? '{"metadata":{' : ',"metadata":{';
  const before = types === '{}' ? 0 : Buffer.byteLength(types) - 1;
  return { json: stringifyJson(ordered), rvOffset: before + lead.length };
}

/** `json` must be serializeObject's, or bytes with the same properties, and `rvOffset` the offset that goes with it. */
export function encodeRecord(header: RecordHeader, json: string | Buffer, rvOffset: number): Buffer {
  const headerBytes = writeHeader(header);
  const jsonBytes = typeof json === 'string' ? Buffer.byteLength(json) : json.length;
  const record = Buffer.allocUnsafe(headerBytes + jsonBytes);
  scratch.copy(record, 0, 0, headerBytes);
  record[0] = formatVersion;
  record[flagsAt] = header.deleting ? deletingFlag : 0;
  record.writeUInt32LE(headerBytes, jsonOffsetAt);
  record.writeUInt32LE(rvOffset, spliceOffsetAt);
  if (typeof json === 'string') record.write(json, headerBytes, 'utf8');
  else json.copy(record, headerBytes);
  return record;
}

/** Headers are written here first, since their length is known only then. */
let scratch = Buffer.allocUnsafe(4096);
let scratchAt = 0;
const varintBytesMax = 8;
/** Of a character of JavaScript in UTF-8. */
const characterBytesMax = 3;

/** Writes the texts of a header into `scratch`; returns the offset behind them. */
function writeHeader({ uid, labels, fields, indexes }: RecordHeader): number {
  scratchAt = uidAt;
  addText(uid);
  addTexts(labels);
  addTexts(fields);
  addCount(indexes.length);
  for (const { scope, name, value } of indexes) {
    addCount(scope === 'tenant' ? 0 : 1);
    addText(name);
    addText(value);
  }
  return scratchAt;
}

function addTexts(map: TextMap): void {
  const names = Object.keys(map);
  addCount(names.length);
  for (const name of names) {
    addText(name);
    addText(map[name]!);
  }
}

function addText(text: string): void {
  makeRoom(varintBytesMax + text.length * characterBytesMax);
  if (text.length * characterBytesMax < 0x80) {
    const bytes = scratch.write(text, scratchAt + 1, 'utf8');
    scratch[scratchAt] = bytes;
    scratchAt += 1 + bytes;
    return;
  }
  addCount(Buffer.byteLength(text));
  scratchAt += scratch.write(text, scratchAt, 'utf8');
}

function addCount(value: number): void {
  makeRoom(varintBytesMax);
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) scratch[scratchAt++] = (rest % 0x80) | 0x80;
  scratch[scratchAt++] = rest;
}

function makeRoom(bytes: number): void {
  if (scratchAt + bytes <= scratch.length) return;
  const larger = Buffer.allocUnsafe(2 * (scratchAt + bytes));
  scratch.copy(larger, 0, 0, scratchAt);
  scratch = larger;
}

/** Walks a record's header. Bytes that are no record end in a StorageError, never in garbage. */
class HeaderReader {
  readonly #record: Buffer;
  readonly #end: number;
  #at = uidAt;

  constructor(record: Buffer) {
    this.#record = record;
    this.#end = jsonOffsetOf(record);
  }

  count(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#at < this.#end ? this.#record[this.#at++]! : 0x80;
      if (byte < 0x80) return value + byte * scale;
      if (this.#at >= this.#end) throw notARecord();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    }
  }

  text(): string {
    const bytes = this.count();
    const start = this.#at;
    this.#at += bytes;
    if (this.#at > this.#end) throw notARecord();
    return this.#record.toString('utf8', start, this.#at);
  }

  skipText(): void {
    const bytes = this.count();
    this.#at += bytes;
    if (this.#at > this.#end) throw notARecord();
  }

  texts(): TextMap {
    const map: Record<string, string> = Object.create(null);
    for (let left = this.count(); left > 0; left--) {
      const name = this.text();
      map[name] = this.text();
    }
    return map;
  }

  skipTexts(): void {
    for (let left = this.count(); left > 0; left--) {
      this.skipText();
      this.skipText();
    }
  }

  indexes(): IndexEntry[] {
    const entries: IndexEntry[] = [];
    for (let left = this.count(); left > 0; left--) {
      const scope = this.count() === 0 ? 'tenant' : 'store';
      const name = this.text();
      entries.push({ scope, name, value: this.text() });
    }
    return entries;
  }
}

function notARecord(cause?: unknown): StorageError {
  const message = 'a stored record cannot be read: its bytes are damaged or of a newer version';
  return new StorageError('corrupt', message, { cause });
}

function jsonOffsetOf(record: Buffer): number {
  if (record.length < uidAt || record[0] !== formatVersion) throw notARecord();
  const offset = record.readUInt32LE(jsonOffsetAt);
  if (offset > record.length) throw notARecord();
  return offset;
}

export function isDeleting(record: Buffer): boolean {
  return (record[flagsAt]! & deletingFlag) !== 0;
}

export function uidOf(record: Buffer): string {
  return new HeaderReader(record).text();
}

export function labelsOf(record: Buffer): TextMap {
  const reader = new HeaderReader(record);
  reader.skipText();
  return reader.texts();
}

export function fieldsOf(record: Buffer): TextMap {
  const reader = new HeaderReader(record);
  reader.skipText();
  reader.skipTexts();
  return reader.texts();
}

/** Of a custom resource, by which schema it was written (`writtenByField`); "" where the record does not say. */
export function writtenByOf(record: Buffer): string {
  const reader = new HeaderReader(record);
  reader.skipText();
  reader.skipTexts();
  // It stands first among the fields, and has a name that no other field can have.
  return reader.count() > 0 && reader.text() === writtenByField ? reader.text() : '';
}

export function indexesOf(record: Buffer): readonly IndexEntry[] {
  const reader = new HeaderReader(record);
  reader.skipText();
  reader.skipTexts();
  reader.skipTexts();
  return reader.indexes();
}

export function headerOf(record: Buffer): RecordHeader {
  const reader = new HeaderReader(record);
  const uid = reader.text();
  const labels = reader.texts();
  const fields = reader.texts();
  return { deleting: isDeleting(record), uid, labels, fields, indexes: reader.indexes() };
}

/** The stored JSON, without resourceVersion. Shares the record's memory. */
export function jsonOf(record: Buffer): Buffer {
  return record.subarray(jsonOffsetOf(record));
}

/** Throws a StorageError unless the bytes are a whole record; what `check` runs over every one. */
export function verifyRecord(record: Buffer): void {
  headerOf(record);
  const json = jsonOf(record);
  const splice = record.readUInt32LE(spliceOffsetAt);
  const lead = json.toString('latin1', Math.max(0, splice - 12), splice);
  if (lead !== '"metadata":{') throw notARecord();
  try {
    parseJson(json);
  } catch (error) {
    throw notARecord(error);
  }
}

const spliceLead = Buffer.from('"resourceVersion":"');

/** What stands at the splice offset once the revision is known. */
function writeSplice(target: Buffer, offset: number, revision: Revision, isOnlyField: boolean): number {
  // A few bytes: a call would take longer.
  for (let i = 0; i < spliceLead.length; i++) target[offset + i] = spliceLead[i]!;
  const digitsAt = offset + spliceLead.length;
  let at = digitsAt + decimalDigits(revision);
  for (let digit = at - 1, rest = revision; digit >= digitsAt; digit--) {
    const tenth = Math.floor(rest / 10);
    target[digit] = zero + rest - tenth * 10;
    rest = tenth;
  }
  target[at++] = quote;
  if (!isOnlyField) target[at++] = comma;
  return at;
}

function decimalDigits(revision: Revision): number {
  let digits = 1;
  for (let rest = revision; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  return digits;
}

const spliceLength = (revision: Revision, isOnlyField: boolean): number =>
  spliceLead.length + decimalDigits(revision) + (isOnlyField ? 1 : 2);

/** Bytes of the served JSON. */
export function servedLength(record: Buffer, revision: Revision): number {
  const start = jsonOffsetOf(record);
  const isOnlyField = record[start + record.readUInt32LE(spliceOffsetAt)] === closingBrace;
  return record.length - start + spliceLength(revision, isOnlyField);
}

/** Writes the served JSON at `offset`, where servedLength bytes must be free; returns the offset behind it. */
export function writeServed(target: Buffer, offset: number, record: Buffer, revision: Revision): number {
  const start = jsonOffsetOf(record);
  const middle = start + record.readUInt32LE(spliceOffsetAt);
  let at = offset + record.copy(target, offset, start, middle);
  at = writeSplice(target, at, revision, record[middle] === closingBrace);
  return at + record.copy(target, at, middle);
}

/**
 * The JSON as served: the stored bytes with metadata.resourceVersion in them, and the line's end that Go's encoder
 * writes behind a document. One allocation.
 */
export function servedJson(record: Buffer, revision: Revision): Buffer {
  const served = Buffer.allocUnsafe(servedLength(record, revision) + 1);
  served[writeServed(served, 0, record, revision)] = lineEnd;
  return served;
}

/** Where an item does not fit. */
export const noRoom = -1;

/**
 * Writes the record that lies from `start` to `end` in `source` as an item of a list: `isTyped` with its kind and
 * apiVersion, otherwise without, which the list then says for all. Returns the offset behind it; `noRoom`, and nothing is
 * written, where the target ends before.
 */
export function writeServedItem(
  target: Buffer,
  offset: number,
  source: Buffer,
  start: number,
  end: number,
  revision: Revision,
  isTyped: boolean,
): number {
  const json = start + uint32At(source, start + jsonOffsetAt);
  const middle = json + uint32At(source, start + spliceOffsetAt);
  if (source[start] !== formatVersion || middle >= end) throw notARecord();
  const isOnlyField = source[middle] === closingBrace;
  // Kind and apiVersion come before the metadata, and nothing else does.
  const first = isTyped ? json + 1 : middle - metadataLead.length;
  const length = 1 + end - first + spliceLength(revision, isOnlyField);
  if (offset + length > target.length) return noRoom;
  target[offset] = openingBrace;
  let at = offset + 1;
  for (let from = first; from < middle; from++) target[at++] = source[from]!;
  at = writeSplice(target, at, revision, isOnlyField);
  target.set(new Uint8Array(source.buffer, source.byteOffset + middle, end - middle), at);
  return at + end - middle;
}
const metadataLead = '"metadata":{';

/** By hand: a buffer that is lent may be longer than its length says. */
function uint32At(bytes: Buffer, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** Bytes that writeServedItem writes of a whole record. */
export function servedItemLength(record: Buffer, revision: Revision, isTyped: boolean): number {
  const skipped = isTyped ? 0 : record.readUInt32LE(spliceOffsetAt) - 1 - metadataLead.length;
  return servedLength(record, revision) - skipped;
}

/** The object, parsed anew on every call. Its fieldsV1 are shared with other objects, and must stay as they are. */
export function parseRecord(record: Buffer, revision: Revision): KubeObject {
  const object = parseStoredObject(jsonOf(record));
  const metadata = object.metadata as { [field: string]: JsonValue | undefined };
  metadata.resourceVersion = String(revision);
  return object as unknown as KubeObject;
}
