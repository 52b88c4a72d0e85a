/**
 * PATCH: JSON patch, merge patch and strategic merge patch, computed again on every race. What upstream refuses, and
 * in which words and with which status, follows apiserver/pkg/endpoints/handlers/patch.go.
 */

import { forbidden } from '../../apimachinery/field-error.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { unroutedMediaType, unsupportedMediaType } from '../../apimachinery/status.ts';
import type { Target } from '../../registry/engine.ts';
import { spokenForm } from '../../registry/subresource-form.ts';
import { update as updateObject } from '../../registry/update.ts';
import { apply } from './apply.ts';
import { fieldValidationOf } from './field-validation.ts';
import { type PatchForm, patchForms } from './patch-forms.ts';
import { patcher } from './patched.ts';
import { renderingOf } from './rendering.ts';
import type { VerbRequest } from './verb.ts';
import { writeOptions } from './write-options.ts';
import { sendWritten } from './written.ts';

export async function patch(request: VerbRequest): Promise<void> {
  const { engine, exchange, info, target, subresource } = request;
  const form = patchForm(target, exchange.header('content-type'));
  if (form === 'apply') return await apply(request);
  const spoken = spokenForm(target.served, subresource);
  const rendering = renderingOf(request, spoken.served, 'get');
  const body = await exchange.readBody(limits.requestBodyBytes);
  const options = writeOptions(
    request,
    'PatchOptions',
    info.query.has('force') ? [forbidden('force', 'may not be specified for non-apply patch')] : [],
  );
  const patched = patcher(
    engine.definitions.builtIn,
    spoken.served,
    form,
    body.toString('utf8'),
    fieldValidationOf(info.query, options),
  );
  const change = (current: () => KubeObject): KubeObject => patched(spoken.show(current()));
  const result = await updateObject(
    engine,
    target,
    { change, isReplace: false, ...(subresource === undefined ? {} : { subresource }) },
    options,
  );
  await sendWritten(exchange, rendering, result, spoken);
}

const applyType = 'application/apply-patch+yaml';
const allTypes = [...Object.keys(patchForms), applyType];
const typesOfCustom = allTypes.filter((type) => !type.includes('strategic'));

function patchForm(target: Target, contentType: string | undefined): PatchForm | 'apply' {
  const offered = target.served.definition.strategicMergePatch ? allTypes : typesOfCustom;
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
  const form = type === applyType ? 'apply' : offered.includes(type) ? patchForms[type] : undefined;
  if (form !== undefined) return form;
  // Built-in kinds stand behind a router that has its say first; only those have strategic merge patches.
  throw target.served.definition.strategicMergePatch ? unroutedMediaType() : unsupportedMediaType(offered);
}
