/**
 * LIST as protobuf. A list is one message that says its length first and has its metadata before its items, and both
 * are known only once the last item was read. So it is read step by step like a JSON list, and what its items come to
 * is held until then, up to a bound. What lies behind the bound is only measured, and read and encoded once more when
 * it goes out: the revision is the same, so the bytes are.
 */
import { setImmediate } from 'node:timers/promises';
import { encodeListEnds, encodeListItems } from '../../apimachinery/codec/protobuf-documents.ts';
import { limits } from '../../apimachinery/limits.ts';
import { must } from '../../lib/assert.ts';
import type { Listing } from '../../registry/list.ts';
import type { StoredEntry } from '../../storage/store.ts';
import { type BodyWriter, sendBody, startBody } from '../compression.ts';
import type { Exchange } from '../exchange.ts';
import { listType } from './list-body.ts';
import { itemSchema, type Rendering, readStored } from './rendering.ts';

export async function sendProtobufList(
  exchange: Exchange,
  rendering: Rendering,
  listing: Listing,
): Promise<void> {
  const held: Buffer[] = [await encodeStep(rendering, listing.next() ?? [])];
  let steps = 1;
  let bytes = held[0]!.length;
  for (let step = listing.next(); step !== undefined; step = listing.next()) {
    const items = await encodeStep(rendering, step);
    bytes += items.length;
    if (bytes <= limits.protobufListBytes) held.push(items);
    steps++;
    await setImmediate();
    if (exchange.isGone) return;
  }
  const { head, tail } = encodeListEnds(listType(rendering), listing.listMeta, bytes);
  const { mediaType } = rendering.negotiated;
  if (steps === 1) {
    await sendBody(exchange, 200, mediaType, Buffer.concat([head, held[0]!, tail]));
    return;
  }
  const out = startBody(exchange, mediaType, bytes);
  out.write(head);
  for (const items of held) if (!out.write(items)) await out.drained();
  if (held.length < steps) await sendRest(exchange, out, rendering, listing.again(), held.length);
  out.write(tail);
  out.end();
}

/** The steps that were measured and not held. */
async function sendRest(
  exchange: Exchange,
  out: BodyWriter,
  rendering: Rendering,
  listing: Listing,
  heldSteps: number,
): Promise<void> {
  let index = 0;
  for (let step = listing.next(); step !== undefined; step = listing.next()) {
    if (exchange.isGone) return;
    if (index++ >= heldSteps && !out.write(await encodeStep(rendering, step))) await out.drained();
    await setImmediate();
  }
}

async function encodeStep(rendering: Rendering, entries: readonly StoredEntry[]): Promise<Buffer> {
  const asked = readStored(rendering, entries);
  const objects = asked instanceof Promise ? await asked : asked;
  return encodeListItems(objects.length, itemSchema(rendering), (index) => must(objects[index], 'object'));
}
