/**
 * JSON merge patch (RFC 7386): objects are merged, null removes, anything else replaces. As upstream's library
 * (evanphx/json-patch v4) does, and unlike the RFC, nulls are also removed from the objects in a list, unless the list
 * takes the place of an object.
 */
import { cloneJson } from '../clone-json.ts';
import { setField } from '../codec/json-parser.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { checkPatchDepth, fieldOf, isContainer, isObject } from './json-tree.ts';

/** The patched document; it shares nothing with either input. Throws PatchError `malformed` when nested too deep. */
export function mergePatch(document: JsonValue, patch: JsonValue): JsonValue {
  checkPatchDepth(patch);
  return isObject(patch) ? merged(isObject(document) ? document : {}, patch, false) : cloneJson(patch);
}

/**
 * The same, but objects and lists that the patch leaves as they are, are those of the document: whoever compares the
 * two sees at once what is the same, and must change neither in place.
 */
export function mergePatchSharing(document: JsonObject, patch: JsonObject): JsonObject {
  checkPatchDepth(patch);
  return merged(document, patch, true);
}

/** Only what stays of the document is copied: a patch is often the whole object anew. */
function merged(document: JsonObject, patch: JsonObject, shares: boolean): JsonObject {
  const result: JsonObject = {};
  let isSame = shares;
  for (const key of Object.keys(document)) {
    const current = document[key];
    if (current === undefined) continue;
    const given = fieldOf(patch, key);
    let value: JsonValue | undefined = current;
    if (given === null) value = undefined;
    else if (given !== undefined) value = replaced(current, given, shares);
    else if (!shares) value = cloneJson(current);
    if (value !== current) isSame = false;
    if (value !== undefined) setField(result, key, value);
  }
  for (const key of Object.keys(patch)) {
    const given = patch[key];
    if (given === undefined || given === null || fieldOf(document, key) !== undefined) continue;
    setField(result, key, replaced(undefined, given, shares));
    isSame = false;
  }
  return isSame ? document : result;
}

function replaced(current: JsonValue | undefined, given: JsonValue, shares: boolean): JsonValue {
  if (isObject(given)) return merged(isObject(current) ? current : {}, given, shares);
  if (shares && current !== undefined && isAsItWas(current, given)) return current;
  const taken = cloneJson(given);
  return isObject(current) ? taken : withoutNulls(taken);
}

/** Whether the patch gives what there is. A null in it is a matter of its own, however deep. */
function isAsItWas(current: JsonValue, given: JsonValue): boolean {
  if (!isContainer(given)) return given === current && given !== null;
  if (!isContainer(current) || Array.isArray(current) !== Array.isArray(given)) return false;
  const names = Object.keys(given);
  if (names.length !== Object.keys(current).length) return false;
  return names.every((name) => {
    const before = fieldOf(current as JsonObject, name);
    return before !== undefined && isAsItWas(before, (given as JsonObject)[name]!);
  });
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
