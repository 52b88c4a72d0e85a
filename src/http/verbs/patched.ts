/** From an object and a patch to the object that is wanted. Every refusal has upstream's status. */

import { goQuote } from '../../apimachinery/apply/go-text.ts';
import { cloneMetadata } from '../../apimachinery/clone-json.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonObject, JsonValue, KubeObject } from '../../apimachinery/object-meta.ts';
import { PatchError } from '../../apimachinery/patch/patch-error.ts';
import { DecodeError } from '../../apimachinery/schema/decode.ts';
import {
  badRequest,
  bareError,
  invalid,
  type StatusError,
  tooLarge,
  unprocessable,
} from '../../apimachinery/status.ts';
import type { DefinitionTable, ServedResource } from '../../registry/definition-table.ts';
import { kindUnreadable, typed } from './body.ts';
import { type FieldValidation, judge, unknownFieldsFound } from './field-validation.ts';
import { OtherKind } from './other-kind.ts';
import type { PatchDocument, PatchForm } from './patch-forms.ts';

/**
 * Applies the patch in `text`. The body is read when the first object is there to be patched: whatever it is, what
 * does not exist is not found.
 */
export function patcher(
  definitions: DefinitionTable,
  served: ServedResource,
  form: PatchForm,
  text: string,
  validation: FieldValidation,
): (current: KubeObject) => KubeObject {
  const { schema } = served.version;
  const isStrict = validation.directive !== 'Ignore';
  const found = (paths: readonly string[], ofKind: () => string[]): string[] => {
    if (served.version.custom !== undefined) return unknownFieldsFound(paths);
    return paths.length === 0 ? [] : ofKind();
  };
  let document: PatchDocument | undefined;
  return (current) => {
    document ??= form.read(text, isStrict);
    const { value: patch, findings } = document;
    const apply = (): JsonValue => applied(() => form.apply(current as unknown as JsonObject, patch, schema));
    // Who owns what is most of many an object. Nothing changes those entries in place, so they need not be copied.
    const { managedFields } = current.metadata;
    const isPassedBy = managedFields !== undefined && form.passesBy(patch, 'managedFields');
    const result = isPassedBy ? applied(() => toTheRest(served, form, current, patch)) : apply();
    // What is typed is changed in place: what is said of the result is said of another.
    const refuse = (problem: string): StatusError => resultRefused(form.refused(apply(), patch), problem);
    const unreadable = form.isTyped ? undefined : kindUnreadable(result);
    if (unreadable !== undefined) throw refuse(unreadable);
    const unknown: string[] | undefined = isStrict ? [] : undefined;
    let object: KubeObject;
    try {
      object = typed(definitions, served, (result ?? {}) as JsonObject, unknown);
    } catch (error) {
      if (error instanceof OtherKind) throw refuse(error.message);
      if (error instanceof DecodeError) throw refuse(form.mismatch(error));
      throw error;
    }
    const ofResult = found(unknown ?? [], () => form.unknownFields(apply(), schema));
    judge(validation, [...findings, ...ofResult], refuse);
    if (isPassedBy) object.metadata.managedFields = managedFields;
    return object;
  };
}

/**
 * Applies the patch to all but managedFields. What it leaves of a custom resource is shared: reading has completed that,
 * so nothing changes it in place on its way back.
 */
function toTheRest(
  { version }: ServedResource,
  form: PatchForm,
  current: KubeObject,
  patch: JsonValue,
): JsonValue {
  const { managedFields: _, ...metadata } = current.metadata;
  const rest: KubeObject = { ...current, metadata };
  if (version.custom === undefined || form.applySharing === undefined) {
    return form.apply(rest as unknown as JsonObject, patch, version.schema);
  }
  return form.applySharing(cloneMetadata(rest) as unknown as JsonObject, patch);
}

function applied(apply: () => JsonValue): JsonValue {
  try {
    return apply();
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    switch (error.kind) {
      case 'malformed':
        throw badRequest(error.message, error);
      case 'unprocessable':
        throw unprocessable();
      case 'too-large':
        throw tooLarge(error.message);
      case 'failed':
        throw bareError(error.message);
    }
  }
}

/** The patch could be applied, but what came out is no object of the kind. It is shown as far as it is short. */
function resultRefused(shown: string, problem: string): StatusError {
  const value =
    shown.length <= limits.shownPatchLength ? shown : `${shown.slice(0, limits.shownPatchLength)}…`;
  const refusal = {
    reason: 'FieldValueInvalid',
    field: 'patch',
    message: `Invalid value: ${goQuote(value)}: ${problem}`,
  } as const;
  return invalid({ group: '', version: '', kind: '' }, '', [refusal]);
}
