/**
 * Joins what is applied into the live value. Nothing is removed by it; where both have a leaf the applied one
 * counts. Both values are valid; the result shares with them all it can, and is the live one where nothing changed.
 */

import { setField } from '../codec/json-parser.ts';
import { deepEqual } from '../equality.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { type ApplySchema, keySchema, type ListAtom, type MapAtom, shapeOf } from './apply-schema.ts';
import { fieldElement, formatElement, type PathElement } from './field-path.ts';
import { isMap, itemElement, NoElement, ownValue } from './list-items.ts';
import { isEmptyMap } from './to-field-set.ts';
import { issueAt, TypedError, type TypedIssue } from './typed-error.ts';

/** Throws TypedError where the items of a list cannot be told apart. */
export function mergeTyped(live: JsonValue, applied: JsonValue, schema: ApplySchema): JsonValue {
  const walk = new Merge();
  const merged = walk.merge(schema, live, applied);
  if (walk.issues.length > 0) throw new TypedError(walk.issues);
  return merged;
}

class Merge {
  readonly issues: TypedIssue[] = [];
  private readonly path: PathElement[] = [];

  merge(schema: ApplySchema | undefined, live: JsonValue | undefined, applied: JsonValue): JsonValue {
    if (live === undefined || live === applied) return applied;
    const atom = schema?.atom;
    if (atom === undefined) return applied;
    switch (shapeOf(atom, applied)) {
      case 'map': {
        const [l, r] = [filledMap(live), filledMap(applied)];
        if (atom.map!.isAtomic || (l === undefined && r === undefined)) return leaf(live, applied);
        // A null does not take away what is there.
        return r === undefined ? l! : l === undefined ? r : this.mergeMaps(atom.map!, l, r);
      }
      case 'list': {
        const [l, r] = [filledList(live), filledList(applied)];
        if (atom.list!.isAtomic || (l === undefined && r === undefined)) return leaf(live, applied);
        return r === undefined ? l! : this.mergeLists(atom.list!, l ?? [], r);
      }
      default:
        return leaf(live, applied);
    }
  }

  private mergeMaps(map: MapAtom, live: JsonObject, applied: JsonObject): JsonObject {
    let out: JsonObject | undefined;
    for (const key in applied) {
      const theirs = applied[key];
      if (theirs === undefined) continue;
      const mine = ownValue(live, key);
      this.path.push(fieldElement(key));
      const merged = this.merge(keySchema(map, key), mine, theirs);
      this.path.pop();
      if (merged === mine) continue;
      out ??= { ...live };
      setField(out, key, merged);
    }
    return out ?? live;
  }

  /**
   * Items of both lists are in the order in which they are applied; those only in the live list stay behind the
   * item they were behind, as far as that order lets them.
   */
  private mergeLists(list: ListAtom, live: JsonValue[], applied: JsonValue[]): JsonValue {
    const before = this.issues.length;
    const theirs = this.index(list, applied, false);
    const mine = this.index(list, live, true);
    if (this.issues.length > before) return live;

    const out: JsonValue[] = [];
    const take = (element: PathElement): void => {
      // Of what is there more than once nothing is kept.
      const earlier = mine.duplicates.has(element) ? null : mine.items.get(element);
      this.path.push(element);
      out.push(this.merge(list.element, earlier, theirs.items.get(element)!));
      this.path.pop();
    };
    const shared = theirs.order.filter((element) => mine.items.has(element));
    const taken = new Set<PathElement>();
    let nextShared = 0;
    let l = 0;
    let r = 0;
    while (l < mine.order.length || r < theirs.order.length) {
      const left = mine.order[l];
      const right = theirs.order[r];
      if (left !== undefined && right !== undefined) {
        if (left === right) {
          taken.add(left);
          take(left);
          l++;
          r++;
          nextShared++;
          continue;
        }
        if (theirs.items.has(left) && nextShared < shared.length && shared[nextShared] !== left) {
          // Shared, but not the one whose turn it is.
          l++;
          continue;
        }
      }
      if (left !== undefined) {
        if (!theirs.items.has(left)) {
          out.push(live[l]!);
          l++;
          continue;
        }
        if (taken.has(left)) l++;
      }
      if (right !== undefined) {
        taken.add(right);
        take(right);
        r++;
        if (shared[nextShared] === right) nextShared++;
      }
    }
    return out.length === live.length && out.every((item, i) => item === live[i]) ? live : out;
  }

  private index(list: ListAtom, values: readonly JsonValue[], allowDuplicates: boolean): Index {
    const index: Index = { order: [], items: new Map(), duplicates: new Set() };
    for (const [i, value] of values.entries()) {
      const element = itemElement(list, value);
      if (element instanceof NoElement) {
        this.issues.push(issueAt(this.path, `element ${i}: ${element.reason}`));
        continue;
      }
      if (!index.items.has(element)) {
        index.items.set(element, value);
      } else if (allowDuplicates) {
        index.duplicates.add(element);
      } else {
        this.issues.push(issueAt(this.path, `duplicate entries for key ${formatElement(element)}`));
        continue;
      }
      index.order.push(element);
    }
    return index;
  }
}

/** A list by its path elements. */
interface Index {
  readonly order: PathElement[];
  readonly items: Map<PathElement, JsonValue>;
  readonly duplicates: Set<PathElement>;
}

/** The live value where the applied one is the same, so that what did not change can be told by identity. */
const leaf = (live: JsonValue, applied: JsonValue): JsonValue => (deepEqual(live, applied) ? live : applied);
const filledMap = (value: JsonValue): JsonObject | undefined =>
  isMap(value) && !isEmptyMap(value) ? value : undefined;
const filledList = (value: JsonValue): JsonValue[] | undefined =>
  Array.isArray(value) && value.length > 0 ? value : undefined;
