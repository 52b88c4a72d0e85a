/** The items of a list, as bytes: the records of its entries as they are served. Parses nothing. */
import { servedItemLength, writeServedItem } from './record.ts';
import type { StoredEntry } from './store.ts';

export const itemSeparator = 0x2c;

/** What stands around the items, and whether they say themselves what they are (record.ts). */
export interface ItemsForm {
  readonly isTyped: boolean;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** The items with commas between them. */
export function servedItems(
  entries: readonly StoredEntry[],
  { isTyped, before = '', after = '' }: ItemsForm,
): Buffer {
  let length = Math.max(entries.length - 1, 0) + Buffer.byteLength(before) + Buffer.byteLength(after);
  for (const { record, revision } of entries) length += servedItemLength(record, revision, isTyped);
  const out = Buffer.allocUnsafe(length);
  let at = out.write(before, 0);
  const start = at;
  for (const { record, revision } of entries) {
    if (at > start) out[at++] = itemSeparator;
    at = writeServedItem(out, at, record, 0, record.length, revision, isTyped);
  }
  out.write(after, at);
  return out;
}
