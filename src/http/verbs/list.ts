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
import { type ListBody, listBody } from './list-body.ts';
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
  const first = listing.next(rendering.isRaw ? slabFor(exchange) : undefined) ?? [];
  const second = listing.next();
  if (second === undefined) {
    const whole = await body.items(first, body.head, body.tail(listing.listMeta));
    await sendBody(exchange, 200, rendering.negotiated.mediaType, finish(rendering, whole));
    return;
  }
  if (rendering.negotiated.format === 'yaml' || rendering.pretty) {
    await sendWhole(exchange, rendering, body, listing, [first, second]);
  } else await stream(exchange, rendering, body, listing, [first, second]);
}

/** Of the process, as memory is. */
const slabs = new SlabPool(limits.listSlabBytes, limits.listSlabs);

/** Memory for a list until it is sent; undefined when there is none left. */
function slabFor(exchange: Exchange): Buffer | undefined {
  const slab = slabs.lend();
  if (slab !== undefined) exchange.whenOver((wasSent) => slabs.takeBack(wasSent ? slab : undefined));
  return slab;
}

function assemble(body: ListBody, items: readonly (Buffer | string)[], tail: string): Buffer {
  const parts: Buffer[] = [Buffer.from(body.head)];
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
  steps: readonly (readonly StoredEntry[])[],
): Promise<void> {
  const items = await Promise.all(steps.map((step) => body.items(step)));
  for (let step = listing.next(); step !== undefined; step = listing.next()) {
    items.push(await body.items(step));
    await setImmediate();
  }
  const whole = assemble(body, items, body.tail(listing.listMeta));
  await sendBody(exchange, 200, rendering.negotiated.mediaType, finish(rendering, whole));
}

async function stream(
  exchange: Exchange,
  rendering: Rendering,
  body: ListBody,
  listing: Listing,
  steps: readonly (readonly StoredEntry[])[],
): Promise<void> {
  const begun = await Promise.all(steps.filter((step) => step.length > 0).map((step) => body.items(step)));
  const firstBytes = begun.reduce((bytes, items) => bytes + items.length, 0);
  const out = startBody(exchange, rendering.negotiated.mediaType, firstBytes);
  out.write(body.head);
  let hasItems = false;
  const write = async (items: Buffer | string): Promise<void> => {
    if (hasItems) out.write(',');
    hasItems = true;
    if (!out.write(items)) await out.drained();
  };
  for (const items of begun) await write(items);
  for (let step = listing.next(); step !== undefined; step = listing.next()) {
    if (step.length > 0) await write(await body.items(step));
    if (exchange.isGone) return;
    await setImmediate();
  }
  out.write(body.tail(listing.listMeta));
  out.end();
}
