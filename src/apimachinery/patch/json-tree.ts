/**
 * What the patch kinds share about JSON values: telling objects, measuring. A document may become deeper than the stack
 * allows before it is known to be too deep, so nothing here goes deeper than its bound, or else it is iterative. A patch
 * itself is checked before anything recurses along it.
 */
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { PatchError } from './patch-error.ts';

export type JsonContainer = JsonValue[] | JsonObject;
export const isContainer = (value: JsonValue | undefined): value is JsonContainer =>
  typeof value === 'object' && value !== null;
export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  isContainer(value) && !Array.isArray(value);

/** An own field; never one of the prototype's. */
export const fieldOf = (object: JsonObject, key: string): JsonValue | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** Whether containers are nested more than `depthMax` deep, which is as deep as this looks. */
export function isDeeperThan(root: JsonValue, depthMax: number): boolean {
  if (!isContainer(root)) return false;
  if (depthMax === 0) return true;
  if (Array.isArray(root)) return root.some((item) => isContainer(item) && isDeeperThan(item, depthMax - 1));
  for (const name in root) {
    const field = root[name];
    if (isContainer(field) && isDeeperThan(field, depthMax - 1)) return true;
  }
  return false;
}

/** About the bytes the value is written in; stops counting past `bytesMax`. Iterative, whatever the depth. */
export function jsonBytes(root: JsonValue, bytesMax: number): number {
  let bytes = 0;
  const work: JsonValue[] = [root];
  for (let value = work.pop(); value !== undefined && bytes <= bytesMax; value = work.pop()) {
    bytes += (typeof value === 'string' ? Buffer.byteLength(value) : isContainer(value) ? 0 : 4) + 3;
    if (Array.isArray(value)) for (const item of value) work.push(item);
    else if (isContainer(value)) {
      for (const name of Object.keys(value)) {
        const field = value[name];
        if (field === undefined) continue;
        bytes += name.length;
        work.push(field);
      }
    }
  }
  return bytes;
}

/** Every patch passes here first. */
export function checkPatchDepth(patch: JsonValue): void {
  if (isDeeperThan(patch, limits.jsonDepth)) {
    throw new PatchError('malformed', `a patch may not be nested more than ${limits.jsonDepth} deep`);
  }
}
