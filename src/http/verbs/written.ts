/**
 * The answer to a write: the object as it now is, from the stored bytes where they are the answer; in the form of its
 * endpoint where that speaks of the object as something else.
 */
import type { WriteResult } from '../../registry/engine.ts';
import type { SpokenForm } from '../../registry/subresource-form.ts';
import { sendBody } from '../compression.ts';
import type { Exchange } from '../exchange.ts';
import { type Rendering, renderObject, renderStored } from './rendering.ts';

export function sendWritten(
  exchange: Exchange,
  rendering: Rendering,
  result: WriteResult,
  form?: SpokenForm,
): void | Promise<void> {
  const isOther = form !== undefined && form.served.definition.kind !== result.object.kind;
  const body =
    result.stored === undefined || isOther
      ? renderObject(rendering, form === undefined ? result.object : form.show(result.object))
      : renderStored(rendering, result.stored);
  return sendBody(exchange, result.outcome === 'created' ? 201 : 200, rendering.negotiated.mediaType, body);
}
