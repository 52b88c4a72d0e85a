/**
 * JSON merge patch (RFC 7386): objects are merged, null removes, anything else replaces. As upstream's library
 * (evanphx/json-patch v4) does, and unlike the RFC, nulls are also removed from the objects in a list, unless the list
 * takes the place of an object.
 */
import { cloneJson } from '../clone-json.ts';
import { setField } from '../codec/json-parser.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { checkPatchDepth, fieldOf, isObject } from './json-tree.ts';

/** The patched document; it shares nothing with either input. Throws PatchError `malformed` when nested too deep. */
export function mergePatch(document: JsonValue, patch: JsonValue): JsonValue {
  checkPatchDepth(patch);
  return isObject(patch) ? merged(isObject(document) ? document : {}, patch) : cloneJson(patch);
}

/** Only what stays of the document is copied: a patch is often the whole object anew. */
function merged(document: JsonObject, patch: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const key of Object.keys(document)) {
    const current = document[key];
    if (current === undefined) continue;
    const given = fieldOf(patch, key);
    if (given === undefined) setField(result, key, cloneJson(current));
    else if (given !== null) setField(result, key, replaced(current, given));
  }
  for (const key of Object.keys(patch)) {
    const given = patch[key];
    if (given === undefined || given === null || fieldOf(document, key) !== undefined) continue;
    setField(result, key, replaced(undefined, given));
  }
  return result;
}

function replaced(current: JsonValue | undefined, given: JsonValue): JsonValue {
  if (isObject(given)) return merged(isObject(current) ? current : {}, given);
  const taken = cloneJson(given);
  return isObject(current) ? taken : withoutNulls(taken);
}

/** Fields that are null, however deep, are gone; elements of a list that are null stay. */
function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  for (const key of Object.keys(value)) {
    const field = value[key]!;
    if (field === null) delete value[key];
    else setField(value, key, withoutNulls(field));
  }
  return value;
}
