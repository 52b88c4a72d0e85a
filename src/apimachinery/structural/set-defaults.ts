/**
 * Fills in the defaults of a schema, and before that drops nulls that it does not allow: where there is a default it
 * takes their place. Source: apiextensions-apiserver/pkg/apiserver/schema/defaulting.
 */
import { setField } from '../codec/json-parser.ts';
import type { JsonValue } from '../object-meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import { type SchemaNode, schemaNode } from './schema-node.ts';

/** In place. */
export function setDefaults(value: JsonValue | undefined, schema: JsonSchemaProps | undefined): void {
  if (schema !== undefined) fill(value, schemaNode(schema));
}

function fill(value: JsonValue | undefined, node: SchemaNode): void {
  if (typeof value !== 'object' || value === null || !node.contents.hasDefaults) return;
  if (Array.isArray(value)) {
    const { items } = node;
    if (items === undefined) return;
    for (let i = 0; i < value.length; i++) {
      if (value[i] === null && hasDefaultForNull(items)) value[i] = copyOfDefault(items);
      fill(value[i], items);
    }
    return;
  }
  for (const name of node.namesWithDefaults) {
    const property = node.property(name)!;
    const isMissing = !Object.hasOwn(value, name) || (value[name] === null && !property.isNullable);
    if (isMissing) setField(value, name, copyOfDefault(property));
  }
  for (const name in value) {
    const property = node.property(name);
    const inner = property ?? node.additional;
    if (inner === undefined) continue;
    if (property === undefined && value[name] === null && hasDefaultForNull(inner)) {
      setField(value, name, copyOfDefault(inner));
    }
    fill(value[name], inner);
  }
}

const hasDefaultForNull = ({ isNullable, schema }: SchemaNode): boolean =>
  !isNullable && schema.default !== undefined;

function copyOfDefault({ schema }: SchemaNode): JsonValue {
  const value = schema.default ?? null;
  return typeof value === 'object' ? structuredClone(value) : value;
}

/** In place. Nulls in lists stay, as upstream leaves them. */
export function dropWrongNulls(value: JsonValue | undefined, schema: JsonSchemaProps | undefined): void {
  // Nearly nobody writes any.
  if (schema !== undefined && hasNull(value)) dropNulls(value, schemaNode(schema));
}

function hasNull(value: JsonValue | undefined): boolean {
  if (typeof value !== 'object') return false;
  if (value === null) return true;
  if (Array.isArray(value)) return value.some(hasNull);
  for (const name in value) if (hasNull(value[name])) return true;
  return false;
}

function dropNulls(value: JsonValue | undefined, node: SchemaNode): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    const { items } = node;
    if (items !== undefined) for (const item of value) dropNulls(item, items);
    return;
  }
  for (const name in value) {
    const inner = node.field(name);
    if (inner === undefined) continue;
    if (value[name] === null && !inner.isNullable && inner.schema.default === undefined) delete value[name];
    else dropNulls(value[name], inner);
  }
}
