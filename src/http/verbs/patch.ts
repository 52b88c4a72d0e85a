/** PATCH: JSON patch, merge patch and strategic merge patch, computed again on every race. */

import { forbidden } from '../../apimachinery/field-error.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonObject, JsonValue, KubeObject } from '../../apimachinery/object-meta.ts';
import { jsonPatch } from '../../apimachinery/patch/json-patch.ts';
import { mergePatch } from '../../apimachinery/patch/merge-patch.ts';
import { PatchError } from '../../apimachinery/patch/patch-error.ts';
import { strategicMergePatch } from '../../apimachinery/patch/strategic-merge-patch.ts';
import {
  badRequest,
  invalid,
  StatusError,
  tooLarge,
  unprocessable,
  unsupportedMediaType,
} from '../../apimachinery/status.ts';
import type { Target } from '../../registry/engine.ts';
import { update as updateObject } from '../../registry/update.ts';
import { finish, parseText } from './body.ts';
import { renderingOf } from './rendering.ts';
import type { VerbRequest } from './verb.ts';
import { writeOptions } from './write-options.ts';
import { sendWritten } from './written.ts';

type ApplyPatch = (current: JsonValue, patch: JsonValue, target: Target) => JsonValue;

const patchTypes: Readonly<Record<string, ApplyPatch>> = {
  'application/json-patch+json': (current, patch) => jsonPatch(current, patch),
  'application/merge-patch+json': (current, patch) => {
    // RFC 7386 would replace the whole object by what is no object; upstream calls it no patch.
    if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
      throw badRequest('error decoding patch: a merge patch of an object is an object');
    }
    return mergePatch(current, patch);
  },
  'application/strategic-merge-patch+json': (current, patch, target) =>
    strategicMergePatch(current, patch, target.served.version.schema),
};

export async function patch(request: VerbRequest): Promise<void> {
  const { engine, exchange, info, target, subresource } = request;
  const rendering = renderingOf(exchange, info, target.served, 'get', engine.clock.now());
  const apply = patchType(target, exchange.header('content-type'));
  const options = writeOptions(request, 'PatchOptions');
  if (info.query.has('force')) {
    throw invalid({ group: 'meta.k8s.io', version: 'v1', kind: 'PatchOptions' }, '', [
      forbidden('force', 'may not be specified for non-apply patch'),
    ]);
  }
  const body = await exchange.readBody(limits.requestBodyBytes);
  const document = parseText('json', body, 'the patch');
  const change = (current: () => KubeObject): KubeObject => patched(target, apply, current(), document);
  const result = await updateObject(
    engine,
    target,
    { change, isReplace: false, ...(subresource === undefined ? {} : { subresource }) },
    options,
  );
  sendWritten(exchange, rendering, result);
}

function patchType(target: Target, contentType: string | undefined): ApplyPatch {
  const offered = Object.keys(patchTypes).filter(
    (type) => target.served.definition.strategicMergePatch || !type.includes('strategic'),
  );
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
  const apply = offered.includes(type) ? patchTypes[type] : undefined;
  if (apply === undefined) throw unsupportedMediaType(offered);
  return apply;
}

function patched(target: Target, apply: ApplyPatch, current: KubeObject, document: JsonValue): KubeObject {
  let result: JsonValue;
  try {
    result = apply(current as unknown as JsonObject, document, target);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (error.kind === 'too-large') throw tooLarge(error.message);
    throw error.kind === 'unprocessable' ? unprocessable() : badRequest(error.message, error);
  }
  if (typeof result !== 'object' || result === null || Array.isArray(result)) throw unprocessable();
  try {
    return finish(target.served, structuredClone(result));
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== 400) throw error;
    throw resultRefused(error);
  }
}

/**
 * The patch could be applied, but what came out is no object of the kind. Upstream shows the whole result as the
 * value; it is left out here, because who may patch need not be allowed to read.
 */
function resultRefused(error: StatusError): StatusError {
  const refusal = {
    reason: 'FieldValueInvalid',
    field: 'patch',
    message: `Invalid value: ${error.message}`,
  } as const;
  return invalid({ group: '', version: '', kind: '' }, '', [refusal]);
}
