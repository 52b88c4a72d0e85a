/** The fields a value mentions: its leaves, every list item, and every key of a map that is no declared field. */
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { type ApplySchema, type ListAtom, type MapAtom, shapeOf } from './apply-schema.ts';
import { fieldElement, type PathElement } from './field-path.ts';
import { FieldSet, leafSlot, type Slot } from './field-set.ts';
import { isMap, itemElement, NoElement } from './list-items.ts';

/** What applying `value` would own. The value is valid for the schema. */
export function toFieldSet(value: JsonValue, schema: ApplySchema): FieldSet {
  return slotFor(schema, value)?.children ?? FieldSet.empty;
}

/** What the value says about its own path and those below; undefined where that is nothing. */
function slotFor(schema: ApplySchema | undefined, value: JsonValue): Slot | undefined {
  const atom = schema?.atom;
  if (atom === undefined) return undefined;
  switch (shapeOf(atom, value)) {
    case 'map':
      if (atom.map!.isAtomic) return leafSlot;
      return isMap(value) ? containerSlot(mapSlots(atom.map!, value)) : undefined;
    case 'list':
      if (atom.list!.isAtomic) return leafSlot;
      return Array.isArray(value) ? containerSlot(listSlots(atom.list!, value)) : undefined;
    case 'scalar':
      return leafSlot;
    default:
      return undefined;
  }
}
const containerSlot = (slots: ReadonlyMap<PathElement, Slot>): Slot | undefined =>
  slots.size === 0 ? undefined : { member: false, children: new FieldSet(slots) };
const asMember = (slot: Slot | undefined): Slot =>
  slot === undefined ? leafSlot : slot.member ? slot : { member: true, children: slot.children };

function mapSlots(map: MapAtom, value: JsonObject): Map<PathElement, Slot> {
  const slots = new Map<PathElement, Slot>();
  for (const key in value) {
    const child = value[key];
    if (child === undefined) continue;
    const field = map.fields.get(key);
    const slot = slotFor(field === undefined ? map.element : field.schema, child);
    // A struct is not owned but for its fields; an empty or null one could not be owned otherwise.
    const isMember = field === undefined || child === null || (isMap(child) && isEmptyMap(child));
    const own = isMember ? asMember(slot) : slot;
    if (own !== undefined) slots.set(field?.element ?? fieldElement(key), own);
  }
  return slots;
}

function listSlots(list: ListAtom, items: readonly JsonValue[]): Map<PathElement, Slot> {
  const slots = new Map<PathElement, Slot>();
  for (const item of items) {
    const element = itemElement(list, item);
    if (element instanceof NoElement) continue;
    // Of items that are there more than once only the place is owned.
    slots.set(element, slots.has(element) ? leafSlot : asMember(slotFor(list.element, item)));
  }
  return slots;
}

export function isEmptyMap(value: JsonObject): boolean {
  for (const key in value) if (value[key] !== undefined) return false;
  return true;
}
