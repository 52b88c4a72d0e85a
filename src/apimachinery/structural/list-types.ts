/**
 * Lists that say no item is there twice: sets by value, maps by their keys. Source:
 * apiextensions-apiserver/pkg/apiserver/schema/listtype.
 */
import { stringifyJson } from '../codec/json.ts';
import { duplicateValue, type FieldError, invalidValue } from '../field-error.ts';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import { type SchemaNode, schemaNode } from './schema-node.ts';

export function validateListTypes(
  value: JsonValue | undefined,
  schema: JsonSchemaProps,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  visit(value, schemaNode(schema), { parent: undefined, step: path }, errors);
  return errors;
}

/** Written out only for an error: the way to a value, innermost first. */
interface Place {
  readonly parent: Place | undefined;
  readonly step: string | number;
}

function visit(
  value: JsonValue | undefined,
  node: SchemaNode | undefined,
  place: Place,
  errors: FieldError[],
): void {
  if (typeof value !== 'object' || value === null || node?.contents.hasListTypes !== true) return;
  if (errors.length >= limits.schemaErrors) return;
  if (!Array.isArray(value)) {
    for (const name in value) {
      const property = node.property(name);
      const inner = property ?? node.additional;
      if (inner?.contents.hasListTypes !== true) continue;
      visit(value[name], inner, { parent: place, step: property === undefined ? `[${name}]` : name }, errors);
    }
    return;
  }
  checkList(value, node, place, errors);
  if (node.items?.contents.hasListTypes !== true) return;
  for (let i = 0; i < value.length; i++) visit(value[i], node.items, { parent: place, step: i }, errors);
}

function checkList(
  list: readonly JsonValue[],
  { schema }: SchemaNode,
  place: Place,
  errors: FieldError[],
): void {
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'set') reportRepeated(list, place, textOf, (item) => item, errors);
  if (listType !== 'map') return;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const other = list.findIndex((item) => !isObjectOrNull(item));
  if (other >= 0) {
    const problem = 'must be an object for an array of list-type map';
    errors.push(invalidValue(`${pathOf(place)}[${other}]`, list[other], problem));
    return;
  }
  reportRepeated(
    list,
    place,
    (item) => keyTextOf(item, keys),
    (item) => keysOf(item, keys),
    errors,
  );
}

/** Each repeated item is reported once, at its second place. */
function reportRepeated(
  list: readonly JsonValue[],
  place: Place,
  identify: (item: JsonValue) => string,
  show: (item: JsonValue) => JsonValue,
  errors: FieldError[],
): void {
  if (list.length < 2) return;
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (let i = 0; i < list.length && errors.length < limits.schemaErrors; i++) {
    const identity = identify(list[i]!);
    if (!seen.has(identity)) seen.add(identity);
    else if (!repeated.has(identity)) {
      repeated.add(identity);
      errors.push(duplicateValue(`${pathOf(place)}[${i}]`, show(list[i]!)));
    }
  }
}

function pathOf({ parent, step }: Place): string {
  if (parent === undefined) return String(step);
  const above = pathOf(parent);
  if (typeof step === 'number') return `${above}[${step}]`;
  // The name of a field of a map is in brackets already.
  return above === '' || step.startsWith('[') ? above + step : `${above}.${step}`;
}

/** Not set and null are two keys. */
function keyTextOf(item: JsonValue, keys: readonly string[]): string {
  if (item === null || typeof item !== 'object' || Array.isArray(item))
    return ''.padEnd(keys.length - 1, ',');
  if (keys.length === 1) return keyText(item[keys[0]!]);
  return keys.map((key) => keyText(item[key])).join(',');
}
const keyText = (value: JsonValue | undefined): string => (value === undefined ? '' : textOf(value));

function keysOf(item: JsonValue, keys: readonly string[]): JsonValue {
  const found: JsonObject = {};
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return found;
  for (const key of keys.toSorted()) if (item[key] !== undefined) found[key] = item[key];
  return found;
}

const isObjectOrNull = (value: JsonValue): boolean => typeof value === 'object' && !Array.isArray(value);

/** Equal values have equal texts. */
const textOf = (value: JsonValue): string =>
  typeof value === 'string' ? JSON.stringify(value) : stringifyJson(sorted(value));
function sorted(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name] ?? null)]),
  );
}
