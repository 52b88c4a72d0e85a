/**
 * Which fields differ between two values: what a write changed, and so what its manager now owns and others may
 * have lost. The order of list items counts only in atomic lists.
 */
import { deepEqual } from '../equality.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import {
  type ApplySchema,
  type Atom,
  firstShape,
  type ListAtom,
  type MapAtom,
  narrowShape,
  type Shape,
} from './apply-schema.ts';
import { fieldElement, type PathElement } from './field-path.ts';
import { type FieldSet, FieldSetBuilder } from './field-set.ts';
import { isMap, itemElement, NoElement, ownValue } from './list-items.ts';
import { isEmptyMap } from './to-field-set.ts';
import { issueAt, TypedError, type TypedIssue } from './typed-error.ts';

export interface Comparison {
  readonly added: FieldSet;
  readonly removed: FieldSet;
  readonly modified: FieldSet;
}

/** Both values are valid; lists may hold an item twice. Throws TypedError where items cannot be told apart. */
export function compareTyped(before: JsonValue, after: JsonValue, schema: ApplySchema): Comparison {
  const walk = new Compare();
  walk.compare(schema, before, after);
  if (walk.issues.length > 0) throw new TypedError(walk.issues);
  return { added: walk.added.build(), removed: walk.removed.build(), modified: walk.modified.build() };
}

type Maybe = JsonValue | undefined;

class Compare {
  readonly added = new FieldSetBuilder();
  readonly removed = new FieldSetBuilder();
  readonly modified = new FieldSetBuilder();
  readonly issues: TypedIssue[] = [];
  private readonly path: PathElement[] = [];

  /** Undefined is a side that does not have the path; at most one is. */
  compare(schema: ApplySchema | undefined, before: Maybe, after: Maybe): void {
    if (before === after) return;
    const atom = schema?.atom;
    if (atom === undefined) {
      this.leaf(before, after);
      return;
    }
    const [left, right] = [narrowShape(atom, before), narrowShape(atom, after)];
    const isTwoShaped = before !== undefined && after !== undefined && left !== right;
    // A value of a deduced type that changed its shape: what the old shape had goes, what the new one has comes.
    if (isTwoShaped) this.compareAs(atom, left ?? firstShape(atom), before, after);
    const shape = (after === undefined ? left : right) ?? firstShape(atom);
    const isLeaf = this.compareAs(atom, shape, before, after);
    if (isLeaf) return;
    if (before === undefined) this.added.insert(this.path);
    else if (after === undefined) this.removed.insert(this.path);
  }

  /** Whether the path was compared as a whole. */
  private compareAs(atom: Atom, shape: Shape | undefined, before: Maybe, after: Maybe): boolean {
    if (shape === 'map') {
      const [left, right] = [mapOf(before), mapOf(after)];
      if (!atom.map!.isAtomic && (left !== undefined || right !== undefined)) {
        this.compareMaps(atom.map!, left ?? {}, right ?? {});
        return false;
      }
    } else if (shape === 'list') {
      const [left, right] = [listOf(before), listOf(after)];
      if (!atom.list!.isAtomic && (left !== undefined || right !== undefined)) {
        this.compareLists(atom.list!, left ?? [], right ?? []);
        return false;
      }
    }
    this.leaf(before, after);
    return true;
  }

  private leaf(before: Maybe, after: Maybe): void {
    if (before === undefined) this.added.insert(this.path);
    else if (after === undefined) this.removed.insert(this.path);
    else if (!deepEqual(before, after)) this.modified.insert(this.path);
  }

  private compareMaps(map: MapAtom, before: JsonObject, after: JsonObject): void {
    for (const key in before) {
      const mine = before[key];
      if (mine !== undefined) this.compareKey(map, key, mine, ownValue(after, key));
    }
    for (const key in after) {
      const theirs = after[key];
      if (theirs !== undefined && ownValue(before, key) === undefined) {
        this.compareKey(map, key, undefined, theirs);
      }
    }
  }
  private compareKey(map: MapAtom, key: string, before: Maybe, after: Maybe): void {
    if (before === after) return;
    const field = map.fields.get(key);
    this.path.push(field?.element ?? fieldElement(key));
    this.compare(field === undefined ? map.element : field.schema, before, after);
    this.path.pop();
  }

  private compareLists(list: ListAtom, before: readonly JsonValue[], after: readonly JsonValue[]): void {
    // Most lists did not change; then nothing about their items needs to be known.
    if (before.length === after.length && deepEqual(before, after)) return;
    const left = this.byElement(list, before);
    const right = this.byElement(list, after);
    for (const [element, mine] of left) this.compareItems(list, element, mine, right.get(element) ?? []);
    for (const [element, theirs] of right) {
      if (!left.has(element)) this.compareItems(list, element, [], theirs);
    }
  }

  private byElement(list: ListAtom, items: readonly JsonValue[]): Map<PathElement, JsonValue[]> {
    const found = new Map<PathElement, JsonValue[]>();
    for (const [i, item] of items.entries()) {
      const element = itemElement(list, item);
      if (element instanceof NoElement) {
        this.issues.push(issueAt(this.path, `element ${i}: ${element.reason}`));
        continue;
      }
      const same = found.get(element);
      if (same === undefined) found.set(element, [item]);
      else same.push(item);
    }
    return found;
  }

  /** An item that is there more than once is a leaf: it is not looked into. */
  private compareItems(
    list: ListAtom,
    element: PathElement,
    before: readonly JsonValue[],
    after: readonly JsonValue[],
  ): void {
    this.path.push(element);
    if (before.length <= 1 && after.length <= 1) {
      this.compare(list.element, before[0], after[0]);
    } else if (before.length > 1 && after.length > 1) {
      if (!deepEqual(before, after)) this.modified.insert(this.path);
    } else if (before.length > 1) {
      if (after.length > 0) this.compare(list.element, undefined, after[0]);
      this.removed.insert(this.path);
    } else {
      if (before.length > 0) this.compare(list.element, before[0], undefined);
      this.added.insert(this.path);
    }
    this.path.pop();
  }
}

const mapOf = (value: Maybe): JsonObject | undefined =>
  isMap(value) && !isEmptyMap(value) ? value : undefined;
const listOf = (value: Maybe): readonly JsonValue[] | undefined =>
  Array.isArray(value) && value.length > 0 ? value : undefined;
