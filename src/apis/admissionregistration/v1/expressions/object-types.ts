/**
 * The types of objects of a kind, as far as its schema says: for what is only checked. What expressions are evaluated
 * about is dynamic. Source: SchemaDeclType of apiserver/pkg/cel/common.
 */
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listOf,
  mapOf,
  type ObjectType,
  stringType,
  timestampType,
} from '../../../../apimachinery/cel/types.ts';
import type { ResourceDefinition, VersionDefinition } from '../../../../apimachinery/resource-definition.ts';
import { objectMetaSchema } from '../../../../apimachinery/schema/meta.ts';
import type { OpenApiSchema } from '../../../../apimachinery/schema/openapi.ts';
import type { ObjectSchema, Schema } from '../../../../apimachinery/schema/schema.ts';
import { escapeName } from '../../../../apimachinery/structural/rules/escape-name.ts';

export function typeOfKind({ kind }: ResourceDefinition, { schema, custom }: VersionDefinition): CelType {
  if (custom === undefined) return typeOfFields(schema, kind);
  const { properties = {} } = custom.openApi('v3');
  const own = new Map(
    Object.entries(properties).map(([name, each]) => [name, () => typeOfOpenApi(each, `${kind}.${name}`)]),
  );
  own.set('apiVersion', () => stringType);
  own.set('kind', () => stringType);
  own.set('metadata', () => typeOfFields(objectMetaSchema, `${kind}.metadata`));
  return objectOf(kind, own);
}

/** A type with a name that is nobody's, whose fields are looked into when they are asked for. */
function objectOf(name: string, fields: ReadonlyMap<string, () => CelType>): ObjectType {
  const escaped = new Map([...fields].map(([field, type]) => [escapeName(field) ?? field, type]));
  const known = new Map<string, CelType>();
  return {
    kind: 'object',
    name: `@${name}`,
    field(field) {
      const type = known.get(field) ?? escaped.get(field)?.();
      if (type !== undefined) known.set(field, type);
      return type;
    },
  };
}

const typeOfFields = ({ fields }: ObjectSchema, name: string): CelType =>
  objectOf(
    name,
    new Map(
      Object.entries(fields).map(([field, { schema }]) => [
        field,
        () => typeOfSchema(schema, `${name}.${field}`),
      ]),
    ),
  );

function typeOfSchema(schema: Schema, name: string): CelType {
  switch (schema.type) {
    case 'object':
      return typeOfFields(schema, name);
    case 'list':
      return listOf(typeOfSchema(schema.item, `${name}.@items`));
    case 'map':
      return mapOf(stringType, typeOfSchema(schema.value, `${name}.@values`));
    case 'string':
      return typeOfText(schema.format);
    case 'boolean':
      return boolType;
    case 'integer':
      return intType;
    case 'number':
      return doubleType;
    default:
      return dynType;
  }
}

function typeOfOpenApi(schema: OpenApiSchema, name: string): CelType {
  switch (schema.type) {
    case 'object': {
      const { properties, additionalProperties } = schema;
      if (typeof additionalProperties === 'object') {
        return mapOf(stringType, typeOfOpenApi(additionalProperties, `${name}.@values`));
      }
      if (properties === undefined) return dynType;
      const fields = Object.entries(properties).map(([field, each]): [string, () => CelType] => [
        field,
        () => typeOfOpenApi(each, `${name}.${field}`),
      ]);
      return objectOf(name, new Map(fields));
    }
    case 'array':
      return schema.items === undefined ? dynType : listOf(typeOfOpenApi(schema.items, `${name}.@items`));
    case 'string':
      return typeOfText(schema.format);
    case 'boolean':
      return boolType;
    case 'integer':
      return intType;
    case 'number':
      return doubleType;
    default:
      return dynType;
  }
}

function typeOfText(format: string | undefined): CelType {
  if (format === 'byte') return bytesType;
  if (format === 'date' || format === 'date-time') return timestampType;
  return format === 'duration' ? durationType : stringType;
}
