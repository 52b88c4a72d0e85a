/**
 * Strategic merge patch: a merge patch that knows the schema, so that a list marked `merge` is joined by its
 * merge key (or as a set) and not replaced, steered by directives inside the patch (`$patch`, `$retainKeys`,
 * `$setElementOrder/…`, `$deleteFromPrimitiveList/…`). Only applies patches; making them is kubectl's work.
 * Behaviour and messages follow apimachinery/pkg/util/strategicpatch. A field the schema does not know is merged
 * as a plain merge patch would; it is for the decoder to refuse or drop it.
 */
import { cloneJson } from '../clone-json.ts';
import { setField } from '../codec/json-parser.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import type { ListSchema, Schema } from '../schema/schema.ts';
import { identityOf, orderElements, placesOf, shown } from './element-order.ts';
import { checkPatchDepth, fieldOf, isObject } from './json-tree.ts';
import { PatchError } from './patch-error.ts';

const patchDirective = '$patch';
const retainKeysDirective = '$retainKeys';
const setOrderPrefix = '$setElementOrder';
const deletePrefix = '$deleteFromPrimitiveList';

const malformed = (message: string): PatchError => new PatchError('malformed', message);
const failed = (message: string): PatchError => new PatchError('failed', message);
const unknownPatchType = (type: JsonValue | undefined, of: JsonValue): PatchError =>
  failed(`unknown patch type: ${shown(type)} in map: ${shown(of)}`);

/**
 * The patched document; it shares nothing with either input. Throws PatchError: `malformed` for a directive of
 * the wrong shape, `unprocessable` for a list of lists, `failed` for whatever else does not fit.
 */
export function strategicMergePatch(document: JsonValue, patch: JsonValue, schema: Schema): JsonObject {
  checkPatchDepth(patch);
  if (!isObject(document) || !isObject(patch)) throw malformed('invalid JSON document');
  // Both copies are changed in place from here on.
  return mergeObject(cloneJson(document), cloneJson(patch), schema);
}

function mergeObject(target: JsonObject, patch: JsonObject, schema: Schema | undefined): JsonObject {
  const directive = fieldOf(patch, patchDirective);
  if (directive === 'delete') return {};
  if (directive === 'replace') {
    delete patch[patchDirective];
    return patch;
  }
  if (directive !== undefined) throw unknownPatchType(directive, patch);

  retainKeys(target, patch);
  for (const key of Object.keys(patch)) {
    if (key.startsWith(setOrderPrefix)) mergeOrderedList(target, patch, key, schema);
  }
  for (const key of Object.keys(patch)) {
    const value = patch[key]!;
    if (key.startsWith(deletePrefix)) deleteScalars(target, directiveField(key, deletePrefix), value);
    else mergeField(target, key, value, fieldSchema(schema, key));
  }
  return target;
}

function mergeField(target: JsonObject, key: string, value: JsonValue, schema: Schema | undefined): void {
  if (value === null) {
    delete target[key];
    return;
  }
  const current = fieldOf(target, key);
  if (isObject(current) && isObject(value) && schema?.type !== 'any') {
    setField(target, key, mergeObject(current, value, schema));
  } else if (Array.isArray(current) && Array.isArray(value)) {
    setField(target, key, mergeList(current, value, schema));
  } else {
    const taken = withoutDirectives(value);
    if (taken === undefined) delete target[key];
    else setField(target, key, taken);
  }
}

function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema?.type === 'map') return schema.value;
  if (schema?.type !== 'object' || !Object.hasOwn(schema.fields, key)) return undefined;
  return schema.fields[key]!.schema;
}

/** The list schema when it merges; undefined when lists of this field are replaced. */
const mergingList = (schema: Schema | undefined): ListSchema | undefined =>
  schema?.type === 'list' && schema.patchStrategy === 'merge' ? schema : undefined;

function directiveField(key: string, prefix: string): string {
  const slash = key.indexOf('/');
  if (slash < 0 || key.slice(0, slash) !== prefix) {
    throw malformed(
      prefix === deletePrefix
        ? 'invalid patch format of primitive list'
        : 'invalid patch format of setElementOrder list',
    );
  }
  return key.slice(slash + 1);
}

/** `$retainKeys`: fields of the target that it does not name are removed, before anything is merged. */
function retainKeys(target: JsonObject, patch: JsonObject): void {
  const keys = fieldOf(patch, retainKeysDirective);
  if (keys === undefined) return;
  delete patch[retainKeysDirective];
  if (!Array.isArray(keys)) throw malformed('invalid patch format of retainKeys');
  const retained = new Set(keys);
  for (const key of Object.keys(patch)) {
    const isDirective = key.startsWith(deletePrefix) || key.startsWith(setOrderPrefix);
    if (patch[key] !== null && !isDirective && !retained.has(key)) {
      throw malformed('invalid patch format of retainKeys');
    }
  }
  for (const key of Object.keys(target)) if (!retained.has(key)) delete target[key];
}

/** `$setElementOrder/field`, together with the patch of that field, which is taken out of the patch. */
function mergeOrderedList(
  target: JsonObject,
  patch: JsonObject,
  directive: string,
  schema: Schema | undefined,
): void {
  const order = patch[directive]!;
  delete patch[directive];
  const key = directiveField(directive, setOrderPrefix);
  if (!Array.isArray(order)) throw malformed('invalid patch format of setElementOrder list');
  const stored = listOrAbsent(target, key);
  const patched = listOrAbsent(patch, key);
  if (stored === undefined && patched === undefined) return;
  const listSchema = fieldSchema(schema, key);
  const mergeKey = listSchema?.type === 'list' ? listSchema.patchMergeKey : undefined;
  if (patched !== undefined) checkOrder(patched, order, mergeKey);

  let merged = stored ?? [];
  let places: readonly JsonValue[] = merged;
  if (patched !== undefined) {
    if (mergingList(listSchema) !== undefined) places = placesAfter(merged, patched, mergeKey);
    merged = stored === undefined ? listWithoutDirectives(patched) : mergeList(merged, patched, listSchema);
  }
  checkElements(merged);
  setField(target, key, orderElements(merged, order, places, mergeKey));
  delete patch[key];
}

/**
 * The stored list as its order counts: new elements stand where deleted ones made room. (Upstream's slices are
 * changed in place, which has this effect; its tables expect it.)
 */
function placesAfter(
  stored: readonly JsonValue[],
  patched: readonly JsonValue[],
  mergeKey: string | undefined,
): readonly JsonValue[] {
  const deleted = patched.filter(
    (element) => isObject(element) && fieldOf(element, patchDirective) === 'delete',
  );
  if (deleted.length === 0) return stored;
  const deletedPlaces = placesOf(deleted, mergeKey);
  const storedPlaces = placesOf(stored, mergeKey);
  const kept = stored.filter((element) => !deletedPlaces.has(identityOf(element, mergeKey)));
  const added = patched.filter(
    (element) =>
      isObject(element) &&
      fieldOf(element, patchDirective) === undefined &&
      !storedPlaces.has(identityOf(element, mergeKey)),
  );
  return [...kept, ...added].slice(0, stored.length);
}

function listOrAbsent(object: JsonObject, key: string): JsonValue[] | undefined {
  const value = fieldOf(object, key);
  if (value === undefined || Array.isArray(value)) return value;
  throw failed(`expected a list in ${key}, but received ${shown(value)}`);
}

/** The patch may not name elements in another order than its `$setElementOrder` does. */
function checkOrder(
  patched: readonly JsonValue[],
  order: readonly JsonValue[],
  mergeKey: string | undefined,
): void {
  const kept = patched.filter(
    (element) => !(isObject(element) && fieldOf(element, patchDirective) === 'delete'),
  );
  const wanted = order.map((element) => identityOf(element, mergeKey));
  let at = 0;
  for (const element of kept) {
    const identity = identityOf(element, mergeKey);
    while (at < wanted.length && wanted[at] !== identity) at++;
    if (at === wanted.length) {
      throw failed(
        `The order in patch list:\n${shown([...patched])}\n doesn't match ${setOrderPrefix} list:\n${shown([...order])}\n`,
      );
    }
    at++;
  }
}

function deleteScalars(target: JsonObject, key: string, value: JsonValue): void {
  const current = fieldOf(target, key);
  if (value === null) delete target[key];
  if (!Array.isArray(current) || !Array.isArray(value)) return;
  checkElements([...current, ...value]);
  const deleted = placesOf(value, undefined);
  setField(
    target,
    key,
    current.filter((element) => !deleted.has(identityOf(element, undefined))),
  );
}

/** All scalars or all objects; a list of lists has no merge. */
function checkElements(list: readonly JsonValue[]): 'scalars' | 'objects' {
  const first = list[0];
  if (list.some((element) => Array.isArray(element)))
    throw new PatchError('unprocessable', 'lists of lists are not supported');
  if (list.some((element) => isObject(element) !== isObject(first))) {
    throw failed(`list element types are not identical: ${shown([...list])}`);
  }
  return isObject(first) ? 'objects' : 'scalars';
}

function mergeList(current: JsonValue[], patch: JsonValue[], schema: Schema | undefined): JsonValue[] {
  const merging = mergingList(schema);
  if (merging === undefined) return patch;
  if (current.length === 0 && patch.length === 0) return current;
  if (checkElements([...current, ...patch]) === 'scalars') {
    const both = [...current, ...patch];
    const places = placesOf(both, undefined);
    const merged = both.filter((element, place) => places.get(identityOf(element, undefined)) === place);
    return orderElements(merged, patch, current, undefined);
  }
  const { patchMergeKey } = merging;
  if (patchMergeKey === undefined) throw failed('cannot merge lists without merge key');
  return mergeObjects(current, patch as JsonObject[], patchMergeKey, merging.item);
}

/** `$patch: delete` elements remove, `$patch: replace` anywhere replaces the whole list, the others merge or join. */
function mergeObjects(
  current: JsonValue[],
  patch: JsonObject[],
  mergeKey: string,
  item: Schema,
): JsonValue[] {
  const deleted = new Set<string>();
  const plain: JsonObject[] = [];
  let isReplaced = false;
  for (const element of patch) {
    const directive = fieldOf(element, patchDirective);
    if (directive === undefined) plain.push(element);
    else if (directive === 'delete') deleted.add(identityOf(element, mergeKey));
    else if (directive === 'replace') isReplaced = true;
    else if (directive === 'merge') throw failed('merging lists cannot yet be specified in the patch');
    else throw unknownPatchType(directive, element);
  }
  if (isReplaced) return plain;

  const stored = current.filter((element) => !deleted.has(identityOf(element, mergeKey)));
  const merged = [...stored];
  const places = placesOf(merged, mergeKey);
  for (const element of plain) {
    const identity = identityOf(element, mergeKey);
    const place = places.get(identity);
    if (place === undefined) {
      places.set(identity, merged.push(withoutDirectives(element)!) - 1);
    } else {
      merged[place] = mergeObject(merged[place] as JsonObject, element, item);
    }
  }
  return orderElements(merged, plain, stored, mergeKey);
}

/**
 * A patch value taken as it is, because there is nothing to merge it with: nulls and directives have done their
 * work. Undefined when the value is itself only a directive.
 */
function withoutDirectives(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) return listWithoutDirectives(value);
  if (!isObject(value)) return value;
  if (fieldOf(value, patchDirective) !== undefined) return undefined;
  for (const key of Object.keys(value)) {
    const isDirective =
      key === retainKeysDirective || key.startsWith(setOrderPrefix) || key.startsWith(deletePrefix);
    const field = value[key];
    const kept = isDirective || field === null || field === undefined ? undefined : withoutDirectives(field);
    if (kept === undefined) delete value[key];
    else setField(value, key, kept);
  }
  return value;
}
const listWithoutDirectives = (list: readonly JsonValue[]): JsonValue[] =>
  list.map(withoutDirectives).filter((element) => element !== undefined);
