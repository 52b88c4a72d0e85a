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
  return isObject(patch) ? mergeInto(isObject(document) ? cloneJson(document) : {}, patch) : cloneJson(patch);
}

function mergeInto(target: JsonObject, patch: JsonObject): JsonObject {
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === undefined) continue;
    if (value === null) {
      delete target[key];
    } else if (isObject(value)) {
      const current = fieldOf(target, key);
      setField(target, key, mergeInto(isObject(current) ? current : {}, value));
    } else {
      const taken = cloneJson(value);
      setField(target, key, isObject(fieldOf(target, key)) ? taken : withoutNulls(taken));
    }
  }
  return target;
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
