/** What makes it impossible to read a schema as a structural one at all. */
import type { WrittenSchema } from '../written-schema.ts';
import { isList, schemasIn } from './schema-walk.ts';

/** In upstream's words; undefined where there is nothing. Source: apiserver/schema/convert.go. */
export function unsupportedKeyword(schema: WrittenSchema): string | undefined {
  const found = unsupportedHere(schema);
  if (found !== undefined) return found;
  for (const inner of schemasIn(schema)) {
    const below = unsupportedKeyword(inner);
    if (below !== undefined) return below;
  }
  return undefined;
}

function unsupportedHere(schema: WrittenSchema): string | undefined {
  const { items } = schema;
  for (const [name, shown] of keywords) {
    const value = schema[name];
    if (value === undefined || value === '') continue;
    if (typeof value === 'object' && Object.keys(value).length === 0 && name !== 'additionalItems') continue;
    return `OpenAPIV3Schema '${shown}' is not supported`;
  }
  if (isList(items) && items.length > 0) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  }
  return undefined;
}
const keywords = [
  ['id', 'id'],
  ['$schema', 'schema'],
  ['$ref', '$ref'],
  ['patternProperties', 'patternProperties'],
  ['dependencies', 'dependencies'],
  ['additionalItems', 'additionalItems'],
  ['definitions', 'definitions'],
] as const satisfies readonly (readonly [keyof WrittenSchema, string])[];
