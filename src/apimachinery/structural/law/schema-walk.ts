/** The schemas inside a schema, wherever they may stand, forbidden places included. Judges nothing. */
import type { WrittenSchema } from '../written-schema.ts';
import { childPath, keyPath } from './schema-path.ts';

export interface InnerSchema {
  readonly schema: WrittenSchema;
  readonly path: string;
  /** What it is about, of a value that the outer schema is about; `other` are the same value, and what is forbidden. */
  readonly relation: 'property' | 'value' | 'item' | 'other';
  /** Of a property. */
  readonly name: string;
}

/** Those right inside. */
export function* schemasIn(schema: WrittenSchema, path: string): Generator<InnerSchema> {
  const { items, additionalProperties, additionalItems } = schema;
  const inner = (
    found: WrittenSchema,
    at: string,
    relation: InnerSchema['relation'] = 'other',
    name = '',
  ): InnerSchema => ({ schema: found, path: at, relation, name });
  const itemsPath = childPath(path, 'items');
  if (isList(items)) for (const [i, item] of items.entries()) yield inner(item, `${itemsPath}[${i}]`, 'item');
  else if (items !== undefined) yield inner(items, itemsPath, 'item');
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [i, found] of (schema[name] ?? []).entries()) {
      yield inner(found, `${childPath(path, name)}[${i}]`);
    }
  }
  if (schema.not !== undefined) yield inner(schema.not, childPath(path, 'not'));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    yield inner(property, keyPath(path, 'properties', name), 'property', name);
  }
  if (typeof additionalProperties === 'object') {
    yield inner(additionalProperties, childPath(path, 'additionalProperties'), 'value');
  }
  if (typeof additionalItems === 'object') yield inner(additionalItems, childPath(path, 'additionalItems'));
  for (const name of ['patternProperties', 'definitions'] as const) {
    for (const [key, found] of Object.entries(schema[name] ?? {}))
      yield inner(found, keyPath(path, name, key));
  }
  for (const [key, found] of Object.entries(schema.dependencies ?? {})) {
    if (!isList(found)) yield inner(found, keyPath(path, 'dependencies', key));
  }
}

/** What TypeScript's own does not say of readonly lists. */
export const isList = <T>(value: T): value is Extract<T, readonly unknown[]> => Array.isArray(value);

/** Whether it holds of the schema or of one inside it. */
export function someSchema(schema: WrittenSchema, holds: (schema: WrittenSchema) => boolean): boolean {
  if (holds(schema)) return true;
  for (const inner of schemasIn(schema, '')) if (someSchema(inner.schema, holds)) return true;
  return false;
}
