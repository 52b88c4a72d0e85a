/**
 * The kinds of patch, each with how its body is read, how it is applied, and how upstream words what is wrong with
 * either. Only the document: what becomes of the result is patched.ts.
 */
import { goValue } from '../../apimachinery/apply/go-text.ts';
import { parseJson, stringifyJson } from '../../apimachinery/codec/json.ts';
import { JsonSyntaxError } from '../../apimachinery/codec/json-parser.ts';
import { jsonTypeOf } from '../../apimachinery/json-type.ts';
import type { JsonObject, JsonValue } from '../../apimachinery/object-meta.ts';
import { jsonPatch } from '../../apimachinery/patch/json-patch.ts';
import { mergePatch, mergePatchSharing } from '../../apimachinery/patch/merge-patch.ts';
import { strategicMergePatch } from '../../apimachinery/patch/strategic-merge-patch.ts';
import type { DecodeError } from '../../apimachinery/schema/decode.ts';
import type { ObjectSchema } from '../../apimachinery/schema/schema.ts';
import {
  jsonPatchDocument,
  strictErrorsOfValue,
  untypedDocument,
} from '../../apimachinery/schema/strict-errors.ts';
import { badRequest } from '../../apimachinery/status.ts';
import { findingsInJson } from './field-validation.ts';

export interface PatchDocument {
  readonly value: JsonValue;
  /** What strict reading finds in the patch itself; none when that is not asked for. */
  readonly findings: readonly string[];
}

export interface PatchForm {
  /** Throws 400. `isStrict`: unknown and repeated fields are looked for. */
  read(text: string, isStrict: boolean): PatchDocument;
  /** Throws PatchError. What comes out shares nothing with what went in. */
  apply(current: JsonValue, patch: JsonValue, schema: ObjectSchema): JsonValue;
  /** The same, where whoever takes the result changes nothing in place that the patch leaves as it is in `current`. */
  applySharing?(current: JsonObject, patch: JsonValue): JsonValue;
  /** The patch neither reads nor changes this member of the metadata: it is the same whether it is there or not. */
  passesBy(patch: JsonValue, member: string): boolean;
  /** The result is a typed object at once, and not a text that may be anything. */
  readonly isTyped: boolean;
  /** Unknown fields of the result, which are known to be there. */
  unknownFields(result: JsonValue, schema: ObjectSchema): string[];
  /** Why the result is no object of the kind. */
  mismatch(error: DecodeError): string;
  /** What is shown as the value that is refused. */
  refused(result: JsonValue, patch: JsonValue): string;
}

/** JSON text and merge patches are applied to the written form of an object. */
const written = {
  isTyped: false,
  unknownFields: strictErrorsOfValue,
  mismatch: (error: DecodeError): string => error.message,
  // Go writes the fields of what it has patched by name.
  refused: (result: JsonValue): string =>
    stringifyJson(isObject(result) ? Object.fromEntries(Object.entries(result).sort(byKey)) : result),
};

export const patchForms: Readonly<Record<string, PatchForm>> = {
  'application/json-patch+json': {
    ...written,
    read: readJsonPatch,
    apply: (current, patch) => jsonPatch(current, patch),
    // One may name the whole object, to compare or to copy it.
    passesBy: () => false,
  },
  'application/merge-patch+json': {
    ...written,
    read: readMergePatch,
    apply: (current, patch) => mergePatch(current, patch),
    applySharing: (current, patch) =>
      isObject(patch) ? mergePatchSharing(current, patch) : mergePatch(current, patch),
    passesBy: (patch, member) =>
      isObject(patch) && (patch.metadata === undefined || hasNot(patch.metadata, member)),
  },
  'application/strategic-merge-patch+json': {
    isTyped: true,
    read: readStrategicMergePatch,
    apply: (current, patch, schema) => strategicMergePatch(current, patch, schema),
    // Upstream takes the fields of a map as they come, and then sorts what it has to say of them.
    unknownFields: (result, schema) => strictErrorsOfValue(result, schema).sort(),
    mismatch: (error) => error.conversionMessage,
    refused: (_, patch) => goValue(patch),
    // Its directives may speak of what they do not name.
    passesBy: () => false,
  },
};

function readJsonPatch(text: string, isStrict: boolean): PatchDocument {
  const prefix = isStrict ? 'error decoding patch: ' : '';
  const value = parse(text, prefix) ?? [];
  const refuse = (given: JsonValue, into: string): never => {
    throw badRequest(`${prefix}json: cannot unmarshal ${jsonTypeOf(given)} into Go ${into}`);
  };
  const type = isStrict ? 'handlers.jsonPatchOp' : 'jsonpatch.Operation';
  if (!Array.isArray(value)) {
    return refuse(value, `value of type ${isStrict ? '[]handlers.jsonPatchOp' : 'jsonpatch.Patch'}`);
  }
  for (const operation of value) {
    if (operation === null) continue;
    if (!isObject(operation)) return refuse(operation, `value of type ${type}`);
    for (const field of isStrict ? ['op', 'path', 'from'] : []) {
      const given = operation[field] ?? null;
      if (given !== null && typeof given !== 'string') {
        return refuse(given, `struct field jsonPatchOp.${field} of type string`);
      }
    }
  }
  const hasUnknown = value.some((operation) =>
    Object.keys(operation ?? {}).some((key) => !operationFields.includes(key)),
  );
  const findings = isStrict ? findingsInJson(text, value, jsonPatchDocument, hasUnknown) : [];
  return { value, findings: findings.map((finding) => `json patch ${finding}`) };
}
const operationFields = ['op', 'path', 'from', 'value'];

function readMergePatch(text: string, isStrict: boolean): PatchDocument {
  const prefix = isStrict ? 'error decoding patch: ' : '';
  let value: JsonValue;
  try {
    value = parse(text, prefix);
  } catch (error) {
    throw isStrict ? error : badRequest('Invalid JSON Patch', error);
  }
  if (isStrict) checkMap(value, prefix);
  // A list would replace the whole object, and then be refused as what it is no object of.
  if (value === null || typeof value !== 'object') throw badRequest('Invalid JSON Patch');
  return { value, findings: isStrict ? findingsInJson(text, value, untypedDocument, false) : [] };
}

function readStrategicMergePatch(text: string, isStrict: boolean): PatchDocument {
  const value = parse(text, '') ?? {};
  checkMap(value, '');
  return { value, findings: isStrict ? findingsInJson(text, value, untypedDocument, false) : [] };
}

function checkMap(value: JsonValue, prefix: string): void {
  if (value === null || isObject(value)) return;
  throw badRequest(
    `${prefix}json: cannot unmarshal ${jsonTypeOf(value)} into Go value of type map[string]interface {}`,
  );
}

function parse(text: string, prefix: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw badRequest(`${prefix}${error.message}`, error);
    throw error;
  }
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

const hasNot = (value: JsonValue, member: string): boolean =>
  isObject(value) && !Object.hasOwn(value, member);

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
