/**
 * LIST on the wire. What fits one step is answered in one piece; a longer list is streamed, a step at a time,
 * with room for other requests between the steps and never more than a step in memory.
 */
import { setImmediate } from 'node:timers/promises';
import { indentJson } from '../../apimachinery/codec/indent-json.ts';
import { parseJson } from '../../apimachinery/codec/json.ts';
import { stringifyYaml } from '../../apimachinery/codec/yaml.ts';
import { limits } from '../../apimachinery/limits.ts';
import { SlabPool } from '../../lib/slab-pool.ts';
import { type Listing, list as openList } from '../../registry/list.ts';
import type { StoredEntry } from '../../storage/store.ts';
import { sendBody, startBody } from '../compression.ts';
import type { Exchange } from '../exchange.ts';
import { hasTypedItems, type ListBody, listBody } from './list-body.ts';
import { listOptions } from './list-options.ts';
import { sendProtobufList } from './protobuf-list.ts';
import { type Rendering, renderingOf } from './rendering.ts';
import type { VerbRequest } from './verb.ts';

export async function list(request: VerbRequest): Promise<void> {
  const { engine, exchange, info, target } = request;
  const rendering = renderingOf(request, target.served, 'list');
  const listing = await openList(engine, target, listOptions(target, info.query));
  if (rendering.negotiated.format === 'protobuf') {
    await sendProtobufList(exchange, rendering, listing);
    return;
  }
  const body = listBody(rendering);
  const { format, mediaType } = rendering.negotiated;
  const begun = rendering.isRaw ? begin(exchange, rendering, body, listing) : undefined;
  if (begun !== undefined) {
    if (listing.isOver) await sendBody(exchange, 200, mediaType, begun.closed(body.tail(listing.listMeta)));
    else await stream(exchange, mediaType, body, listing, begun.bytes, begun.hasItems);
    return;
  }
  const first = listing.next() ?? [];
  if (listing.isOver) {
    const whole = await body.items(first, body.head, body.tail(listing.listMeta));
    await sendBody(exchange, 200, mediaType, finish(rendering, whole));
    return;
  }
  if (format === 'yaml' || rendering.pretty) await sendWhole(exchange, rendering, body, listing, first);
  else {
    const items = await body.items(first);
    await stream(exchange, mediaType, body, listing, assemble(body.head, [items], ''), items.length > 0);
  }
}

/** Of the process, as memory is. */
const slabs = new SlabPool(limits.listSlabBytes, limits.listSlabs);

/** Memory for a list until it is sent; undefined when there is none left. */
function slabFor(exchange: Exchange): Buffer | undefined {
  const slab = slabs.lend();
  if (slab !== undefined) exchange.whenOver((wasSent) => slabs.takeBack(wasSent ? slab : undefined));
  return slab;
}

/** The beginning of a list, in memory that is lent to it. */
class Begun {
  readonly hasItems: boolean;
  readonly #slab: Buffer;
  readonly #end: number;

  constructor(slab: Buffer, { items, end }: { readonly items: number; readonly end: number }) {
    this.hasItems = items > 0;
    this.#slab = slab;
    this.#end = end;
  }

  get bytes(): Buffer {
    return this.#slab.subarray(0, this.#end);
  }

  /** The whole list. */
  closed(tail: string): Buffer {
    if (Buffer.byteLength(tail) > this.#slab.length - this.#end) {
      return Buffer.concat([this.bytes, Buffer.from(tail)]);
    }
    return this.#slab.subarray(0, this.#end + this.#slab.write(tail, this.#end));
  }
}

/** Undefined where no memory is left, or something is not served as it is stored. */
function begin(
  exchange: Exchange,
  { served }: Rendering,
  body: ListBody,
  listing: Listing,
): Begun | undefined {
  const slab = slabFor(exchange);
  if (slab === undefined) return undefined;
  const step = listing.nextItems(slab, slab.write(body.head), hasTypedItems(served));
  return step === undefined ? undefined : new Begun(slab, step);
}

function assemble(head: string, items: readonly (Buffer | string)[], tail: string): Buffer {
  const parts: Buffer[] = [Buffer.from(head)];
  let hasItems = false;
  for (const chunk of items) {
    if (chunk.length === 0) continue;
    if (hasItems) parts.push(separator);
    parts.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    hasItems = true;
  }
  parts.push(Buffer.from(tail));
  return Buffer.concat(parts);
}
const separator = Buffer.from(',');

/** Indented JSON and YAML are made from the whole compact document. */
function finish(rendering: Rendering, compact: Buffer | string): Buffer | string {
  if (rendering.negotiated.format === 'yaml') return stringifyYaml(parseJson(compact));
  return rendering.pretty ? indentJson(compact.toString().trimEnd()) : compact;
}

async function sendWhole(
  exchange: Exchange,
  rendering: Rendering,
  body: ListBody,
  listing: Listing,
  first: readonly StoredEntry[],
): Promise<void> {
  const items = [await body.items(first)];
  for (let step = listing.next(); step !== undefined; step = listing.next()) {
    items.push(await body.items(step));
    await setImmediate();
  }
  const whole = assemble(body.head, items, body.tail(listing.listMeta));
  await sendBody(exchange, 200, rendering.negotiated.mediaType, finish(rendering, whole));
}

/** Goes on behind `begun`, which has items or has none yet. */
async function stream(
  exchange: Exchange,
  mediaType: string,
  body: ListBody,
  listing: Listing,
  begun: Buffer,
  hasBegunItems: boolean,
): Promise<void> {
  const out = startBody(exchange, mediaType, begun.length);
  if (!out.write(begun)) await out.drained();
  let hasItems = hasBegunItems;
  for (let step = listing.next(); step !== undefined; step = listing.next()) {
    if (step.length > 0) {
      const items = await body.items(step);
      if (hasItems) out.write(',');
      hasItems = true;
      if (!out.write(items)) await out.drained();
    }
    if (exchange.isGone) return;
    await setImmediate();
  }
  out.write(body.tail(listing.listMeta));
  out.end();
}
