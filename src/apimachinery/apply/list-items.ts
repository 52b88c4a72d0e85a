/** How the items of an associative list are told apart: by their keys, or by their value in a set. */
import type { JsonObject, JsonValue } from '../object-meta.ts';
import type { Atom, ListAtom } from './apply-schema.ts';
import { keyElement, type PathElement, valueElement } from './field-path.ts';
import { goQuote } from './go-text.ts';

/** An item that has no path element, and why. */
export class NoElement {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

export function itemElement(list: ListAtom, item: JsonValue): PathElement | NoElement {
  return list.keys.length > 0 ? keyedElement(list, item) : setElement(item);
}

function keyedElement(list: ListAtom, item: JsonValue): PathElement | NoElement {
  if (item === null) return new NoElement('associative list with keys may not have a null element');
  if (typeof item !== 'object' || Array.isArray(item)) {
    return new NoElement('associative list with keys may not have non-map elements');
  }
  const names: string[] = [];
  const values: JsonValue[] = [];
  for (const key of list.keys) {
    // Null is there and stays; only an absent key takes the default, and is no part of the element without one.
    let value = ownValue(item, key);
    if (value === undefined) {
      const atom = list.element.atom;
      if (atom?.map === undefined) return new NoElement(noDefault(key, atom));
      value = atom.map.fields.get(key)?.default ?? undefined;
      if (value === undefined) continue;
    }
    names.push(key);
    values.push(value);
  }
  if (names.length > 0) return keyElement(names, values);
  return new NoElement(
    `associative list with keys has an element that omits all key fields [${list.keys.map(goQuote).join(' ')}]` +
      " (and doesn't have default values for any key fields)",
  );
}
const noDefault = (key: string, atom: Atom | undefined): string => {
  const problem =
    atom === undefined ? 'invalid elementType for list' : 'associative list may not have non-map types';
  return `couldn't find default value for ${key}: ${problem}`;
};

function setElement(item: JsonValue): PathElement | NoElement {
  if (item === null) {
    return new NoElement("associative list without keys has an element that's an explicit null");
  }
  if (typeof item !== 'object') return valueElement(item);
  return new NoElement(
    Array.isArray(item)
      ? 'not supported: associative list with lists as elements'
      : "associative list without keys has an element that's a map type",
  );
}

/** A field of a value's own; undefined where it has none, also for names every object inherits. */
export function ownValue(object: JsonObject, key: string): JsonValue | undefined {
  const value = object[key];
  return value === undefined || Object.hasOwn(object, key) ? value : undefined;
}
export const isMap = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
