/**
 * The order of a list after a strategic merge. Elements the patch speaks of stand in the patch's order, the
 * others keep theirs, and the two are interleaved by where the stored list had them. Follows
 * normalizeElementOrder and mergeSortedSlice of apimachinery/pkg/util/strategicpatch, in linear time.
 */
import { goValue } from '../apply/go-text.ts';
import { limits } from '../limits.ts';
import type { JsonValue } from '../object-meta.ts';
import { fieldOf, isObject } from './json-tree.ts';
import { PatchError } from './patch-error.ts';

/** What identifies an element: a scalar itself, or an object's merge key. Equal identities are equal texts. */
export function identityOf(element: JsonValue, mergeKey: string | undefined): string {
  let value: JsonValue | undefined = element;
  if (mergeKey !== undefined) {
    value = isObject(element) ? fieldOf(element, mergeKey) : undefined;
    if (value === undefined) {
      throw new PatchError(
        'failed',
        `map: ${shown(element)} does not contain declared merge key: ${mergeKey}`,
      );
    }
  }
  if (typeof value === 'object' && value !== null) {
    throw new PatchError('failed', `a list is merged by scalars, not by ${shown(value)}`);
  }
  return `${typeof value === 'bigint' ? 'number' : typeof value}:${value}`;
}

/** A value for an error message, as upstream shows it; short. */
export function shown(value: JsonValue | undefined): string {
  const text = goValue(value ?? null);
  return text.length <= limits.shownPatchLength ? text : `${text.slice(0, limits.shownPatchLength)}…`;
}

/** First place of every identity in a list. */
export function placesOf(list: readonly JsonValue[], mergeKey: string | undefined): Map<string, number> {
  const places = new Map<string, number>();
  for (const [place, element] of list.entries()) {
    const identity = identityOf(element, mergeKey);
    if (!places.has(identity)) places.set(identity, place);
  }
  return places;
}

/**
 * `merged` in its final order: `patchOrder` lists what the patch speaks of (elements absent from `merged` are
 * passed over), `stored` is the list as it was.
 */
export function orderElements(
  merged: readonly JsonValue[],
  patchOrder: readonly JsonValue[],
  stored: readonly JsonValue[],
  mergeKey: string | undefined,
): JsonValue[] {
  const patchPlaces = placesOf(patchOrder, mergeKey);
  const storedPlaces = placesOf(stored, mergeKey);
  const elements = merged.map((value) => {
    const identity = identityOf(value, mergeKey);
    return { value, patchPlace: patchPlaces.get(identity), storedPlace: storedPlaces.get(identity) };
  });
  const patched = elements
    .filter(({ patchPlace }) => patchPlace !== undefined)
    .sort((a, b) => a.patchPlace! - b.patchPlace!);
  const others = elements
    .filter(({ patchPlace }) => patchPlace === undefined)
    .sort((a, b) => (a.storedPlace ?? stored.length) - (b.storedPlace ?? stored.length));

  const ordered: JsonValue[] = [];
  let next = 0;
  for (const element of patched) {
    // An element of the patch waits for those the stored list had before it; one that is new waits for none.
    while (next < others.length && element.storedPlace !== undefined) {
      const place = others[next]!.storedPlace;
      if (place === undefined || place >= element.storedPlace) break;
      ordered.push(others[next++]!.value);
    }
    ordered.push(element.value);
  }
  for (; next < others.length; next++) ordered.push(others[next]!.value);
  return ordered;
}
