/** Takes fields out of a value, or everything but them. The value is not changed; untouched parts are shared. */
import { setField } from '../codec/json-parser.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { type ApplySchema, type ListAtom, type MapAtom, shapeOf } from './apply-schema.ts';
import { fieldElement, isKeyElement } from './field-path.ts';
import { type FieldSet, FieldSetBuilder } from './field-set.ts';
import { isMap, itemElement, NoElement } from './list-items.ts';
import { isEmptyMap, toFieldSet } from './to-field-set.ts';

/**
 * Without the members of `items` and what is below them. A container that loses everything is null, not empty:
 * empty it would be there, and miss what it requires (upstream had it so in 1.36.0 and took it back).
 */
export function removeItems(value: JsonValue, items: FieldSet, schema: ApplySchema): JsonValue {
  return pick(schema, value, items, false);
}

/** Only the members of `items`: give leaves. With `keyFields` list items keep the fields that tell them apart. */
export function extractItems(
  value: JsonValue,
  items: FieldSet,
  schema: ApplySchema,
  { keyFields = false }: { readonly keyFields?: boolean } = {},
): JsonValue {
  return pick(schema, value, keyFields ? withKeyFields(items, toFieldSet(value, schema)) : items, true);
}

/** The fields named by the keys of the list items on the way to members that are present. */
function withKeyFields(items: FieldSet, present: FieldSet): FieldSet {
  const keys = new FieldSetBuilder();
  items.forEachPath((path) => {
    if (!present.has(path)) return;
    for (const [i, element] of path.entries()) {
      if (!isKeyElement(element)) continue;
      for (const name of Object.keys(JSON.parse(element.slice(2)))) {
        keys.insert([...path.slice(0, i + 1), fieldElement(name)]);
      }
    }
  });
  return items.union(keys.build());
}

function pick(
  schema: ApplySchema | undefined,
  value: JsonValue,
  items: FieldSet,
  isExtraction: boolean,
): JsonValue {
  const atom = schema?.atom;
  if (atom === undefined) return null;
  switch (shapeOf(atom, value)) {
    case 'map': {
      const map = atom.map!;
      if (!isMap(value)) return null;
      if (map.isAtomic || isEmptyMap(value)) return isExtraction ? value : null;
      return pickKeys(map, value, items, isExtraction);
    }
    case 'list': {
      const list = atom.list!;
      if (!Array.isArray(value)) return null;
      if (list.isAtomic || value.length === 0) return isExtraction ? value : null;
      return pickItems(list, value, items, isExtraction);
    }
    case 'scalar':
      return value;
    default:
      return null;
  }
}

function pickKeys(map: MapAtom, value: JsonObject, items: FieldSet, isExtraction: boolean): JsonValue {
  if (items.isEmpty && !isExtraction) return value;
  const out: JsonObject = {};
  let isEmpty = true;
  let isSame = true;
  for (const key in value) {
    const child = value[key];
    if (child === undefined) continue;
    const field = map.fields.get(key);
    const schema = field === undefined ? map.element : field.schema;
    const slot = items.slots.get(field?.element ?? fieldElement(key));
    const isKept = slot === undefined ? !isExtraction : isExtraction || !slot.member;
    if (!isKept) {
      isSame = false;
      continue;
    }
    // Of a container that is named itself an extraction takes the shell, as upstream does.
    const below = slot === undefined ? undefined : slot.member ? items : slot.children!;
    const kept = below === undefined ? child : pick(schema, child, below, isExtraction);
    if (kept !== child) isSame = false;
    setField(out, key, kept);
    isEmpty = false;
  }
  return isEmpty ? null : isSame ? value : out;
}

function pickItems(
  list: ListAtom,
  value: readonly JsonValue[],
  items: FieldSet,
  isExtraction: boolean,
): JsonValue {
  const out: JsonValue[] = [];
  for (const item of value) {
    const element = itemElement(list, item);
    const slot = element instanceof NoElement ? undefined : items.slots.get(element);
    if (slot === undefined ? isExtraction : slot.member && !isExtraction) continue;
    out.push(slot?.children === undefined ? item : pick(list.element, item, slot.children, isExtraction));
  }
  if (out.length === 0) return null;
  const isSame = out.length === value.length && out.every((item, i) => item === value[i]);
  return isSame ? (value as JsonValue[]) : out;
}
