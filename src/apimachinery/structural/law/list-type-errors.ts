/**
 * How lists and objects are joined when they are applied: what x-kubernetes-list-type, -list-map-keys and -map-type may
 * be, and what a list of a kind asks of its items.
 */
import { type FieldError, forbidden, invalidValue, notSupported, requiredValue } from '../../field-error.ts';
import type { WrittenSchema } from '../written-schema.ts';
import { childPath, keyPath } from './schema-path.ts';
import { isList } from './schema-walk.ts';

const mapTypes: readonly string[] = ['atomic', 'granular'];
const listTypes: readonly string[] = ['atomic', 'set', 'map'];

export function mapTypeErrors(schema: WrittenSchema, path: string): FieldError[] {
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return [];
  const errors = typeErrors(schema, 'object', 'x-kubernetes-map-type', path);
  if (!mapTypes.includes(mapType)) {
    errors.push(notSupported(childPath(path, 'x-kubernetes-map-type'), mapType, mapTypes));
  }
  return errors;
}

export interface ListTypeRules {
  readonly requiresAtomicSets: boolean;
  readonly requiresMapKeys: boolean;
}

export function listTypeErrors(schema: WrittenSchema, path: string, rules: ListTypeRules): FieldError[] {
  const listType = schema['x-kubernetes-list-type'];
  const at = childPath(path, 'x-kubernetes-list-type');
  const errors: FieldError[] = [];
  if (listType !== undefined) {
    if (schema.type !== 'array') errors.push(...typeErrors(schema, 'array', 'x-kubernetes-list-type', path));
    else if (rules.requiresAtomicSets) errors.push(...setItemErrors(schema, path));
    if (!listTypes.includes(listType)) errors.push(notSupported(at, listType, listTypes));
  }
  if ((schema['x-kubernetes-list-map-keys'] ?? []).length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(listType === undefined ? requiredValue(at, detail) : invalidValue(at, listType, detail));
  }
  if (listType === 'map') errors.push(...mapListErrors(schema, path));
  if (rules.requiresMapKeys) errors.push(...mapKeyErrors(schema, path));
  return errors;
}

function typeErrors(schema: WrittenSchema, wanted: string, keyword: string, path: string): FieldError[] {
  const { type = '' } = schema;
  if (type === wanted) return [];
  const detail = `must be ${wanted} if ${keyword} is specified`;
  const at = childPath(path, 'type');
  return [type === '' ? requiredValue(at, detail) : invalidValue(at, type, detail)];
}

/** The items of a set are compared as a whole. */
export function setItemErrors(schema: WrittenSchema, path: string): FieldError[] {
  const { items } = schema;
  if (schema['x-kubernetes-list-type'] !== 'set' || items === undefined || isList(items)) return [];
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const keyword =
    items.type === 'array'
      ? 'x-kubernetes-list-type'
      : items.type === 'object'
        ? 'x-kubernetes-map-type'
        : undefined;
  if (keyword === undefined) return [];
  const found = items[keyword];
  // Unset, a list is atomic, and an object granular.
  const isAtomic = found === 'atomic' || (found === undefined && keyword === 'x-kubernetes-list-type');
  return isAtomic ? [] : [invalidValue(childPath(childPath(path, 'items'), keyword), found ?? null, detail)];
}

function mapListErrors(schema: WrittenSchema, path: string): FieldError[] {
  const { items } = schema;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const keysPath = childPath(path, 'x-kubernetes-list-map-keys');
  const itemsPath = childPath(path, 'items');
  const errors: FieldError[] = [];
  if (keys.length === 0) {
    errors.push(requiredValue(keysPath, 'must not be empty if x-kubernetes-list-type is map'));
  }
  if (items === undefined) {
    errors.push(requiredValue(itemsPath, 'must have a schema if x-kubernetes-list-type is map'));
    return errors;
  }
  if (isList(items)) {
    const detail = 'must only have a single schema if x-kubernetes-list-type is map';
    errors.push(invalidValue(itemsPath, `${items.length} schemas`, detail));
    return errors;
  }
  if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    errors.push(invalidValue(childPath(itemsPath, 'type'), items.type ?? '', detail));
    return errors;
  }
  if (new Set(keys).size < keys.length) {
    errors.push(invalidValue(keysPath, keys, 'must not contain duplicate entries'));
  }
  if (keys.some((key) => propertyOf(items, key) === undefined)) {
    errors.push(invalidValue(keysPath, keys, 'entries must all be names of item properties'));
  }
  for (const key of keys) {
    const property = propertyOf(items, key);
    if (property?.type === 'array' || property?.type === 'object') {
      const at = childPath(keyPath(itemsPath, 'properties', key), 'type');
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.push(invalidValue(at, property.type, detail));
    }
  }
  return errors;
}

/** Items of sets and maps are there, and the keys of maps have values. */
export function mapKeyErrors(schema: WrittenSchema, path: string): FieldError[] {
  const { items } = schema;
  const listType = schema['x-kubernetes-list-type'];
  if (items === undefined || isList(items) || (listType !== 'set' && listType !== 'map')) return [];
  const errors: FieldError[] = [];
  const itemsPath = childPath(path, 'items');
  if (items.nullable === true) {
    const detail = `cannot be nullable when x-kubernetes-list-type is ${listType}`;
    errors.push(forbidden(childPath(itemsPath, 'nullable'), detail));
  }
  if (listType === 'set') return errors;
  const required = new Set(items.required);
  for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
    const property = propertyOf(items, key);
    if (property === undefined) continue;
    const at = keyPath(itemsPath, 'properties', key);
    if (!required.has(key) && property.default === undefined) {
      const detail =
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
      errors.push(requiredValue(childPath(at, 'default'), detail));
    }
    if (property.nullable === true) {
      const detail = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable';
      errors.push(forbidden(childPath(at, 'nullable'), detail));
    }
  }
  return errors;
}

const propertyOf = ({ properties = {} }: WrittenSchema, name: string): WrittenSchema | undefined =>
  Object.hasOwn(properties, name) ? properties[name] : undefined;
