/**
 * Drops from a value what its schema does not specify. `x-kubernetes-preserve-unknown-fields` keeps a node's unknown
 * fields as they are; what the node does specify is pruned again. Source of the rules:
 * apiextensions-apiserver/pkg/apiserver/schema/pruning.
 */
import type { JsonObject, JsonValue } from '../object-meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';

/** In place. Gives back the paths of what was dropped, sorted, when `tracks` them. */
export function prune(
  value: JsonValue | undefined,
  schema: JsonSchemaProps | undefined,
  { isResource = false, tracks = false } = {},
): string[] {
  const dropped: string[] | undefined = tracks ? [] : undefined;
  const root = isResource ? { ...schema, 'x-kubernetes-embedded-resource': true } : schema;
  pruneValue(value, root, '', dropped);
  return dropped?.sort() ?? [];
}

/** Without a schema nothing is specified: of objects all fields go. `path` is only kept where drops are told. */
function pruneValue(
  value: JsonValue | undefined,
  schema: JsonSchemaProps | undefined,
  path: string,
  dropped: string[] | undefined,
): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (schema?.['x-kubernetes-preserve-unknown-fields'] === true && schema.items === undefined) return;
    for (let i = 0; i < value.length; i++) {
      const item = value[i]!;
      if (typeof item !== 'object' || item === null) continue;
      pruneValue(item, schema?.items, dropped === undefined ? '' : `${path}[${i}]`, dropped);
    }
    return;
  }
  pruneFields(value, schema, path, dropped);
}

function pruneFields(
  value: JsonObject,
  schema: JsonSchemaProps | undefined,
  path: string,
  dropped: string[] | undefined,
): void {
  const properties = schema?.properties;
  const additional = schema?.additionalProperties;
  const keepsUnknown = schema?.['x-kubernetes-preserve-unknown-fields'] === true;
  const isEmbedded = schema?.['x-kubernetes-embedded-resource'] === true;
  for (const name of Object.keys(value)) {
    if (isEmbedded && isOfEveryObject(name)) continue;
    const below = dropped === undefined ? '' : path === '' ? name : `${path}.${name}`;
    if (properties !== undefined && Object.hasOwn(properties, name)) {
      pruneValue(value[name], properties[name], below, dropped);
    } else if (additional !== undefined) {
      // `true` says that there may be more, and nothing of what is in it.
      pruneValue(value[name], typeof additional === 'object' ? additional : undefined, below, dropped);
    } else if (!keepsUnknown) {
      // At the root they are no field of the kind's, whoever drops them.
      if (path !== '' || !isOfEveryObject(name)) dropped?.push(below);
      delete value[name];
    }
  }
}

const isOfEveryObject = (name: string): boolean =>
  name === 'apiVersion' || name === 'kind' || name === 'metadata';
