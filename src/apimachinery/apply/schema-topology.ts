/**
 * The apply schema of a kind, from its schema: the list and map types a kind declares, read as upstream reads the
 * OpenAPI document that says the same. One for every schema object, made when it is first asked for.
 */
import type { Field, ListSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import {
  ApplySchema,
  type Atom,
  atomOf,
  deduced,
  type FieldType,
  fieldType,
  type ListAtom,
  type Scalar,
} from './apply-schema.ts';

const known = new WeakMap<Schema, ApplySchema>();

export function applySchemaOf(schema: Schema): ApplySchema {
  // Upstream's document says nothing of what is one thing or another.
  if (schema.type === 'any' || schema.type === 'either') return deduced;
  let found = known.get(schema);
  if (found === undefined) {
    found = new ApplySchema(schema.type === 'object' ? schema.name : undefined, () => atomFor(schema));
    known.set(schema, found);
  }
  return found;
}

function atomFor(schema: Exclude<Schema, { type: 'any' | 'either' }>): Atom {
  switch (schema.type) {
    case 'object':
      return atomOf({ map: objectAtom(schema) });
    case 'map': {
      const element = applySchemaOf(schema.value);
      return atomOf({ map: { fields: new Map(), element, isAtomic: schema.mapType === 'atomic' } });
    }
    case 'list':
      return atomOf({ list: listAtom(schema) });
    case 'string':
      // A formatted string may be written as something else: a quantity as a number.
      return atomOf({
        scalar: schema.format === undefined || schema.format === 'byte' ? 'string' : 'untyped',
      });
    default:
      return atomOf({ scalar: scalars[schema.type] });
  }
}
const scalars: Readonly<Record<'boolean' | 'integer' | 'number' | 'int-or-string', Scalar>> = {
  boolean: 'boolean',
  integer: 'numeric',
  number: 'numeric',
  'int-or-string': 'untyped',
};

function objectAtom({ fields, mapType }: ObjectSchema): NonNullable<Atom['map']> {
  const types = new Map<string, FieldType>(
    Object.entries(fields).map(([name, { schema }]: [string, Field]) => [
      name,
      fieldType(name, applySchemaOf(schema), schema.default),
    ]),
  );
  // An object that declares nothing takes everything.
  return { fields: types, element: types.size === 0 ? deduced : undefined, isAtomic: mapType === 'atomic' };
}

/** Where no list type is declared the strategic-merge one says as much. */
function listAtom({ item, listType, listMapKeys, patchStrategy, patchMergeKey }: ListSchema): ListAtom {
  const element = applySchemaOf(item);
  switch (listType) {
    case 'map':
      return { element, isAtomic: false, keys: listMapKeys ?? [] };
    case 'set':
      return { element, isAtomic: false, keys: [] };
    case 'atomic':
      return { element, isAtomic: true, keys: [] };
    default: {
      const keys = patchMergeKey === undefined ? [] : [patchMergeKey];
      return patchStrategy === 'merge'
        ? { element, isAtomic: false, keys }
        : { element, isAtomic: true, keys: [] };
    }
  }
}
