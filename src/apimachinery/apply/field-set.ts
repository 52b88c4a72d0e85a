/**
 * A set of fields of an object, as managedFields keep them: a trie of path elements in which every node may itself
 * be a member. Immutable; operations share what they do not change and give back the receiver where nothing
 * changed, so that `a.difference(b) === a` tells that a manager lost nothing. Knows no schema.
 */
import { type Path, type PathElement, sortElements } from './field-path.ts';

/** What a set says about one element: whether it is a member, and what is below it (never an empty set). */
export interface Slot {
  readonly member: boolean;
  readonly children: FieldSet | undefined;
}
/** Nearly every slot of nearly every set. */
export const leafSlot: Slot = { member: true, children: undefined };
const slotOf = (member: boolean, children: FieldSet | undefined): Slot | undefined => {
  if (children === undefined || children.isEmpty) return member ? leafSlot : undefined;
  return { member, children };
};

export class FieldSet {
  static readonly empty = new FieldSet(new Map());
  readonly slots: ReadonlyMap<PathElement, Slot>;
  /** Not `#ordered`: with private names the compiler breaks the initializer of `empty`. */
  private ordered: readonly PathElement[] | undefined;

  /** The map is handed over: its maker must not change it any more. */
  constructor(slots: ReadonlyMap<PathElement, Slot>) {
    this.slots = slots;
  }

  static of(...paths: readonly Path[]): FieldSet {
    const builder = new FieldSetBuilder();
    for (const path of paths) builder.insert(path);
    return builder.build();
  }

  get isEmpty(): boolean {
    return this.slots.size === 0;
  }

  /** How many members there are, at any depth. */
  get size(): number {
    let count = 0;
    for (const { member, children } of this.slots.values()) {
      if (member) count++;
      if (children !== undefined) count += children.size;
    }
    return count;
  }

  /** The whole object, the empty path, is never a member. */
  has(path: Path): boolean {
    let set = this as FieldSet | undefined;
    for (let i = 0; i < path.length && set !== undefined; i++) {
      const slot: Slot | undefined = set.slots.get(path[i]!);
      if (i === path.length - 1) return slot?.member ?? false;
      set = slot?.children;
    }
    return false;
  }

  equals(other: FieldSet): boolean {
    if (this === other) return true;
    if (this.slots.size !== other.slots.size) return false;
    for (const [element, mine] of this.slots) {
      const theirs = other.slots.get(element);
      if (theirs === undefined || mine.member !== theirs.member) return false;
      if (mine.children === undefined || theirs.children === undefined) {
        if (mine.children !== theirs.children) return false;
      } else if (!mine.children.equals(theirs.children)) return false;
    }
    return true;
  }

  union(other: FieldSet): FieldSet {
    if (other === this || other.isEmpty) return this;
    if (this.isEmpty) return other;
    let out: Map<PathElement, Slot> | undefined;
    for (const [element, theirs] of other.slots) {
      const mine = this.slots.get(element);
      const joined = mine === undefined ? theirs : joinSlots(mine, theirs);
      if (joined === mine) continue;
      out ??= new Map(this.slots);
      out.set(element, joined);
    }
    return out === undefined ? this : new FieldSet(out);
  }

  intersection(other: FieldSet): FieldSet {
    if (other === this || this.isEmpty) return this;
    if (other.isEmpty) return other;
    const out = new Map<PathElement, Slot>();
    let isSame = true;
    for (const [element, mine] of this.slots) {
      const theirs = other.slots.get(element);
      const shared = theirs === undefined ? undefined : sharedSlot(mine, theirs);
      if (shared !== undefined) out.set(element, shared);
      if (shared !== mine) isSame = false;
    }
    if (isSame) return this;
    return out.size === 0 ? FieldSet.empty : new FieldSet(out);
  }

  /** Without the members of `other`. What is below a member stays: `{a, a.b} - {a} = {a.b}`. */
  difference(other: FieldSet): FieldSet {
    return this.without(other, false);
  }

  /** Without the members of `other` and everything below them. */
  recursiveDifference(other: FieldSet): FieldSet {
    return this.without(other, true);
  }

  private without(other: FieldSet, isRecursive: boolean): FieldSet {
    let out: Map<PathElement, Slot> | undefined;
    // The smaller of the two says which elements can change.
    const candidates = this.slots.size < other.slots.size ? this.slots : other.slots;
    for (const element of candidates.keys()) {
      const mine = this.slots.get(element);
      const theirs = other.slots.get(element);
      if (mine === undefined || theirs === undefined) continue;
      const rest = restOfSlot(mine, theirs, isRecursive);
      if (rest === mine) continue;
      out ??= new Map(this.slots);
      if (rest === undefined) out.delete(element);
      else out.set(element, rest);
    }
    if (out === undefined) return this;
    return out.size === 0 ? FieldSet.empty : new FieldSet(out);
  }

  /** The members that have nothing below them. */
  leaves(): FieldSet {
    let out: Map<PathElement, Slot> | undefined;
    for (const [element, { member, children }] of this.slots) {
      if (children === undefined) continue;
      const below = children.leaves();
      if (!member && below === children) continue;
      out ??= new Map(this.slots);
      out.set(element, { member: false, children: below });
    }
    return out === undefined ? this : new FieldSet(out);
  }

  /** Elements in upstream's order. */
  get elements(): readonly PathElement[] {
    this.ordered ??= sortElements([...this.slots.keys()]);
    return this.ordered;
  }

  /** Every member in upstream's order: those of a level before those further down. The path is reused: copy to keep. */
  forEachPath(visit: (path: Path) => void): void {
    this.visit([], visit);
  }
  private visit(prefix: PathElement[], visit: (path: Path) => void): void {
    for (const element of this.elements) {
      if (!this.slots.get(element)!.member) continue;
      prefix.push(element);
      visit(prefix);
      prefix.pop();
    }
    for (const element of this.elements) {
      const { children } = this.slots.get(element)!;
      if (children === undefined) continue;
      prefix.push(element);
      children.visit(prefix, visit);
      prefix.pop();
    }
  }

  paths(): Path[] {
    const paths: Path[] = [];
    this.forEachPath((path) => paths.push([...path]));
    return paths;
  }
}

function joinSlots(a: Slot, b: Slot): Slot {
  const member = a.member || b.member;
  const children =
    a.children === undefined || b.children === undefined
      ? (a.children ?? b.children)
      : a.children.union(b.children);
  if (a.member === member && a.children === children) return a;
  if (b.member === member && b.children === children) return b;
  return { member, children };
}

function sharedSlot(a: Slot, b: Slot): Slot | undefined {
  const member = a.member && b.member;
  const children =
    a.children === undefined || b.children === undefined ? undefined : a.children.intersection(b.children);
  return a.member === member && a.children === children ? a : slotOf(member, children);
}

function restOfSlot(a: Slot, b: Slot, isRecursive: boolean): Slot | undefined {
  if (b.member && isRecursive) return undefined;
  const member = a.member && !b.member;
  const children =
    a.children === undefined || b.children === undefined
      ? a.children
      : isRecursive
        ? a.children.recursiveDifference(b.children)
        : a.children.difference(b.children);
  return a.member === member && a.children === children ? a : slotOf(member, children);
}

/** Makes a set path by path. What has been built must not be added to. */
export class FieldSetBuilder {
  #slots = new Map<PathElement, Slot>();

  insert(path: Path): void {
    if (path.length === 0) return;
    let slots = this.#slots;
    const last = path.length - 1;
    for (let i = 0; i < last; i++) slots = descend(slots, path[i]!);
    const element = path[last]!;
    const slot = slots.get(element);
    if (slot === undefined) slots.set(element, leafSlot);
    else if (!slot.member) slots.set(element, { member: true, children: slot.children });
  }

  build(): FieldSet {
    return this.#slots.size === 0 ? FieldSet.empty : new FieldSet(this.#slots);
  }
}

/** The map below an element. Every map here was made by the builder, which alone writes to it. */
function descend(slots: Map<PathElement, Slot>, element: PathElement): Map<PathElement, Slot> {
  const slot = slots.get(element);
  if (slot?.children !== undefined) return slot.children.slots as Map<PathElement, Slot>;
  const below = new Map<PathElement, Slot>();
  slots.set(element, { member: slot !== undefined, children: new FieldSet(below) });
  return below;
}
