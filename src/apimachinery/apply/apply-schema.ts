/**
 * What apply must know of a type: which containers are owned as a whole (atomic) and which part by part, and how
 * the items of a list are told apart. Not a validator of values beyond that, and no reader of any schema language:
 * schema-topology.ts makes these from ours.
 */
import type { JsonValue } from '../object-meta.ts';
import { fieldElement, type PathElement } from './field-path.ts';

export type Scalar = 'numeric' | 'string' | 'boolean' | 'untyped';

export interface FieldType {
  /** The field's path element. */
  readonly element: PathElement;
  readonly schema: ApplySchema;
  /** Stands in for an absent key of a list item. */
  readonly default: JsonValue | undefined;
}
export interface MapAtom {
  readonly fields: ReadonlyMap<string, FieldType>;
  /** Of the keys that are no fields; undefined where there may be none. */
  readonly element: ApplySchema | undefined;
  readonly isAtomic: boolean;
}
export interface ListAtom {
  readonly element: ApplySchema;
  /** Otherwise associative: items are told apart by `keys`, or by their value where there are none (a set). */
  readonly isAtomic: boolean;
  readonly keys: readonly string[];
}
export type Shape = 'scalar' | 'list' | 'map';

/** The shapes a value may have. Most types have one; deduced ones all three. */
export interface Atom {
  readonly scalar: Scalar | undefined;
  readonly list: ListAtom | undefined;
  readonly map: MapAtom | undefined;
  /** The one shape, where there is only one. */
  readonly only: Shape | undefined;
}

export function atomOf(shapes: { scalar?: Scalar; list?: ListAtom; map?: MapAtom }): Atom {
  const { scalar, list, map } = shapes;
  const present = (['scalar', 'list', 'map'] as const).filter((shape) => shapes[shape] !== undefined);
  return { scalar, list, map, only: present.length === 1 ? present[0] : undefined };
}
export const fieldType = (name: string, schema: ApplySchema, value?: JsonValue): FieldType => ({
  element: fieldElement(name),
  schema,
  default: value,
});

/** A type, resolved when it is first looked into: so types may contain themselves. */
export class ApplySchema {
  /** Of a named type, for errors. */
  readonly name: string | undefined;
  private resolve: (() => Atom | undefined) | undefined;
  private resolved: Atom | undefined;

  constructor(name: string | undefined, resolve: () => Atom | undefined) {
    this.name = name;
    this.resolve = resolve;
  }

  /** Undefined where a reference leads nowhere. */
  get atom(): Atom | undefined {
    if (this.resolve !== undefined) {
      this.resolved = this.resolve();
      this.resolve = undefined;
    }
    return this.resolved;
  }
}

/** Anything, owned as a whole. */
export const untypedAtomic: ApplySchema = new ApplySchema('__untyped_atomic_', () =>
  atomOf({
    scalar: 'untyped',
    list: { element: untypedAtomic, isAtomic: true, keys: [] },
    map: { fields: new Map(), element: untypedAtomic, isAtomic: true },
  }),
);

/** Anything: maps are owned key by key, lists as a whole. */
export const deduced: ApplySchema = new ApplySchema('__untyped_deduced_', () =>
  atomOf({
    scalar: 'untyped',
    list: { element: untypedAtomic, isAtomic: true, keys: [] },
    map: { fields: new Map(), element: deduced, isAtomic: false },
  }),
);

/** The shape under which a value is handled. Null goes with any, and so does what fits no shape. */
export function shapeOf(atom: Atom, value: JsonValue | undefined): Shape | undefined {
  return atom.only ?? narrowShape(atom, value) ?? firstShape(atom);
}

/** The shape that a value singles out of those its type has; undefined where it leaves the choice open. */
export function narrowShape(atom: Atom, value: JsonValue | undefined): Shape | undefined {
  if (atom.only !== undefined) return atom.only;
  if (value === undefined || value === null) return undefined;
  const shape = typeof value !== 'object' ? 'scalar' : Array.isArray(value) ? 'list' : 'map';
  return atom[shape] === undefined ? undefined : shape;
}

export function firstShape(atom: Atom): Shape | undefined {
  if (atom.map !== undefined) return 'map';
  if (atom.scalar !== undefined) return 'scalar';
  return atom.list === undefined ? undefined : 'list';
}

/** The type of a key of a map. */
export const keySchema = (map: MapAtom, key: string): ApplySchema | undefined =>
  map.fields.get(key)?.schema ?? map.element;
