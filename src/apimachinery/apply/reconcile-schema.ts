/** What a manager owns, after a type changed what is atomic since its fields were written. */
import type { ApplySchema, MapAtom } from './apply-schema.ts';
import { firstShape } from './apply-schema.ts';
import { isFieldElement, type PathElement } from './field-path.ts';
import { type FieldSet, FieldSetBuilder } from './field-set.ts';

/**
 * Whoever owned parts of what is now owned as a whole owns the whole. The other way round nothing needs to be done:
 * the whole stays owned beside its parts. Gives back the set itself where nothing changed.
 */
export function reconcileFieldSetWithSchema(set: FieldSet, schema: ApplySchema): FieldSet {
  if (asTheyAre.get(set) === schema) return set;
  const wholes: (readonly PathElement[])[] = [];
  findWholes(set, schema, [], wholes);
  if (wholes.length === 0) {
    asTheyAre.set(set, schema);
    return set;
  }
  const builder = new FieldSetBuilder();
  for (const path of wholes) builder.insert(path);
  const atomics = builder.build();
  return set.recursiveDifference(atomics).union(atomics);
}

/** By which schema there was last nothing to do for a set: one that many objects share is asked for with each of their writes. */
const asTheyAre = new WeakMap<FieldSet, ApplySchema>();

/** The paths of atomic containers below which the set has fields. */
function findWholes(
  set: FieldSet,
  schema: ApplySchema,
  path: PathElement[],
  wholes: (readonly PathElement[])[],
): void {
  const atom = schema.atom;
  if (atom === undefined) return;
  const shape = firstShape(atom);
  const container = shape === 'map' ? atom.map! : shape === 'list' ? atom.list! : undefined;
  if (container === undefined || (shape === 'map' && isDeduced(atom.map!))) return;
  if (container.isAtomic) {
    wholes.push([...path]);
    return;
  }
  for (const [element, { children }] of set.slots) {
    if (children === undefined) continue;
    const below = shape === 'map' ? schemaBelow(atom.map!, element) : atom.list!.element;
    if (below === undefined) continue;
    path.push(element);
    findWholes(children, below, path, wholes);
    path.pop();
  }
}

/** A map without declared fields whose values may be anything: upstream leaves those as they are. */
const isDeduced = (map: MapAtom): boolean => map.fields.size === 0 && map.element?.atom?.scalar === 'untyped';

/** Undefined for fields the type does not have. */
function schemaBelow(map: MapAtom, element: PathElement): ApplySchema | undefined {
  return (isFieldElement(element) ? map.fields.get(element.slice(2))?.schema : undefined) ?? map.element;
}
