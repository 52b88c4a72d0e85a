/**
 * What apply must know of a custom resource, from its schema: which lists are sets and maps, which containers are owned
 * as a whole, and where anything may stand. Resolved where it is looked into. Source: the topology that upstream reads
 * from the published document, kube-openapi/pkg/schemaconv.
 */
import {
  ApplySchema,
  type Atom,
  atomOf,
  deduced,
  type FieldType,
  fieldType,
  type ListAtom,
  type MapAtom,
  type Scalar,
  untypedAtomic,
} from '../apply/apply-schema.ts';
import { applySchemaOf } from '../apply/schema-topology.ts';
import { objectMetaSchema, typeFields } from '../schema/meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';

/** Of a whole custom resource. */
export function customApplySchema(schema: JsonSchemaProps): ApplySchema {
  return typeOf({ ...schema, 'x-kubernetes-embedded-resource': true }, false);
}

/** `keepsUnknown` once said holds for all that is inside, whatever upstream's pruning does there. */
function typeOf(schema: JsonSchemaProps, keepsUnknown: boolean): ApplySchema {
  const keeps = keepsUnknown || schema['x-kubernetes-preserve-unknown-fields'] === true;
  return new ApplySchema(undefined, () => atomFor(schema, keeps));
}

function atomFor(schema: JsonSchemaProps, keepsUnknown: boolean): Atom {
  switch (schema.type) {
    case 'object':
      return atomOf({ map: mapAtom(schema, keepsUnknown) });
    case 'array':
      return atomOf({ list: listAtom(schema, keepsUnknown) });
    case 'string':
      // A formatted text may be written as something else.
      return atomOf({ scalar: isPlain(schema.format) ? 'string' : 'untyped' });
    case 'integer':
    case 'number':
    case 'boolean':
      return atomOf({ scalar: scalars[schema.type] });
    default:
      return atomOf({
        scalar: 'untyped',
        list: listAtom(schema, keepsUnknown),
        map: mapAtom(schema, keepsUnknown),
      });
  }
}
const scalars: Readonly<Record<'integer' | 'number' | 'boolean', Scalar>> = {
  integer: 'numeric',
  number: 'numeric',
  boolean: 'boolean',
};
const isPlain = (format: string | undefined): boolean =>
  format === undefined || format === '' || format === 'byte';

function mapAtom(schema: JsonSchemaProps, keepsUnknown: boolean): MapAtom {
  const fields = new Map<string, FieldType>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    fields.set(name, fieldType(name, typeOf(property, keepsUnknown), property.default));
  }
  if (schema['x-kubernetes-embedded-resource'] === true) {
    for (const name of ['apiVersion', 'kind'] as const) {
      fields.set(name, fieldType(name, applySchemaOf(typeFields[name].schema)));
    }
    fields.set('metadata', fieldType('metadata', applySchemaOf(objectMetaSchema)));
  }
  return {
    fields,
    element: elementOf(schema, keepsUnknown, fields.size === 0),
    isAtomic: schema['x-kubernetes-map-type'] === 'atomic',
  };
}

/** An object that declares nothing takes everything. */
function elementOf(
  { additionalProperties }: JsonSchemaProps,
  keepsUnknown: boolean,
  isEmpty: boolean,
): ApplySchema | undefined {
  if (typeof additionalProperties === 'object') return typeOf(additionalProperties, keepsUnknown);
  return (additionalProperties ?? (keepsUnknown || isEmpty)) ? deduced : undefined;
}

function listAtom(schema: JsonSchemaProps, keepsUnknown: boolean): ListAtom {
  const listType = schema['x-kubernetes-list-type'];
  return {
    element: schema.items === undefined ? untypedAtomic : typeOf(schema.items, keepsUnknown),
    isAtomic: listType !== 'map' && listType !== 'set',
    keys: listType === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : [],
  };
}
