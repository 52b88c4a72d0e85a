/**
 * What the patch kinds share about JSON values: telling objects, measuring. Measuring is iterative: a document may become
 * deeper than the stack allows before it is known to be too deep. A patch itself is checked before anything recurses
 * along it.
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

/** Calls `visit` with every value and how many containers it lies in, until it answers false. */
function walk(root: JsonValue, visit: (value: JsonValue, key: string, depth: number) => boolean): void {
  const work: { readonly value: JsonValue; readonly key: string; readonly depth: number }[] = [
    { value: root, key: '', depth: 0 },
  ];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const { value, key, depth } = next;
    if (!visit(value, key, depth)) return;
    if (Array.isArray(value)) {
      for (const item of value) work.push({ value: item, key: '', depth: depth + 1 });
    } else if (isContainer(value)) {
      for (const name of Object.keys(value)) {
        const field = value[name];
        if (field !== undefined) work.push({ value: field, key: name, depth: depth + 1 });
      }
    }
  }
}

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

/** About the bytes the value is written in; stops counting past `bytesMax`. */
export function jsonBytes(root: JsonValue, bytesMax: number): number {
  let bytes = 0;
  walk(root, (value, key) => {
    bytes +=
      key.length + (typeof value === 'string' ? Buffer.byteLength(value) : isContainer(value) ? 0 : 4) + 3;
    return bytes <= bytesMax;
  });
  return bytes;
}

/** Every patch passes here first. */
export function checkPatchDepth(patch: JsonValue): void {
  if (isDeeperThan(patch, limits.jsonDepth)) {
    throw new PatchError('malformed', `a patch may not be nested more than ${limits.jsonDepth} deep`);
  }
}
