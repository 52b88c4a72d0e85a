/**
 * Lists that say no item is there twice: sets by value, maps by their keys. Source:
 * apiextensions-apiserver/pkg/apiserver/schema/listtype.
 */
import { stringifyJson } from '../codec/json.ts';
import { duplicateValue, type FieldError, invalidValue } from '../field-error.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import { schemaOf } from './set-defaults.ts';

export function validateListTypes(
  value: JsonValue | undefined,
  schema: JsonSchemaProps,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  visit(value, schema, path, errors);
  return errors;
}

function visit(
  value: JsonValue | undefined,
  schema: JsonSchemaProps | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (schema === undefined || typeof value !== 'object' || value === null) return;
  if (!hasListTypes(schema)) return;
  if (Array.isArray(value)) {
    const listType = schema['x-kubernetes-list-type'];
    if (listType === 'set') reportRepeated(value, path, (item) => item, errors);
    else if (listType === 'map') {
      const keys = schema['x-kubernetes-list-map-keys'] ?? [];
      const others = value.flatMap((item, i) => (isObjectOrNull(item) ? [] : [{ item, i }]));
      for (const { item, i } of others) {
        errors.push(invalidValue(`${path}[${i}]`, item, 'must be an object for an array list of type map'));
      }
      if (others.length === 0) reportRepeated(value, path, (item) => keysOf(item, keys), errors);
    }
    for (const [i, item] of value.entries()) visit(item, schema.items, `${path}[${i}]`, errors);
    return;
  }
  for (const name of Object.keys(value)) {
    const isField = schema.properties !== undefined && Object.hasOwn(schema.properties, name);
    const below = !isField ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    visit(value[name], schemaOf(schema, name), below, errors);
  }
}

/** Each repeated item is reported once, at its second place. */
function reportRepeated(
  list: readonly JsonValue[],
  path: string,
  identify: (item: JsonValue) => JsonValue,
  errors: FieldError[],
): void {
  const seen = new Map<string, number>();
  for (const [i, item] of list.entries()) {
    const identity = identify(item);
    const text = stringifyJson(sorted(identity));
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    if (times === 2) errors.push(duplicateValue(`${path}[${i}]`, identity));
  }
}

function keysOf(item: JsonValue, keys: readonly string[]): JsonValue {
  const found: JsonObject = {};
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return found;
  for (const key of keys.toSorted()) if (item[key] !== undefined) found[key] = item[key];
  return found;
}

const isObjectOrNull = (value: JsonValue): boolean => typeof value === 'object' && !Array.isArray(value);

/** Equal values have equal texts. */
function sorted(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name] ?? null)]),
  );
}

const known = new WeakMap<JsonSchemaProps, boolean>();
function hasListTypes(schema: JsonSchemaProps): boolean {
  let found = known.get(schema);
  if (found === undefined) {
    const { items, properties = {}, additionalProperties } = schema;
    const listType = schema['x-kubernetes-list-type'];
    found =
      listType === 'set' ||
      listType === 'map' ||
      (items !== undefined && hasListTypes(items)) ||
      (typeof additionalProperties === 'object' && hasListTypes(additionalProperties)) ||
      Object.values(properties).some(hasListTypes);
    known.set(schema, found);
  }
  return found;
}
