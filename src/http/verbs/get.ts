/** GET of one object or of its subresource, which shows the whole object as well unless it has a form of its own. */
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import type { SubresourceForm } from '../../apimachinery/resource-definition.ts';
import { planeOf } from '../../registry/engine.ts';
import { get as getObject } from '../../registry/get.ts';
import { objectOf } from '../../registry/stored-objects.ts';
import { spokenForm } from '../../registry/subresource-form.ts';
import { sendBody } from '../compression.ts';
import { renderingOf, renderObject, renderStored } from './rendering.ts';
import type { VerbRequest } from './verb.ts';

export async function get(request: VerbRequest): Promise<void> {
  const { engine, exchange, info, target, subresource } = request;
  const served = subresource === undefined ? target.served : spokenForm(target.served, subresource).served;
  const rendering = renderingOf(request, served, 'get');
  const stored = await getObject(engine, target, info.query.get('resourceVersion') ?? '');
  const body =
    subresource?.form === undefined
      ? renderStored(rendering, stored)
      : renderObject(
          rendering,
          shown(subresource.form, await objectOf(planeOf(engine, target), target.served, stored)),
        );
  const sending = sendBody(
    exchange,
    200,
    rendering.negotiated.mediaType,
    body instanceof Promise ? await body : body,
  );
  if (sending !== undefined) await sending;
}

function shown(form: SubresourceForm, object: KubeObject): KubeObject {
  form.checkReadable?.(object);
  return form.show(object);
}
