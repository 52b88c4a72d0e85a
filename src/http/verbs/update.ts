/** PUT of an object or of its subresource. */
import { spokenForm } from '../../registry/subresource-form.ts';
import { update as updateObject } from '../../registry/update.ts';
import { readObject } from './body.ts';
import { fieldValidationOf } from './field-validation.ts';
import { renderingOf } from './rendering.ts';
import type { VerbRequest } from './verb.ts';
import { writeOptions } from './write-options.ts';
import { sendWritten } from './written.ts';

export async function update(request: VerbRequest): Promise<void> {
  const { engine, exchange, info, target, subresource } = request;
  const form = spokenForm(target.served, subresource);
  const rendering = renderingOf(request, form.served, 'get');
  const options = writeOptions(request, 'UpdateOptions');
  const decode = await readObject(
    exchange,
    engine.definitions.builtIn,
    form.served,
    fieldValidationOf(info.query, options),
  );
  const change = { change: decode, isReplace: true, ...(subresource === undefined ? {} : { subresource }) };
  await sendWritten(exchange, rendering, await updateObject(engine, target, change, options), form);
}
