/**
 * LIST on the wire. What fits one step is answered in one piece; a longer list is streamed, a step at a time,
 * with room for other requests between the steps and never more than a step in memory.
 */
import { setImmediate } from 'node:timers/promises';
import { indentJson } from '../../apimachinery/codec/indent-json.ts';
import { parseJson } from '../../apimachinery/codec/json.ts';
import { stringifyYaml } from '../../apimachinery/codec/yaml.ts';
import { isInt64Text } from '../../apimachinery/int64-text.ts';
import { badRequest } from '../../apimachinery/status.ts';
import type { Target } from '../../registry/engine.ts';
import { type Listing, type ListOptions, list as openList } from '../../registry/list.ts';
import { parseSelection } from '../../registry/selection.ts';
import type { StoredEntry } from '../../storage/store.ts';
import type { Exchange } from '../exchange.ts';
import { type ListBody, listBody } from './list-body.ts';
import { type Rendering, renderingOf } from './rendering.ts';
import type { VerbRequest } from './verb.ts';

export async function list({ engine, exchange, info, target }: VerbRequest): Promise<void> {
  const rendering = renderingOf(exchange, info, target.served, 'list', engine.clock.now());
  const listing = await openList(engine, target, listOptions(target, info.query));
  const body = listBody(rendering);
  const first = listing.next() ?? [];
  const second = listing.next();
  if (second === undefined) {
    const whole = body.items(first, body.head, body.tail(listing.listMeta));
    exchange.send(200, rendering.negotiated.mediaType, finish(rendering, whole));
    return;
  }
  if (rendering.negotiated.format === 'yaml' || rendering.pretty) {
    await sendWhole(exchange, rendering, body, listing, [first, second]);
  } else await stream(exchange, rendering, body, listing, [first, second]);
}

export function listOptions(target: Target, query: URLSearchParams): ListOptions {
  const limit = query.get('limit');
  return {
    selection: parseSelection(
      target.served.definition,
      query.get('labelSelector') ?? '',
      query.get('fieldSelector') ?? '',
    ),
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    continueToken: query.get('continue') ?? '',
    asksInitialEvents: query.has('sendInitialEvents'),
    limit: limit === null || limit === '' ? 0 : parseLimit(limit),
  };
}

function parseLimit(text: string): number {
  if (!isInt64Text(text)) throw badRequest(`Invalid value: "${text}": limit must be an integer`);
  return Math.max(Number(text), 0);
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
  return rendering.pretty ? `${indentJson(compact.toString())}\n` : compact;
}

async function sendWhole(
  exchange: Exchange,
  rendering: Rendering,
  body: ListBody,
  listing: Listing,
  steps: readonly (readonly StoredEntry[])[],
): Promise<void> {
  const items = steps.map((step) => body.items(step));
  for (let step = listing.next(); step !== undefined; step = listing.next()) {
    items.push(body.items(step));
    await setImmediate();
  }
  const whole = assemble(body, items, body.tail(listing.listMeta));
  exchange.send(200, rendering.negotiated.mediaType, finish(rendering, whole));
}

async function stream(
  exchange: Exchange,
  rendering: Rendering,
  body: ListBody,
  listing: Listing,
  steps: readonly (readonly StoredEntry[])[],
): Promise<void> {
  exchange.start(200, rendering.negotiated.mediaType);
  exchange.write(body.head);
  let hasItems = false;
  const write = async (step: readonly StoredEntry[]): Promise<void> => {
    if (step.length === 0) return;
    if (hasItems) exchange.write(',');
    hasItems = true;
    if (!exchange.write(body.items(step))) await exchange.drained();
  };
  for (const step of steps) await write(step);
  for (let step = listing.next(); step !== undefined; step = listing.next()) {
    await write(step);
    if (exchange.signal.aborted) return;
    await setImmediate();
  }
  exchange.write(body.tail(listing.listMeta));
  exchange.end();
}
