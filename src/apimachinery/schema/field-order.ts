/**
 * Objects with their fields in the order of the schema, which is that of the Go struct, and with map keys sorted: the
 * order Go's JSON encoder writes in. Only the order: nothing is checked, and what the schema does not know is kept,
 * behind the rest.
 */
import { setField } from '../codec/json-parser.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import type { ObjectSchema, Schema } from './schema.ts';

/** A copy; texts, numbers and values without a schema are shared with the original. */
export function inFieldOrder<T extends object>(object: T, schema: ObjectSchema): T {
  return ordered(object as unknown as JsonObject, schema) as unknown as T;
}

function ordered(value: JsonValue, schema: Schema): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (schema.type === 'either') {
    return ordered(value, Array.isArray(value) ? schema.other.schema : schema.object.schema);
  }
  if (Array.isArray(value)) {
    return schema.type === 'list' ? value.map((item) => ordered(item, schema.item)) : value;
  }
  if (schema.type === 'object') return orderedFields(value, schema);
  if (schema.type !== 'map') return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value).sort()) setField(copy, key, ordered(value[key]!, schema.value));
  return copy;
}

function orderedFields(value: JsonObject, { fields }: ObjectSchema): JsonObject {
  const copy: JsonObject = {};
  // Go embeds TypeMeta, which begins with the kind.
  const names =
    fields.kind?.number === 0 ? ['kind', 'apiVersion', ...Object.keys(fields)] : Object.keys(fields);
  for (const name of names) {
    const given = value[name];
    if (given !== undefined && copy[name] === undefined) copy[name] = ordered(given, fields[name]!.schema);
  }
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(fields, name)) setField(copy, name, value[name]!);
  }
  return copy;
}
