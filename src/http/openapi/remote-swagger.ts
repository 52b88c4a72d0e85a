/**
 * What the server behind an APIService says of a version in Swagger 2.0, read as what clients and gnostic take: one part
 * that they cannot read would keep them from reading all the rest. What is of another shape, of another version, or
 * referred to by nothing is left out. Pure. Source of what clients take: kube-openapi pkg/util/proto/document.go.
 */
import { setField } from '../../apimachinery/codec/json-parser.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonObject, JsonValue } from '../../apimachinery/object-meta.ts';

/** References lead to what is in it, and nowhere else. */
export interface RemoteSwagger {
  readonly paths: ReadonlyMap<string, JsonValue>;
  readonly definitions: ReadonlyMap<string, JsonValue>;
  readonly parameters: ReadonlyMap<string, JsonValue>;
}

export const definitionPrefix = '#/definitions/';
export const parameterPrefix = '#/parameters/';
export const kindsExtension = 'x-kubernetes-group-version-kind';

/** Throws for what is no Swagger 2.0 document. */
export function readSwagger(
  document: JsonValue,
  of: { readonly group: string; readonly version: string },
): RemoteSwagger {
  if (!isObject(document) || document.swagger !== '2.0') throw new Error('the answer is no Swagger 2.0');
  const root = `/apis/${of.group}/${of.version}`;
  const isOwn = (path: string): boolean => path === root || path.startsWith(`${root}/`);
  const reading: Reading = { nodes: 0 };
  const paths = mapIn(document.paths, pathItem, reading, 0, isOwn);
  const found = { definitions: new Map<string, JsonValue>(), parameters: new Map<string, JsonValue>() };
  /** What is referred to, and what that refers to; nothing else is looked at. */
  const waiting: JsonValue[] = [...paths.values()];
  const resolve = (reference: string): string | undefined => {
    for (const [prefix, sort, reader] of sorts) {
      if (!reference.startsWith(prefix)) continue;
      const name = reference.slice(prefix.length);
      if (found[sort].has(name)) return reference;
      const all = document[sort];
      const target = isObject(all) && Object.hasOwn(all, name) ? reader(all[name]!, reading, 0) : undefined;
      if (target === undefined) return undefined;
      found[sort].set(name, target);
      waiting.push(target);
      return reference;
    }
    return undefined;
  };
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) withReferences(each, resolve);
  const whole = (map: ReadonlyMap<string, JsonValue>): Map<string, JsonValue> =>
    new Map([...map].map(([name, value]) => [name, withReferences(value, resolve)]));
  const definitions = whole(found.definitions);
  for (const [name, value] of definitions) definitions.set(name, withKindsOf(value as JsonObject, of));
  return { paths: whole(paths), definitions, parameters: whole(found.parameters) };
}

/**
 * The value with other references; the very same value where none is another. Where there is none for one, what refers is
 * anything. What is given is not changed.
 */
export function withReferences(
  value: JsonValue,
  resolve: (reference: string) => string | undefined,
): JsonValue {
  if (Array.isArray(value)) {
    const items = value.map((item) => withReferences(item, resolve)).filter((item) => !isEmpty(item));
    return items.length === value.length && items.every((item, i) => item === value[i]) ? value : items;
  }
  if (!isObject(value)) return value;
  let copy: JsonObject | undefined;
  const keys = Object.keys(value);
  for (const key of keys) {
    const item = value[key]!;
    const replaced = replacedIn(key, item, resolve);
    if (replaced === item) continue;
    copy ??= copyOf(value, keys);
    if (replaced === undefined) delete copy[key];
    else setField(copy, key, replaced);
  }
  return copy ?? value;
}

function replacedIn(
  key: string,
  item: JsonValue,
  resolve: (reference: string) => string | undefined,
): JsonValue | undefined {
  if (typeof item !== 'object' || item === null) {
    return key === '$ref' && typeof item === 'string' ? resolve(item) : item;
  }
  // What is under these names is data; under others, the names are.
  if (key.startsWith('x-') || key === 'default' || key === 'enum') return item;
  if ((key !== 'properties' && key !== 'responses') || !isObject(item)) return withReferences(item, resolve);
  const names = Object.keys(item);
  let copy: JsonObject | undefined;
  for (const name of names) {
    const replaced = withReferences(item[name]!, resolve);
    if (replaced === item[name]) continue;
    copy ??= copyOf(item, names);
    setField(copy, name, replaced);
  }
  return copy ?? item;
}

/** Fields stay in their order, and one is a field whatever its name. */
function copyOf(value: Record<string, JsonValue>, keys: readonly string[]): JsonObject {
  const copy: JsonObject = {};
  for (const key of keys) setField(copy, key, value[key]!);
  return copy;
}
const isEmpty = (item: JsonValue): boolean => isObject(item) && Object.keys(item).length === 0;

/** No service says which kinds of others a definition is of. */
function withKindsOf(
  value: JsonObject,
  { group, version }: { readonly group: string; readonly version: string },
): JsonObject {
  const { [kindsExtension]: kinds, ...rest } = value;
  if (!Array.isArray(kinds)) return rest;
  const own = kinds.filter(
    (kind) =>
      isObject(kind) && kind.group === group && kind.version === version && typeof kind.kind === 'string',
  );
  return own.length === 0 ? rest : { ...rest, [kindsExtension]: own };
}

/** What one document has cost so far. */
interface Reading {
  nodes: number;
}
/** A value as it may be written; undefined for none. */
type Reader = (value: JsonValue, reading: Reading, depth: number) => JsonValue | undefined;

const text: Reader = (value) => (typeof value === 'string' ? value : undefined);
const flag: Reader = (value) => (typeof value === 'boolean' ? value : undefined);
const number: Reader = (value) =>
  typeof value === 'number' || typeof value === 'bigint' ? value : undefined;
const integer: Reader = (value) => (Number.isSafeInteger(value) ? value : undefined);
const anything: Reader = (value) => value;

function referenceTo(prefix: string): Reader {
  return (value) => (typeof value === 'string' && value.startsWith(prefix) ? value : undefined);
}

const list =
  (item: Reader): Reader =>
  (value, reading, depth) => {
    if (!Array.isArray(value)) return undefined;
    const items: JsonValue[] = [];
    for (const each of value) {
      const read = item(each, reading, depth);
      if (read !== undefined) items.push(read);
    }
    return items;
  };

const map =
  (item: Reader): Reader =>
  (value, reading, depth) =>
    isObject(value) ? Object.fromEntries(mapIn(value, item, reading, depth)) : undefined;

/** Extensions are anything. */
const fields =
  (table: Readonly<Record<string, Reader>>): Reader =>
  (value, reading, depth) => {
    if (!isObject(value)) return undefined;
    reading.nodes += 1;
    if (reading.nodes > limits.swaggerNodes) throw new Error('the OpenAPI document is too large');
    const read: JsonObject = {};
    for (const key of Object.keys(value)) {
      const reader = key.startsWith('x-') ? anything : Object.hasOwn(table, key) ? table[key] : undefined;
      const item = reader?.(value[key]!, reading, depth);
      if (item !== undefined) setField(read, key, item);
    }
    return read;
  };

function mapIn(
  value: JsonValue | undefined,
  reader: Reader,
  reading: Reading,
  depth: number,
  isWanted: (key: string) => boolean = () => true,
): Map<string, JsonValue> {
  const found = new Map<string, JsonValue>();
  if (!isObject(value)) return found;
  for (const key of Object.keys(value)) {
    const read = isWanted(key) ? reader(value[key]!, reading, depth) : undefined;
    if (read !== undefined) found.set(key, read);
  }
  return found;
}

/** Below a depth that no schema in use has, a schema is anything. */
const schema: Reader = (value, reading, depth) => {
  if (depth >= limits.schemaDepth) return {};
  const read = schemaFields(value, reading, depth + 1) as JsonObject | undefined;
  return read === undefined ? undefined : consistent(read);
};
const schemaFields = fields({
  $ref: referenceTo(definitionPrefix),
  format: text,
  title: text,
  description: text,
  default: anything,
  multipleOf: number,
  maximum: number,
  exclusiveMaximum: flag,
  minimum: number,
  exclusiveMinimum: flag,
  maxLength: integer,
  minLength: integer,
  pattern: text,
  maxItems: integer,
  minItems: integer,
  uniqueItems: flag,
  maxProperties: integer,
  minProperties: integer,
  required: list(text),
  enum: list(anything),
  additionalProperties: (value, reading, depth) =>
    typeof value === 'boolean' ? value : schema(value, reading, depth),
  type: (value) => (types.has(value as string) ? value : undefined),
  items: (value, reading, depth) => schema(value, reading, depth),
  properties: map((value, reading, depth) => schema(value, reading, depth)),
});
const types: ReadonlySet<string> = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean']);

/** Clients take a schema to be of one sort: a reference, a list of something, an object, or a plain value. */
function consistent(read: JsonObject): JsonObject {
  const { $ref, description, items, properties, additionalProperties, ...rest } = read;
  const described = description === undefined ? {} : { description };
  if ($ref !== undefined) return { ...described, $ref };
  switch (rest.type) {
    case 'array':
      return { ...described, ...rest, items: items ?? {} };
    case 'object':
    case undefined:
      return {
        ...described,
        ...rest,
        ...(properties === undefined ? {} : { properties }),
        ...(additionalProperties === undefined ? {} : { additionalProperties }),
      };
    default:
      return { ...described, ...rest };
  }
}

const ordinaryParameter = fields({
  required: flag,
  in: text,
  description: text,
  name: text,
  type: text,
  uniqueItems: flag,
});
const bodyParameter = fields({ description: text, name: text, in: text, required: flag, schema });
const places: ReadonlySet<string> = new Set(['body', 'path', 'query']);
const parameter: Reader = (value, reading, depth) => {
  if (!isObject(value) || !places.has(value.in as string) || typeof value.name !== 'string') return undefined;
  return (value.in === 'body' ? bodyParameter : ordinaryParameter)(value, reading, depth);
};
const parameterReference = fields({ $ref: referenceTo(parameterPrefix) });
const parameters: Reader = list((value, reading, depth) =>
  isObject(value) && value.$ref !== undefined
    ? parameterReference(value, reading, depth)
    : parameter(value, reading, depth),
);
const operation = fields({
  tags: list(text),
  description: text,
  operationId: text,
  produces: list(text),
  consumes: list(text),
  parameters,
  responses: map(fields({ description: text, schema })),
  schemes: list(text),
});
const pathItem = fields({
  get: operation,
  put: operation,
  post: operation,
  delete: operation,
  patch: operation,
  parameters,
});

/** Where references lead, and how what is there is read. */
const sorts = [
  [definitionPrefix, 'definitions', schema],
  [parameterPrefix, 'parameters', parameter],
] as const;

const isObject = (value: JsonValue | undefined): value is Record<string, JsonValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
