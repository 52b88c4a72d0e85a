/**
 * The items of a list, as bytes: the records of its entries as they are served. Entries that lie in one slab become
 * their items where they lie, each a little further in front than its row: headers and types go, a resourceVersion
 * comes. Parses nothing.
 */
import { moveServedItem, servedItemLength, writeServedItem } from './record.ts';
import { SlabEntry } from './slab-entry.ts';
import type { StoredEntry } from './store.ts';

const comma = 0x2c;

/** What stands around the items, and whether they say themselves what they are (record.ts). */
export interface ItemsForm {
  readonly isTyped: boolean;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** The items with commas between them. Uses up the slab of entries that have one. */
export function servedItems(entries: readonly StoredEntry[], form: ItemsForm): Buffer {
  const [first] = entries;
  if (first instanceof SlabEntry) {
    const moved = movedItems(first.slab, entries, form);
    if (moved !== undefined) return moved;
  }
  return copiedItems(entries, form);
}

function copiedItems(
  entries: readonly StoredEntry[],
  { isTyped, before = '', after = '' }: ItemsForm,
): Buffer {
  let length = Math.max(entries.length - 1, 0) + Buffer.byteLength(before) + Buffer.byteLength(after);
  for (const { record, revision } of entries) length += servedItemLength(record, revision, isTyped);
  const out = Buffer.allocUnsafe(length);
  let at = out.write(before, 0);
  const start = at;
  for (const { record, revision } of entries) {
    if (at > start) out[at++] = comma;
    at = writeServedItem(out, at, record, revision, isTyped);
  }
  out.write(after, at);
  return out;
}

/** Undefined, and the slab as it was, where there is no room for the first item. */
function movedItems(
  slab: Buffer,
  entries: readonly StoredEntry[],
  { isTyped, before = '', after = '' }: ItemsForm,
): Buffer | undefined {
  const start = Buffer.byteLength(before);
  let at = start;
  for (const [i, entry] of entries.entries()) {
    const isHere = entry instanceof SlabEntry && entry.slab === slab;
    const offset = i === 0 ? at : at + 1;
    const behind = isHere
      ? moveServedItem(slab, offset, entry.start, entry.end, entry.revision, isTyped)
      : undefined;
    if (behind === undefined) {
      if (i === 0) return undefined;
      // What has been moved is whole, and what has not is as it was.
      const rest = copiedItems(entries.slice(i), { isTyped, before: ',', after });
      return Buffer.concat([Buffer.from(before), slab.subarray(start, at), rest]);
    }
    if (i > 0) slab[at] = comma;
    at = behind;
  }
  if (slab.length - at < Buffer.byteLength(after)) {
    return Buffer.concat([Buffer.from(before), slab.subarray(start, at), Buffer.from(after)]);
  }
  slab.write(before, 0);
  at += slab.write(after, at);
  return slab.subarray(0, at);
}
