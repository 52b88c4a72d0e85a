/**
 * Drops from a value what its schema does not specify. `x-kubernetes-preserve-unknown-fields` keeps a node's unknown
 * fields as they are; what the node does specify is pruned again. Source of the rules:
 * apiextensions-apiserver/pkg/apiserver/schema/pruning.
 */
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import { type SchemaNode, schemaNode } from './schema-node.ts';

/** In place. Gives back the paths of what was dropped, sorted, when it `tracks` them; not more than are ever told. */
export function prune(
  value: JsonValue | undefined,
  schema: JsonSchemaProps | undefined,
  { isResource = false, tracks = false } = {},
): string[] {
  const dropped: string[] | undefined = tracks ? [] : undefined;
  const root = schema && schemaNode(schema);
  if (isResource && isObject(value)) pruneFields(value, root, true, '', dropped);
  else pruneValue(value, root, '', dropped);
  return dropped?.sort() ?? [];
}

/** Without a schema nothing is specified: of objects all fields go. `path` is only kept where drops are told. */
function pruneValue(
  value: JsonValue | undefined,
  node: SchemaNode | undefined,
  path: string,
  dropped: string[] | undefined,
): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) {
    pruneFields(value, node, node?.isEmbedded === true, path, dropped);
    return;
  }
  const items = node?.items;
  if (node?.keepsUnknown === true && items === undefined) return;
  for (let i = 0; i < value.length; i++) {
    const item = value[i]!;
    if (typeof item !== 'object' || item === null) continue;
    pruneValue(item, items, dropped === undefined ? '' : `${path}[${i}]`, dropped);
  }
}

function pruneFields(
  value: JsonObject,
  node: SchemaNode | undefined,
  isEmbedded: boolean,
  path: string,
  dropped: string[] | undefined,
): void {
  // `true` says that there may be more, and nothing of what is in it.
  const mayHaveMore = node !== undefined && node.schema.additionalProperties !== undefined;
  for (const name in value) {
    if (isEmbedded && isOfEveryObject(name)) continue;
    const property = node?.property(name);
    const field = value[name];
    if (property !== undefined || mayHaveMore) {
      if (typeof field !== 'object' || field === null) continue;
      const below = dropped === undefined ? '' : childPath(path, name);
      pruneValue(field, property ?? node?.additional, below, dropped);
    } else if (node?.keepsUnknown !== true) {
      // At the root they are no field of the kind's, whoever drops them.
      const isTold = dropped !== undefined && dropped.length < limits.strictErrors;
      if (isTold && (path !== '' || !isOfEveryObject(name))) dropped.push(childPath(path, name));
      delete value[name];
    }
  }
}

const childPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isOfEveryObject = (name: string): boolean =>
  name === 'apiVersion' || name === 'kind' || name === 'metadata';
