/**
 * Values of a custom resource as rules see them, by their schema: the schema is compiled once into a function from JSON
 * to CEL's values, and nothing is copied. What the schema does not declare is not there; nor is a null in an object.
 * Source: k8s.io/apiserver/pkg/cel/common/values.go.
 */
import { CelDuration, CelError, CelMap, type CelObject, type CelValue } from '../../cel/values.ts';
import { deepEqual } from '../../equality.ts';
import type { JsonObject, JsonValue } from '../../object-meta.ts';
import type { JsonSchemaProps } from '../json-schema-props.ts';
import { rootTypeName, withResourceFields } from './declared-type.ts';
import { escapeName, reservedWords } from './escape-name.ts';
import { parseFormatDateTime, parseFormatDuration } from './format-times.ts';
import { type Adapter, MapList, RawObject, SetList, TypedList } from './typed-lists.ts';

/** Adapters by the schemas they are of: what two rules look at is adapted by one. */
export type KnownAdapters = Map<JsonSchemaProps, Adapter | undefined>;

/**
 * `isRoot`: of a custom or an embedded resource, of which rules see the names. `name` is what its type is called.
 * Undefined for what the schema does not type, which is what declareType has no type for.
 */
export function adapterOf(
  schema: JsonSchemaProps,
  isRoot: boolean,
  name: string = rootTypeName,
  known: KnownAdapters = new Map(),
): Adapter | undefined {
  if (!known.has(schema)) known.set(schema, makeAdapter(schema, isRoot, name, known));
  return known.get(schema);
}

type Inner = (schema: JsonSchemaProps, name: string) => Adapter | undefined;

function makeAdapter(
  schema: JsonSchemaProps,
  isRoot: boolean,
  name: string,
  known: KnownAdapters,
): Adapter | undefined {
  const inner: Inner = (of, innerName) => adapterOf(of, isEmbedded(of), innerName, known);
  const adapt = adapterOfType(schema, isRoot, name, inner);
  if (adapt === undefined) return undefined;
  if (schema.nullable === true) return (value) => (value === null ? null : adapt(value));
  return (value) => {
    if (value === null) throw new CelError('invalid data, got null for schema with nullable=false');
    return adapt(value);
  };
}

function adapterOfType(
  schema: JsonSchemaProps,
  isRoot: boolean,
  name: string,
  inner: Inner,
): Adapter | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return adaptIntOrString;
  switch (schema.type) {
    case 'object':
      return objectAdapter(isRoot ? withResourceFields(schema) : schema, name, inner);
    case 'array':
      return listAdapter(schema, name, inner);
    case 'string':
      return textAdapter(schema.format);
    case 'number':
      return adaptDouble;
    case 'integer':
      return adaptInt;
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : invalid('bool', value));
    default:
      return undefined;
  }
}

const isEmbedded = (schema: JsonSchemaProps): boolean => schema['x-kubernetes-embedded-resource'] === true;

function invalid(expected: string, value: JsonValue): never {
  throw new CelError(`invalid data, expected ${expected}, got ${goType(value)}`);
}
function goType(value: JsonValue): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'bigint') return 'int64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

function adaptIntOrString(value: JsonValue): CelValue {
  if (typeof value === 'string' || typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  throw new CelError('invalid data, expected XIntOrString value to be either a string or integer');
}
function adaptInt(value: JsonValue): CelValue {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : invalid('int', value);
}
function adaptDouble(value: JsonValue): CelValue {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' ? Number(value) : invalid('float', value);
}

function textAdapter(format: string | undefined): Adapter {
  const read = format === undefined ? undefined : formats.get(format);
  return (value) => {
    if (typeof value !== 'string') return invalid('string', value);
    return read === undefined ? value : read(value);
  };
}
const formats: ReadonlyMap<string, (text: string) => CelValue> = new Map<string, (text: string) => CelValue>([
  ['byte', (text) => new Uint8Array(Buffer.from(text, 'base64'))],
  ['duration', (text) => new CelDuration(parseFormatDuration(text))],
  ['date', (text) => parseFormatDateTime(`${text}T00:00:00Z`)],
  ['date-time', (text) => parseFormatDateTime(text)],
]);

function listAdapter(schema: JsonSchemaProps, name: string, inner: Inner): Adapter | undefined {
  const { items, 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  const adapt = items && inner(items, `${name}.@idx`);
  if (adapt === undefined) return undefined;
  return (value) => {
    if (!Array.isArray(value)) {
      throw new CelError('invalid data, expected an array for the provided schema with type=array');
    }
    if (listType === 'map') return new MapList(value, adapt, keys);
    const list = new TypedList(value, adapt);
    return listType === 'set' ? new SetList(list) : list;
  };
}

function objectAdapter(schema: JsonSchemaProps, name: string, inner: Inner): Adapter | undefined {
  const { additionalProperties } = schema;
  const make =
    typeof additionalProperties === 'object'
      ? mapMaker(additionalProperties, name, inner)
      : objectMaker(schema, name, inner);
  if (make === undefined) return undefined;
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new CelError('invalid data, expected a map for the provided schema with type=object');
    }
    return make(value);
  };
}

type Maker = (value: JsonObject) => CelValue;

function mapMaker(values: JsonSchemaProps, name: string, inner: Inner): Maker | undefined {
  const adapt = inner(values, `${name}.@elem`);
  return adapt && ((value) => new TypedMap(value, adapt));
}

class TypedMap extends CelMap {
  readonly #raw: JsonObject;
  readonly #adapt: Adapter;
  #size: number | undefined;

  constructor(raw: JsonObject, adapt: Adapter) {
    super();
    this.#raw = raw;
    this.#adapt = adapt;
  }
  get size(): number {
    this.#size ??= Object.keys(this.#raw).length;
    return this.#size;
  }
  get(key: CelValue): CelValue | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#raw, key)) return undefined;
    const value = this.#raw[key];
    return value === undefined ? undefined : this.#adapt(value);
  }
  keys(): Iterable<CelValue> {
    return Object.keys(this.#raw);
  }
}

interface Field {
  readonly property: string;
  readonly adapt: Adapter;
}
/** What objects of one schema have in common. */
interface Shape {
  readonly typeName: string;
  readonly byIdentifier: ReadonlyMap<string, Field>;
  readonly byProperty: ReadonlyMap<string, Field>;
}

function objectMaker({ properties = {} }: JsonSchemaProps, typeName: string, inner: Inner): Maker {
  const byIdentifier = new Map<string, Field>();
  const byProperty = new Map<string, Field>();
  for (const [property, schema] of Object.entries(properties)) {
    const identifier = escapeName(property);
    const adapt = inner(schema, `${typeName}.${identifier ?? property}`);
    if (adapt === undefined) continue;
    const field = { property, adapt };
    byProperty.set(property, field);
    if (identifier === undefined) continue;
    byIdentifier.set(identifier, field);
    // Behind a dot, reserved words need no escape.
    if (reservedWords.has(property)) byIdentifier.set(property, field);
  }
  const shape: Shape = { typeName, byIdentifier, byProperty };
  return (value) => new TypedObject(value, shape);
}

class TypedObject extends RawObject {
  readonly raw: JsonObject;
  readonly #shape: Shape;

  constructor(raw: JsonObject, shape: Shape) {
    super();
    this.raw = raw;
    this.#shape = shape;
  }
  get typeName(): string {
    return this.#shape.typeName;
  }
  /** Of all there is in it, declared or not, as upstream counts it. */
  get size(): number {
    return Object.keys(this.raw).length;
  }

  get(identifier: string): CelValue | undefined {
    const field = this.#shape.byIdentifier.get(identifier);
    if (field === undefined) return undefined;
    const value = this.raw[field.property];
    return value === undefined || value === null || !Object.hasOwn(this.raw, field.property)
      ? undefined
      : field.adapt(value);
  }
  has(identifier: string): boolean {
    return this.get(identifier) !== undefined;
  }
  override getInt(identifier: string): number | undefined {
    const field = this.#shape.byIdentifier.get(identifier);
    const value = field && this.raw[field.property];
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
  }
  *fields(): Iterable<string> {
    for (const [property, value] of Object.entries(this.raw)) {
      if (value === null || value === undefined || !this.#shape.byProperty.has(property)) continue;
      yield escapeName(property) ?? property;
    }
  }

  /** Declared fields by their types; what is preserved beside them as it is. */
  override equalTo(other: CelObject, equal: (a: CelValue, b: CelValue) => boolean): boolean {
    if (!(other instanceof TypedObject)) return false;
    const left = this.raw;
    const right = other.raw;
    const properties = Object.keys(left);
    if (properties.length !== Object.keys(right).length) return false;
    return properties.every((property) => {
      if (!Object.hasOwn(right, property)) return false;
      const own = left[property] ?? null;
      const others = right[property] ?? null;
      const adapt = this.#shape.byProperty.get(property)?.adapt;
      const adaptOther = other.#shape.byProperty.get(property)?.adapt;
      const isDeclared = own !== null && others !== null && adapt !== undefined && adaptOther !== undefined;
      return isDeclared ? equal(adapt(own), adaptOther(others)) : deepEqual(own, others);
    });
  }
}
