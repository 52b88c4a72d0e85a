/** Declared fields on the way to members: owned by whoever owns something below them. */
import type { ApplySchema } from './apply-schema.ts';
import { isFieldElement, isKeyElement, type PathElement } from './field-path.ts';
import { FieldSet, type Slot } from './field-set.ts';

/** The set with those fields as members: `{spec.replicas}` gets `spec`, but no key of a map and no list item. */
export function withNamedFields(set: FieldSet, schema: ApplySchema | undefined): FieldSet {
  const atom = schema?.atom;
  if (atom === undefined) return set;
  let out: Map<PathElement, Slot> | undefined;
  for (const [element, slot] of set.slots) {
    if (slot.children === undefined) continue;
    const field =
      atom.map !== undefined && isFieldElement(element) ? atom.map.fields.get(element.slice(2)) : undefined;
    let below: ApplySchema | undefined;
    if (atom.map !== undefined && isFieldElement(element)) below = field?.schema ?? atom.map.element;
    else if (isKeyElement(element)) below = atom.list?.element;
    const children = withNamedFields(slot.children, below);
    const member = slot.member || field !== undefined;
    if (member === slot.member && children === slot.children) continue;
    out ??= new Map(set.slots);
    out.set(element, { member, children });
  }
  return out === undefined ? set : new FieldSet(out);
}
