/** The answer to a write: the object as it now is, from the stored bytes where they are the answer. */
import type { WriteResult } from '../../registry/engine.ts';
import { sendBody } from '../compression.ts';
import type { Exchange } from '../exchange.ts';
import { type Rendering, renderObject, renderStored } from './rendering.ts';

export function sendWritten(
  exchange: Exchange,
  rendering: Rendering,
  result: WriteResult,
): void | Promise<void> {
  const body =
    result.stored === undefined
      ? renderObject(rendering, result.object)
      : renderStored(rendering, result.stored);
  return sendBody(exchange, result.outcome === 'created' ? 201 : 200, rendering.negotiated.mediaType, body);
}
