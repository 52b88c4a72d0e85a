/**
 * From parsed JSON to an object of a kind, the way Go's decoder of a built-in kind does it: unknown fields are
 * dropped, types are checked, times normalised, null is absence, and an empty optional field of a kind that has a
 * protobuf form is absence too (omitempty). No defaults (schema/default.ts), no judgement of values
 * (schema/validate.ts). Decoders are compiled from a schema once, when first used.
 */
import { setField, WrittenNumber } from '../codec/json-parser.ts';
import type { JsonObject, JsonValue, KubeObject } from '../object-meta.ts';
import { base64Form, microTimeForm, quantityForm, timeForm } from './scalar-forms.ts';
import type {
  AnySchema,
  EitherSchema,
  Field,
  IntegerSchema,
  ObjectSchema,
  Schema,
  StringSchema,
  Typed,
} from './schema.ts';

/** A value of the wrong type or form. The message is Go's; the caller wraps it into a 400. */
export class DecodeError extends Error {
  /** The same in the words of Go's conversion of maps to structs, which strategic merge patches go through. */
  readonly conversionMessage: string;
  constructor(message: string, conversionMessage = message) {
    super(message);
    this.name = 'DecodeError';
    this.conversionMessage = conversionMessage;
  }
}

/**
 * Decodes a whole object. The input is not changed, but what stays the same in it is shared with the result. A
 * schema with `metadata` yields an object that has it. Throws DecodeError. Where `unknownFields` is given, the paths
 * of dropped fields are added to it (`spec.items[0].colour`), in order of appearance.
 */
export function decodeObject<T = KubeObject>(
  value: JsonValue,
  schema: Typed<T, ObjectSchema>,
  unknownFields?: string[],
): T {
  const object = decoderOf(schema)(value, { unknownFields, path: [], struct: '' }) as JsonObject;
  if (object.metadata !== undefined || schema.fields.metadata === undefined) return object as T;
  return { ...object, metadata: {} } as T;
}

interface Context {
  readonly unknownFields: string[] | undefined;
  /** From the root: a string is a struct's field, a number a list's index, an object a map's key. */
  readonly path: (string | number | { readonly key: string })[];
  /** Go name of the innermost struct. */
  struct: string;
}
/** Returns the decoded value, the given one where nothing changed. Null never comes here. */
type Decoder = (value: JsonValue, context: Context) => JsonValue;

const compiled = new WeakMap<Schema, Decoder>();
function decoderOf(schema: Schema): Decoder {
  let decoder = compiled.get(schema);
  if (decoder === undefined) {
    decoder = compile(schema);
    compiled.set(schema, decoder);
  }
  return decoder;
}

function compile(schema: Schema): Decoder {
  switch (schema.type) {
    case 'object':
      return objectDecoder(schema);
    case 'map':
      return mapDecoder(schema.value, goType(schema));
    case 'list':
      return listDecoder(schema.item, goType(schema));
    case 'string':
      return stringDecoder(schema.format);
    case 'integer':
      return integerDecoder(schema);
    case 'boolean':
      return (value, context) => (typeof value === 'boolean' ? value : mismatch(value, 'bool', context));
    case 'number':
      return (value, context) =>
        typeof value === 'number' || typeof value === 'bigint' ? value : mismatch(value, 'float64', context);
    case 'int-or-string':
      return (value, context) => {
        if (typeof value === 'string') return value;
        return isInt32(value) ? value : mismatch(value, 'int32', context);
      };
    case 'any':
      return (value) => value;
    case 'either':
      return eitherDecoder(schema);
  }
}

/** Go's own texts for these types know two things that may stand there, and no more. */
function eitherDecoder({ object, other }: EitherSchema): Decoder {
  const decodeObject = decoderOf(object.schema);
  const decodeOther = decoderOf(other.schema);
  const isOther =
    other.schema.type === 'list' ? Array.isArray : (value: JsonValue) => typeof value === 'boolean';
  const wanted = other.schema.type === 'list' ? 'array' : 'boolean';
  return (value, context) => {
    // Strict decoding does not look into them.
    const inside = { ...context, unknownFields: undefined };
    if (isObject(value)) return decodeObject(value, inside);
    if (isOther(value)) return decodeOther(value, inside);
    throw new DecodeError(`${wanted} or JSON schema expected`);
  };
}

const structTypes: ReadonlySet<Schema['type']> = new Set(['object', 'any', 'either', 'int-or-string']);
interface FieldDecoder {
  readonly decode: Decoder;
  readonly dropsEmpty: boolean;
}
function fieldDecoder({ schema, number, required, pointer, byValue }: Field): FieldDecoder {
  // Go never leaves out a struct, and RawExtension and IntOrString are structs.
  const isStruct = structTypes.has(schema.type);
  return {
    decode: decoderOf(schema),
    dropsEmpty: number > 0 && !required && pointer !== true && byValue !== true && !isStruct,
  };
}

function objectDecoder(schema: ObjectSchema): Decoder {
  const struct = structName(schema);
  // Filled on first use: a recursive schema compiles only as deep as its values go.
  let fields: Map<string, FieldDecoder> | undefined;
  return (value, context) => {
    if (!isObject(value)) return mismatch(value, goType(schema), context);
    fields ??= new Map(Object.entries(schema.fields).map(([name, field]) => [name, fieldDecoder(field)]));
    const { path } = context;
    const depth = path.length;
    const outerStruct = context.struct;
    context.struct = struct;
    const keys = Object.keys(value);
    /** Undefined for as long as the result is the input. */
    let copy: JsonObject | undefined;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const given = value[key];
      const field = fields.get(key);
      path[depth] = key;
      let decoded: JsonValue | undefined;
      if (field === undefined) context.unknownFields?.push(unknownPath(context));
      else if (given !== null && given !== undefined) {
        decoded = field.decode(given, context);
        if (field.dropsEmpty && isEmpty(decoded)) decoded = undefined;
      }
      if (copy === undefined && decoded !== given) copy = firstFields(value, keys, i);
      if (copy !== undefined && decoded !== undefined) setField(copy, key, decoded);
    }
    path.length = depth;
    context.struct = outerStruct;
    return copy ?? value;
  };
}

function mapDecoder(valueSchema: Schema, type: string): Decoder {
  const decode = decoderOf(valueSchema);
  const isDeep = isContainer(valueSchema);
  return (value, context) => {
    if (!isObject(value)) return mismatch(value, type, context);
    const { path } = context;
    const depth = path.length;
    const keys = Object.keys(value);
    let copy: JsonObject | undefined;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const given = value[key];
      if (isDeep) path[depth] = { key };
      const decoded = given === null || given === undefined ? zero(valueSchema) : decode(given, context);
      if (copy === undefined && decoded !== given) copy = firstFields(value, keys, i);
      if (copy !== undefined) setField(copy, key, decoded);
    }
    path.length = depth;
    return copy ?? value;
  };
}

function listDecoder(item: Schema, type: string): Decoder {
  const decode = decoderOf(item);
  const isDeep = isContainer(item);
  return (value, context) => {
    if (!Array.isArray(value)) return mismatch(value, type, context);
    const { path } = context;
    const depth = path.length;
    let copy: JsonValue[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const given = value[i]!;
      if (isDeep) path[depth] = i;
      const decoded = given === null ? zero(item) : decode(given, context);
      if (copy === undefined && decoded !== given) copy = value.slice(0, i);
      copy?.push(decoded);
    }
    path.length = depth;
    return copy ?? value;
  };
}

function stringDecoder(format: StringSchema['format']): Decoder {
  switch (format) {
    case undefined:
      return (value, context) => (typeof value === 'string' ? value : mismatch(value, 'string', context));
    case 'date-time':
      return formDecoder(timeForm, 'string');
    case 'micro-time':
      return formDecoder(microTimeForm, 'string');
    case 'byte':
      return formDecoder(base64Form, '[]uint8');
    case 'quantity': {
      const decode = formDecoder(quantityForm, 'string');
      // Go takes a quantity written as a bare number.
      return (value, context) => {
        const isNumber = typeof value === 'number' || typeof value === 'bigint';
        return decode(isNumber ? String(value) : value, context);
      };
    }
  }
}
function formDecoder(form: (text: string) => { value: string } | { problem: string }, type: string): Decoder {
  return (value, context) => {
    if (typeof value !== 'string') return mismatch(value, type, context);
    const formed = form(value);
    if ('problem' in formed) throw new DecodeError(formed.problem);
    return formed.value;
  };
}

const isInt32 = (value: JsonValue): boolean => typeof value === 'number' && (value | 0) === value;
function integerDecoder({ format }: IntegerSchema): Decoder {
  if (format === 'int32')
    return (value, context) => (isInt32(value) ? value : mismatch(value, 'int32', context));
  return (value, context) =>
    typeof value === 'bigint' || Number.isSafeInteger(value) ? value : mismatch(value, 'int64', context);
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isContainer = (schema: Schema): boolean =>
  schema.type === 'object' || schema.type === 'map' || schema.type === 'list' || schema.type === 'either';

function isEmpty(value: JsonValue): boolean {
  if (value === '' || value === 0 || value === false) return true;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

/** What Go leaves in a list or map where the JSON has null. */
function zero(schema: Schema): JsonValue {
  switch (schema.type) {
    case 'object':
    case 'map':
    case 'either':
      return {};
    case 'list':
      return [];
    case 'string':
      return schema.format === 'quantity' ? '0' : '';
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
    case 'int-or-string':
      return 0;
    case 'any':
      return null;
  }
}

function firstFields(value: JsonObject, keys: readonly string[], count: number): JsonObject {
  const copy: JsonObject = {};
  for (let i = 0; i < count; i++) {
    const field = value[keys[i]!];
    if (field !== undefined) setField(copy, keys[i]!, field);
  }
  return copy;
}

function mismatch(value: JsonValue, type: string, context: Context): never {
  const fields = context.path.filter((part) => typeof part === 'string').join('.');
  const where = fields === '' ? 'Go value' : `Go struct field ${context.struct}.${fields}`;
  throw new DecodeError(
    `json: cannot unmarshal ${jsonType(value, type)} into ${where} of type ${type}`,
    conversionMismatch(value, type),
  );
}

/** Source: apimachinery/pkg/runtime/converter.go. */
function conversionMismatch(value: JsonValue, type: string): string {
  const from = goKind(value);
  if (type.startsWith('map[')) return `cannot restore map from ${from}`;
  if (type.startsWith('[]')) return `cannot restore slice from ${from}`;
  const isScalar = ['string', 'bool', 'int32', 'int64', 'float64'].includes(type);
  if (!isScalar) return `cannot restore struct from: ${from}`;
  // Go converts between its numbers, and numbers to strings; it tries, and then thinks better of it.
  const isConvertible = type === 'string' ? from === 'int64' : type !== 'bool' && isNumeric(from);
  return isConvertible ? `cannot convert ${from} to ${type}` : `unrecognized type: ${type}`;
}
const isNumeric = (kind: string): boolean => kind === 'int64' || kind === 'float64';
function goKind(value: JsonValue): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'bigint') return 'int64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'map';
}

function jsonType(value: JsonValue, type: string): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
    case 'bigint':
      return type.startsWith('int') ? `number ${value}` : 'number';
    default:
      if (value === null) return 'null';
      if (isWrittenNumber(value)) return `number ${value.text}`;
      return Array.isArray(value) ? 'array' : 'object';
  }
}

/** read-json.ts leaves a number so where a field wants an integer, and it was written as none. */
const isWrittenNumber = (value: unknown): value is WrittenNumber => value instanceof WrittenNumber;

/** `io.k8s.api.core.v1.ConfigMap` is ConfigMap in package v1. */
const structName = (schema: ObjectSchema): string => schema.name?.split('.').at(-1) ?? '';

const goTypesOfAny = {
  'raw-extension': 'runtime.RawExtension',
  'fields-v1': 'v1.FieldsV1',
  json: 'v1.JSON',
} as const satisfies Record<AnySchema['protobuf'], string>;

/** The type as Go prints it. Go's named strings (types.UID) are not known here and show as string. */
function goType(schema: Schema): string {
  switch (schema.type) {
    case 'object':
      return schema.name === undefined ? 'struct' : schema.name.split('.').slice(-2).join('.');
    case 'map':
      return `map[string]${goType(schema.value)}`;
    case 'list':
      return `[]${goType(schema.item)}`;
    case 'boolean':
      return 'bool';
    case 'integer':
      return schema.format;
    case 'number':
      return 'float64';
    case 'int-or-string':
      return 'intstr.IntOrString';
    case 'any':
      return goTypesOfAny[schema.protobuf];
    case 'either':
      return schema.name.split('.').slice(-2).join('.');
    case 'string':
      if (schema.format === 'byte') return '[]uint8';
      if (schema.format === 'date-time') return 'v1.Time';
      if (schema.format === 'micro-time') return 'v1.MicroTime';
      return schema.format === 'quantity' ? 'resource.Quantity' : 'string';
  }
}

/** As strict decoding names an unknown field. */
function unknownPath({ path }: Context): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += `${text === '' ? '' : '.'}${typeof part === 'string' ? part : part.key}`;
  }
  return text;
}
