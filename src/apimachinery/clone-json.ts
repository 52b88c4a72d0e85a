/**
 * Copying of JSON values. Several times as fast as structuredClone, which first writes what it copies. Iterative: a
 * patched document may become deeper than the stack allows before it is known to be too deep.
 */
import { setField } from './codec/json-parser.ts';
import type { JsonObject, JsonValue, KubeObject } from './object-meta.ts';

type Container = JsonValue[] | JsonObject;

/** A copy that shares nothing with the original, which is a JSON value. Absent fields (undefined) are left out. */
export function cloneJson<T>(root: T): T {
  if (!isContainer(root)) return root;
  const copy = emptyOf(root);
  const work: { readonly from: Container; readonly to: Container }[] = [{ from: root, to: copy }];
  const copyOf = (value: JsonValue): JsonValue => {
    if (!isContainer(value)) return value;
    const to = emptyOf(value);
    work.push({ from: value, to });
    return to;
  };
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const { from, to } = next;
    if (Array.isArray(from)) {
      for (const item of from) (to as JsonValue[]).push(copyOf(item));
    } else {
      for (const key of Object.keys(from)) {
        const value = from[key];
        if (value !== undefined) setField(to as JsonObject, key, copyOf(value));
      }
    }
  }
  return copy as T;
}

/** The same of an object, but for its managedFields: nothing changes those in place. */
export function cloneObject(object: KubeObject): KubeObject {
  return exceptManagedFields(object, cloneJson);
}

/** A copy of its own metadata alone, managedFields apart: the rest is the original's, and must not be changed in place. */
export function cloneMetadata(object: KubeObject): KubeObject {
  return exceptManagedFields(object, (rest) => ({ ...rest, metadata: cloneJson(rest.metadata) }));
}

function exceptManagedFields(object: KubeObject, copyOf: (rest: KubeObject) => KubeObject): KubeObject {
  const { managedFields, ...metadata } = object.metadata;
  const copy = copyOf({ ...object, metadata });
  if (managedFields !== undefined) copy.metadata.managedFields = managedFields;
  return copy;
}

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;
const emptyOf = (container: Container): Container => (Array.isArray(container) ? [] : {});
