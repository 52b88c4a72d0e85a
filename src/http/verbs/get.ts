/** GET of one object or of its subresource, which shows the whole object as well unless it has a form of its own. */
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import type { SubresourceForm } from '../../apimachinery/resource-definition.ts';
import { objectOf } from '../../registry/engine.ts';
import { get as getObject } from '../../registry/get.ts';
import { spokenForm } from '../../registry/subresource-form.ts';
import { sendBody } from '../compression.ts';
import { renderingOf, renderObject, renderStored } from './rendering.ts';
import type { VerbRequest } from './verb.ts';

export async function get({ engine, exchange, info, target, subresource }: VerbRequest): Promise<void> {
  const served = subresource === undefined ? target.served : spokenForm(target.served, subresource).served;
  const rendering = renderingOf(exchange, info, served, 'get', engine.clock.now());
  const stored = await getObject(engine, target, info.query.get('resourceVersion') ?? '');
  const body =
    subresource?.form === undefined
      ? renderStored(rendering, stored)
      : renderObject(rendering, shown(subresource.form, objectOf(target.served, stored)));
  const sending = sendBody(exchange, 200, rendering.negotiated.mediaType, body);
  if (sending !== undefined) await sending;
}

function shown(form: SubresourceForm, object: KubeObject): KubeObject {
  form.checkReadable?.(object);
  return form.show(object);
}
