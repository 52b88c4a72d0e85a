/** GET of one object or of its subresource, which shows the whole object as well. */
import { get as getObject } from '../../registry/get.ts';
import { sendBody } from '../compression.ts';
import { renderingOf, renderStored } from './rendering.ts';
import type { VerbRequest } from './verb.ts';

export async function get({ engine, exchange, info, target }: VerbRequest): Promise<void> {
  const rendering = renderingOf(exchange, info, target.served, 'get', engine.clock.now());
  const stored = await getObject(engine, target, info.query.get('resourceVersion') ?? '');
  await sendBody(exchange, 200, rendering.negotiated.mediaType, renderStored(rendering, stored));
}
