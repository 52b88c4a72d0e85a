/** DELETE of one object: a success Status when it is gone, the object when finalizers still hold it. */
import { stringifyJson } from '../../apimachinery/codec/json.ts';
import { deleteObject } from '../../registry/delete.ts';
import { readDeleteOptions } from './delete-options.ts';
import { encode, renderingOf, renderObject } from './rendering.ts';
import type { VerbRequest } from './verb.ts';

export async function remove(request: VerbRequest): Promise<void> {
  const { engine, exchange, info, target } = request;
  const rendering = renderingOf(exchange, info, target.served, 'get', engine.clock.now());
  const { preconditions, write, isAcceptance } = await readDeleteOptions(request);
  const result = await deleteObject(engine, target, preconditions, write);
  const { mediaType, transform } = rendering.negotiated;
  if (result.kind === 'held') {
    exchange.send(isAcceptance ? 202 : 200, mediaType, renderObject(rendering, result.object));
  }
  // A Status has no table and no metadata of an object: it is written as it is.
  else if (transform === 'none') exchange.send(200, mediaType, encode(rendering, result.status));
  else exchange.send(200, 'application/json', stringifyJson(result.status));
}
