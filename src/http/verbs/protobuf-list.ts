/**
 * LIST as protobuf. A list is one message that says its length first and has its metadata before its items, and both
 * are known only once the last item is read. So the items are read and encoded step by step, like those of a JSON
 * list, but what they come to is held until then: the answer, once, and nothing of the objects. A client bounds it
 * by paging.
 */
import { setImmediate } from 'node:timers/promises';
import { encodeListEnds, encodeListItems } from '../../apimachinery/codec/protobuf-documents.ts';
import { must } from '../../lib/assert.ts';
import { objectOf } from '../../registry/engine.ts';
import type { Listing } from '../../registry/list.ts';
import type { StoredEntry } from '../../storage/store.ts';
import { sendBody, startBody } from '../compression.ts';
import type { Exchange } from '../exchange.ts';
import { listType } from './list-body.ts';
import { itemSchema, type Rendering } from './rendering.ts';

export async function sendProtobufList(
  exchange: Exchange,
  rendering: Rendering,
  listing: Listing,
): Promise<void> {
  const parts: Buffer[] = [encodeStep(rendering, listing.next() ?? [])];
  for (let step = listing.next(); step !== undefined; step = listing.next()) {
    parts.push(encodeStep(rendering, step));
    await setImmediate();
    if (exchange.signal.aborted) return;
  }
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const { head, tail } = encodeListEnds(listType(rendering), listing.listMeta, bytes);
  const { mediaType } = rendering.negotiated;
  if (parts.length === 1) {
    await sendBody(exchange, 200, mediaType, Buffer.concat([head, ...parts, tail]));
    return;
  }
  const out = startBody(exchange, mediaType, bytes);
  out.write(head);
  for (const part of parts) if (!out.write(part)) await out.drained();
  out.write(tail);
  out.end();
}

function encodeStep(rendering: Rendering, entries: readonly StoredEntry[]): Buffer {
  return encodeListItems(entries.length, itemSchema(rendering), (index) =>
    objectOf(rendering.served, must(entries[index], 'entry')),
  );
}
