/**
 * The items of a list, as bytes: the records of its entries as they are served. Entries that lie in one slab become
 * their items where they lie, each a little further in front than its row: headers and types go, a resourceVersion
 * comes. Parses nothing.
 */
import { moveServedItem, servedItemLength, servedLength, writeServed, writeServedItem } from './record.ts';
import { SlabEntry } from './slab-entry.ts';
import type { StoredEntry } from './store.ts';

const comma = 0x2c;

/**
 * The items with commas between them, behind `before` and in front of `after`. Uses up the slab of entries that have one.
 */
export function servedItems(entries: readonly StoredEntry[], before = '', after = ''): Buffer {
  const [first] = entries;
  if (first instanceof SlabEntry) {
    const moved = movedItems(first.slab, entries, before, after);
    if (moved !== undefined) return moved;
  }
  return copiedItems(entries, before, after);
}

/** The same of objects that say themselves what they are. */
export function servedObjects(entries: readonly StoredEntry[], before = '', after = ''): Buffer {
  let length = Math.max(entries.length - 1, 0) + Buffer.byteLength(before) + Buffer.byteLength(after);
  for (const { record, revision } of entries) length += servedLength(record, revision);
  const out = Buffer.allocUnsafe(length);
  let at = out.write(before, 0);
  for (const [i, { record, revision }] of entries.entries()) {
    if (i > 0) out[at++] = comma;
    at = writeServed(out, at, record, revision);
  }
  out.write(after, at);
  return out;
}

function copiedItems(entries: readonly StoredEntry[], before: string, after: string): Buffer {
  let length = Math.max(entries.length - 1, 0) + Buffer.byteLength(before) + Buffer.byteLength(after);
  for (const { record, revision } of entries) length += servedItemLength(record, revision);
  const out = Buffer.allocUnsafe(length);
  let at = out.write(before, 0);
  const start = at;
  for (const { record, revision } of entries) {
    if (at > start) out[at++] = comma;
    at = writeServedItem(out, at, record, revision);
  }
  out.write(after, at);
  return out;
}

/** Undefined, and the slab as it was, where there is no room for the first item. */
function movedItems(
  slab: Buffer,
  entries: readonly StoredEntry[],
  before: string,
  after: string,
): Buffer | undefined {
  const start = Buffer.byteLength(before);
  let at = start;
  for (const [i, entry] of entries.entries()) {
    const isHere = entry instanceof SlabEntry && entry.slab === slab;
    const offset = i === 0 ? at : at + 1;
    const behind = isHere ? moveServedItem(slab, offset, entry.start, entry.end, entry.revision) : undefined;
    if (behind === undefined) {
      // What has been moved is whole, and what has not is as it was.
      return i === 0 ? undefined : joined(slab, start, at, before, entries.slice(i), after);
    }
    if (i > 0) slab[at] = comma;
    at = behind;
  }
  if (slab.length - at < Buffer.byteLength(after)) return joined(slab, start, at, before, [], after);
  slab.write(before, 0);
  at += slab.write(after, at);
  return slab.subarray(0, at);
}

function joined(
  slab: Buffer,
  start: number,
  end: number,
  before: string,
  rest: readonly StoredEntry[],
  after: string,
): Buffer {
  const items = rest.length === 0 ? Buffer.from(after) : copiedItems(rest, ',', after);
  return Buffer.concat([Buffer.from(before), slab.subarray(start, end), items]);
}
