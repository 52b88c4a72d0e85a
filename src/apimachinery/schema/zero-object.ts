/**
 * What Go writes as JSON of an object nobody has filled: the fields of its schema that have no omitempty, or are
 * structs or times by value, which omitempty does not leave out. Bookmarks carry such objects. Kinds without a
 * protobuf form are custom resources to upstream, where an empty object has no fields at all.
 */
import type { JsonObject, JsonValue } from '../object-meta.ts';
import type { Field, ObjectSchema, Schema } from './schema.ts';

/** Fields beside apiVersion, kind and metadata. */
export function zeroFields(schema: ObjectSchema): JsonObject {
  const fields = Object.entries(schema.fields).filter(([name]) => !typeFields.has(name));
  return fields.some(([, field]) => field.number > 0) ? zeroObject(fields) : {};
}
const typeFields: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

function zeroObject(fields: readonly (readonly [string, Field])[]): JsonObject {
  return Object.fromEntries(
    fields
      .filter(([, field]) => field.required || field.byValue === true)
      .map(([name, { schema }]) => [name, zeroValue(schema)]),
  );
}

function zeroValue(schema: Schema): JsonValue {
  switch (schema.type) {
    case 'object':
      return zeroObject(Object.entries(schema.fields));
    // Nil slices and maps, and bytes, which are one.
    case 'map':
    case 'list':
    case 'any':
      return null;
    case 'string':
      if (schema.format === 'quantity') return '0';
      return schema.format === undefined ? '' : null;
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
    case 'int-or-string':
      return 0;
  }
}
