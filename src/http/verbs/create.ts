/** POST on a collection. */
import { create as createObject } from '../../registry/create.ts';
import { readObject } from './body.ts';
import { fieldValidationOf } from './field-validation.ts';
import { renderingOf } from './rendering.ts';
import type { VerbRequest } from './verb.ts';
import { writeOptions } from './write-options.ts';
import { sendWritten } from './written.ts';

export async function create(request: VerbRequest): Promise<void> {
  const { engine, exchange, info, target } = request;
  const rendering = renderingOf(request, target.served, 'get');
  const options = writeOptions(request, 'CreateOptions');
  const decode = await readObject(
    exchange,
    engine.definitions.builtIn,
    target.served,
    fieldValidationOf(info.query, options),
  );
  await sendWritten(exchange, rendering, await createObject(engine, target, decode, options));
}
