/** DELETE of one object: what its kind answers when it is gone, the object when finalizers still hold it. */
import { deleteObject } from '../../registry/delete.ts';
import { readDeleteOptions } from './delete-options.ts';
import { encode, renderingOf, renderObject } from './rendering.ts';
import type { VerbRequest } from './verb.ts';

export async function remove(request: VerbRequest): Promise<void> {
  const { engine, exchange, target } = request;
  const rendering = renderingOf(request, target.served, 'get');
  const { deletion, write, isAcceptance } = await readDeleteOptions(request);
  const result = await deleteObject(engine, target, deletion, write);
  const { mediaType } = rendering.negotiated;
  const isHeld = result.kind === 'held';
  if (isHeld || result.answer === result.object) {
    exchange.send(isHeld && isAcceptance ? 202 : 200, mediaType, renderObject(rendering, result.object));
  }
  // A Status has no table and no metadata of an object: it is written as it is.
  else exchange.send(200, mediaType, encode(rendering, result.answer));
}
