/**
 * FieldsV1, the JSON form of a field set in metadata.managedFields: an object per node, a member per element,
 * `"."` where the node itself is in the set. Order and spelling are upstream's, so what we write is what it writes.
 */
import { stringifyJson } from '../codec/json.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { type PathElement, PathElementError, parseElement } from './field-path.ts';
import { FieldSet, leafSlot, type Slot } from './field-set.ts';

/** JSON that is not a FieldsV1. */
export class FieldsV1Error extends Error {
  override readonly name = 'FieldsV1Error';
}

/** Reads any spelling and order; elements of unknown kinds are left out. Throws FieldsV1Error. */
export function parseFieldsV1(fields: JsonValue): FieldSet {
  return parseSlot(fields).children ?? FieldSet.empty;
}

/** A node without known elements below it is a member, whether it says so or not. */
function parseSlot(fields: JsonValue): Slot {
  if (fields === null) return leafSlot;
  if (typeof fields !== 'object' || Array.isArray(fields)) {
    throw new FieldsV1Error(`ReadMapCB: expect { or n, but found ${stringifyJson(fields)[0]}`);
  }
  let member = false;
  let slots: Map<PathElement, Slot> | undefined;
  for (const key in fields) {
    if (key === '.') {
      member = true;
      continue;
    }
    const element = parseKey(key);
    if (element === undefined) continue;
    slots ??= new Map();
    const slot = parseSlot(fields[key]!);
    const earlier = slots.get(element);
    slots.set(element, earlier === undefined ? slot : joined(element, earlier, slot));
  }
  return slots === undefined ? leafSlot : { member, children: new FieldSet(slots) };
}

function parseKey(key: string): PathElement | undefined {
  try {
    return parseElement(key);
  } catch (error) {
    if (!(error instanceof PathElementError)) throw error;
    throw new FieldsV1Error(`parsing key as path element: ${error.message}`, { cause: error });
  }
}

/** Two spellings of one element. */
function joined(element: PathElement, a: Slot, b: Slot): Slot {
  return new FieldSet(new Map([[element, a]]))
    .union(new FieldSet(new Map([[element, b]])))
    .slots.get(element)!;
}

/** Writes a set; equal sets give equal bytes. */
export function toFieldsV1(set: FieldSet): JsonObject {
  return writeSet(set, {});
}
function writeSet(set: FieldSet, out: JsonObject): JsonObject {
  for (const element of set.elements) {
    const { member, children } = set.slots.get(element)!;
    out[element] = children === undefined ? {} : writeSet(children, member ? { '.': {} } : {});
  }
  return out;
}
