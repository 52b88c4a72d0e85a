/**
 * Fills in the defaults of a schema, and before that drops nulls that it does not allow: where there is a default it
 * takes their place. Source: apiextensions-apiserver/pkg/apiserver/schema/defaulting.
 */
import { cloneJson } from '../clone-json.ts';
import { setField } from '../codec/json-parser.ts';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import { type SchemaNode, schemaNode } from './schema-node.ts';

/**
 * In place. False where the defaults would be more than any object may be, since a short item of a long list may have
 * long ones; then not all of them are there.
 */
export function setDefaults(value: JsonValue | undefined, schema: JsonSchemaProps | undefined): boolean {
  if (schema === undefined) return true;
  const room: Room = { characters: limits.recordBytes };
  fill(value, schemaNode(schema), room);
  return room.characters >= 0;
}

/** What defaults may still take; negative once there was one too many. */
interface Room {
  characters: number;
}

function fill(value: JsonValue | undefined, node: SchemaNode, room: Room): void {
  if (typeof value !== 'object' || value === null || !node.contents.hasDefaults) return;
  if (room.characters < 0) return;
  if (Array.isArray(value)) {
    const { items } = node;
    if (items === undefined) return;
    for (let i = 0; i < value.length; i++) {
      if (value[i] === null && hasDefaultForNull(items)) {
        const copy = copyOfDefault(items, room);
        if (copy !== undefined) value[i] = copy;
      }
      fill(value[i], items, room);
    }
    return;
  }
  for (const name of node.namesWithDefaults) {
    const property = node.property(name)!;
    const isMissing = !Object.hasOwn(value, name) || (value[name] === null && !property.isNullable);
    if (isMissing) setDefault(value, name, property, room);
  }
  for (const name in value) {
    const property = node.property(name);
    const inner = property ?? node.additional;
    if (inner === undefined) continue;
    if (property === undefined && value[name] === null && hasDefaultForNull(inner)) {
      setDefault(value, name, inner, room);
    }
    fill(value[name], inner, room);
  }
}

const hasDefaultForNull = ({ isNullable, schema }: SchemaNode): boolean =>
  !isNullable && schema.default !== undefined;

function setDefault(object: JsonObject, name: string, node: SchemaNode, room: Room): void {
  const copy = copyOfDefault(node, room);
  if (copy !== undefined) setField(object, name, copy);
}

/** Undefined where there is no room for it. */
function copyOfDefault(node: SchemaNode, room: Room): JsonValue | undefined {
  room.characters -= node.defaultLength;
  if (room.characters < 0) return undefined;
  const value = node.schema.default ?? null;
  return typeof value === 'object' ? cloneJson(value) : value;
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
