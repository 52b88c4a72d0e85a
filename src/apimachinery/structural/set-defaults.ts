/**
 * Fills in the defaults of a schema, and before that drops nulls that it does not allow: where there is a default it
 * takes their place. Source: apiextensions-apiserver/pkg/apiserver/schema/defaulting.
 */
import { setField } from '../codec/json-parser.ts';
import type { JsonValue } from '../object-meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';

/** In place. */
export function setDefaults(value: JsonValue | undefined, schema: JsonSchemaProps | undefined): void {
  if (schema === undefined || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (hasWrongNull(value[i], schema.items) && schema.items?.default !== undefined) {
        value[i] = structuredClone(schema.items.default);
      }
      setDefaults(value[i], schema.items);
    }
    return;
  }
  for (const name of namesWithDefaults(schema)) {
    const property = schema.properties?.[name];
    if (!Object.hasOwn(value, name) || hasWrongNull(value[name], property)) {
      setField(value, name, structuredClone(property?.default as JsonValue));
    }
  }
  for (const name of Object.keys(value)) {
    const inner = schemaOf(schema, name);
    if (inner === undefined) continue;
    const isOfMap = !(schema.properties !== undefined && Object.hasOwn(schema.properties, name));
    if (isOfMap && hasWrongNull(value[name], inner) && inner.default !== undefined) {
      setField(value, name, structuredClone(inner.default));
    }
    setDefaults(value[name], inner);
  }
}

/** In place. Nulls in lists stay, as upstream leaves them. */
export function dropWrongNulls(value: JsonValue | undefined, schema: JsonSchemaProps | undefined): void {
  if (schema === undefined || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) dropWrongNulls(item, schema.items);
    return;
  }
  for (const name of Object.keys(value)) {
    const inner = schemaOf(schema, name);
    if (inner === undefined) continue;
    if (hasWrongNull(value[name], inner) && inner.default === undefined) delete value[name];
    else dropWrongNulls(value[name], inner);
  }
}

function hasWrongNull(value: JsonValue | undefined, schema: JsonSchemaProps | undefined): boolean {
  return value === null && schema !== undefined && schema.nullable !== true;
}

export function schemaOf(schema: JsonSchemaProps, name: string): JsonSchemaProps | undefined {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** Most objects have none, and schemas live long: each is looked through once. */
const known = new WeakMap<JsonSchemaProps, readonly string[]>();
function namesWithDefaults(schema: JsonSchemaProps): readonly string[] {
  let names = known.get(schema);
  if (names === undefined) {
    names = Object.entries(schema.properties ?? {})
      .filter(([, property]) => property.default !== undefined)
      .map(([name]) => name);
    known.set(schema, names);
  }
  return names;
}
