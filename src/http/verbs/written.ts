/**
 * The answer to a write: the object as it now is, from the stored bytes where they are the answer; in the form of its
 * endpoint where that speaks of the object as something else.
 */
import type { WriteResult } from '../../registry/engine.ts';
import type { SpokenForm } from '../../registry/subresource-form.ts';
import { servedJson } from '../../storage/record.ts';
import { sendBody } from '../compression.ts';
import type { Exchange } from '../exchange.ts';
import { isStoredAnswer, type Rendering, renderObject } from './rendering.ts';

export function sendWritten(
  exchange: Exchange,
  rendering: Rendering,
  result: WriteResult,
  form?: SpokenForm,
): void | Promise<void> {
  const { stored, object, outcome } = result;
  const isOther = form !== undefined && form.served.definition.kind !== object.kind;
  const body =
    stored !== undefined && !isOther && isStoredAnswer(rendering, stored)
      ? servedJson(stored.record, stored.revision)
      : renderObject(rendering, form === undefined ? object : form.show(object));
  return sendBody(exchange, outcome === 'created' ? 201 : 200, rendering.negotiated.mediaType, body);
}
