/**
 * JSON merge patch (RFC 7386): objects are merged, null removes, anything else replaces. Upstream also removes
 * nulls inside objects of lists; the RFC, and so this file, leaves lists as the patch has them.
 */
import { setField } from '../codec/json-parser.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { checkPatchDepth, cloneJson, fieldOf, isObject } from './json-tree.ts';

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
      setField(target, key, cloneJson(value));
    }
  }
  return target;
}
