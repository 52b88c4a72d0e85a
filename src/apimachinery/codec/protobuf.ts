/**
 * Kubernetes protobuf in: the envelope (`k8s\0` and runtime.Unknown), and messages decoded by the field numbers of a
 * schema into what the JSON form of the same object holds. Go clients send built-in kinds so and do not fall back.
 * Readers are compiled from a schema once, when first used.
 *
 * Presence follows the JSON form: proto2 always sends Go's non-pointer scalars, so an empty one is left out unless
 * the field is `required` or a `pointer`. Embedded messages stay, empty or not, as Go writes structs. Unknown
 * fields are skipped, as upstream does. The way out is protobuf-encode.ts.
 */
import { cloneJson } from '../clone-json.ts';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue, KubeObject } from '../object-meta.ts';
import { inFieldOrder } from '../schema/field-order.ts';
import { microTimeFromSeconds, quantityForm, timeFromSeconds } from '../schema/scalar-forms.ts';
import type {
  EitherSchema,
  Field,
  MapSchema,
  ObjectSchema,
  Schema,
  StringSchema,
  Typed,
} from '../schema/schema.ts';
import { parseJson } from './json.ts';
import { setField } from './json-parser.ts';
import { ProtobufError, WireReader, wireTypes } from './protobuf-wire.ts';

const magic = Buffer.from('k8s\0');

/** runtime.Unknown: what an object is, beside its bytes. */
export interface ProtobufEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Buffer;
}

/** Opens the envelope. Throws ProtobufError. */
export function decodeEnvelope(body: Buffer): ProtobufEnvelope {
  if (!body.subarray(0, magic.length).equals(magic)) {
    throw new ProtobufError('the body is not a Kubernetes protobuf message: it should start with k8s\\0');
  }
  const reader = new WireReader(body.subarray(magic.length));
  let apiVersion = '';
  let kind = '';
  let raw: Buffer = Buffer.alloc(0);
  let encoding = '';
  reader.fields((tag) => {
    if (tag === 0x0a) {
      reader.message((inner) => {
        if (inner === 0x0a) apiVersion = reader.text();
        else if (inner === 0x12) kind = reader.text();
        else return false;
        return true;
      });
    } else if (tag === 0x12) raw = reader.bytes();
    else if (tag === 0x1a) encoding = reader.text();
    else return false;
    return true;
  });
  if (encoding !== '')
    throw new ProtobufError(`content encoding ${JSON.stringify(encoding)} is not supported`);
  return { apiVersion, kind, raw };
}

/**
 * Decodes a whole body. apiVersion and kind are the envelope's, absent where it has none. A schema with `metadata`
 * yields an object that has it. Fields are in the order of the schema. Throws ProtobufError.
 */
export function decodeProtobuf<T = KubeObject>(body: Buffer, schema: Typed<T, ObjectSchema>): T {
  const { apiVersion, kind, raw } = decodeEnvelope(body);
  const object: JsonObject = {};
  if (apiVersion !== '') object.apiVersion = apiVersion;
  if (kind !== '') object.kind = kind;
  if (schema.fields.metadata !== undefined) object.metadata = {};
  readMessage(new WireReader(raw), schema, object, 0);
  return inFieldOrder(object, schema) as T;
}

/** Reads one value; undefined stands for Go's zero value where that is written as absence (a zero time). */
type ReadValue = (reader: WireReader, depth: number) => JsonValue | undefined;
interface ValueReader {
  readonly wireType: number;
  readonly read: ReadValue;
}
/** Reads one occurrence of a field into its object. */
type ReadField = (reader: WireReader, wireType: number, object: JsonObject, depth: number) => void;

/** By schema: readers by field number. */
const compiled = new WeakMap<ObjectSchema, (ReadField | undefined)[]>();
function readersOf(schema: ObjectSchema): (ReadField | undefined)[] {
  let readers = compiled.get(schema);
  if (readers === undefined) {
    readers = fieldReaders(Object.entries(schema.fields), 0);
    compiled.set(schema, readers);
  }
  return readers;
}

/** Readers of the fields that are `level` embedded messages deep, and of the messages further in. */
function fieldReaders(fields: readonly [string, Field][], level: number): (ReadField | undefined)[] {
  const readers: (ReadField | undefined)[] = [];
  const inner = new Map<number, [string, Field][]>();
  for (const [name, field] of fields) {
    const number = field.within?.[level];
    if (number !== undefined) inner.set(number, [...(inner.get(number) ?? []), [name, field]]);
    else if (field.number > 0) readers[field.number] = fieldReader(name, field);
  }
  for (const [number, embedded] of inner) {
    const embeddedReaders = fieldReaders(embedded, level + 1);
    readers[number] = (reader, wireType, object, depth) => {
      checkWireType(wireType, wireTypes.bytes, 'embedded message');
      const outer = reader.enter();
      readFields(reader, embeddedReaders, object, depth + 1);
      reader.leave(outer);
    };
  }
  return readers;
}

function readMessage(reader: WireReader, schema: ObjectSchema, object: JsonObject, depth: number): void {
  readFields(reader, readersOf(schema), object, depth);
}

function readFields(
  reader: WireReader,
  readers: readonly (ReadField | undefined)[],
  object: JsonObject,
  depth: number,
): void {
  if (depth > limits.protobufDepth) throw new ProtobufError('message is nested too deep');
  while (!reader.isAtEnd()) {
    const tag = reader.tag();
    const read = readers[tag >>> 3];
    if (read === undefined) reader.skip(tag & 7);
    else read(reader, tag & 7, object, depth);
  }
}

function fieldReader(name: string, { schema, required, pointer }: Field): ReadField {
  if (schema.type === 'map') return mapReader(name, schema);
  if (schema.type === 'list') return listReader(name, schema.item);
  if (schema.type === 'object') {
    return (reader, wireType, object, depth) => {
      checkWireType(wireType, wireTypes.bytes, name);
      // A message sent in parts is one message.
      object[name] ??= {};
      const message = object[name] as JsonObject;
      const outer = reader.enter();
      readMessage(reader, schema, message, depth + 1);
      reader.leave(outer);
    };
  }
  const value = valueReader(schema);
  // IntOrString and RawExtension are structs, which omitempty does not leave out.
  const isStruct = schema.type === 'int-or-string' || schema.type === 'any' || schema.type === 'either';
  const keepsEmpty = required || pointer === true || isStruct;
  return (reader, wireType, object, depth) => {
    checkWireType(wireType, value.wireType, name);
    const read = value.read(reader, depth);
    if (read === undefined || (!keepsEmpty && (read === '' || read === 0 || read === false)))
      delete object[name];
    else object[name] = read;
  };
}

function listReader(name: string, item: Schema): ReadField {
  const value = valueReader(item);
  return (reader, wireType, object, depth) => {
    object[name] ??= [];
    const list = object[name] as JsonValue[];
    if (wireType === wireTypes.bytes && value.wireType !== wireTypes.bytes) {
      const outer = reader.enter();
      while (!reader.isAtEnd()) list.push(value.read(reader, depth) ?? null);
      reader.leave(outer);
    } else {
      checkWireType(wireType, value.wireType, name);
      list.push(value.read(reader, depth) ?? null);
    }
  };
}

/** Each occurrence is an entry message: key 1, value 2. */
function mapReader(name: string, { value: valueSchema }: MapSchema): ReadField {
  const value = valueReader(valueSchema);
  const empty = emptyValue(valueSchema);
  return (reader, wireType, object, depth) => {
    checkWireType(wireType, wireTypes.bytes, name);
    object[name] ??= {};
    const map = object[name] as JsonObject;
    let key = '';
    let entry: JsonValue | undefined;
    reader.message((tag) => {
      if (tag === 0x0a) key = reader.text();
      else if (tag === ((2 << 3) | value.wireType)) entry = value.read(reader, depth + 1);
      else return false;
      return true;
    });
    setField(map, key, entry ?? cloneJson(empty));
  };
}

function emptyValue(schema: Schema): JsonValue {
  switch (schema.type) {
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
    case 'list':
      return [];
    case 'map':
    case 'object':
    case 'either':
      return {};
  }
}

function checkWireType(wireType: number, wanted: number, name: string): void {
  if (wireType !== wanted) throw new ProtobufError(`wrong wireType = ${wireType} for field ${name}`);
}

function valueReader(schema: Schema): ValueReader {
  switch (schema.type) {
    case 'string':
      return { wireType: wireTypes.bytes, read: stringReader(schema.format) };
    case 'boolean':
      return { wireType: wireTypes.varint, read: (reader) => reader.int64() !== 0 };
    case 'integer':
      return {
        wireType: wireTypes.varint,
        read: schema.format === 'int32' ? (reader) => reader.int32() : (reader) => reader.int64(),
      };
    case 'number':
      return { wireType: wireTypes.fixed64, read: (reader) => reader.double() };
    case 'int-or-string':
      return { wireType: wireTypes.bytes, read: readIntOrString };
    case 'any':
      return { wireType: wireTypes.bytes, read: readRaw };
    case 'object':
      return {
        wireType: wireTypes.bytes,
        read: (reader, depth) => {
          const message: JsonObject = {};
          const outer = reader.enter();
          readMessage(reader, schema, message, depth + 1);
          reader.leave(outer);
          return message;
        },
      };
    case 'either':
      return { wireType: wireTypes.bytes, read: eitherReader(schema) };
    // A list or map inside a map or list is sent as a message whose field 1 it is.
    case 'list':
    case 'map':
      return { wireType: wireTypes.bytes, read: wrappedReader(schema) };
  }
}

/** The object where there is one, whatever stands beside it. */
function eitherReader({ object, other }: EitherSchema): ReadValue {
  const readers: (ReadField | undefined)[] = [];
  const always = { description: '', required: true };
  readers[object.number] = fieldReader('object', { ...object, ...always });
  readers[other.number] = fieldReader('other', { ...other, ...always });
  const empty = emptyValue(other.schema);
  return (reader, depth) => {
    const message: JsonObject = {};
    const outer = reader.enter();
    readFields(reader, readers, message, depth + 1);
    reader.leave(outer);
    return message.object ?? message.other ?? cloneJson(empty);
  };
}

function wrappedReader(schema: Schema): ReadValue {
  const read = fieldReader('items', { number: 1, schema, description: '', required: true });
  return (reader, depth) => {
    if (depth > limits.protobufDepth) throw new ProtobufError('message is nested too deep');
    const wrapper: JsonObject = { items: schema.type === 'list' ? [] : {} };
    reader.message((tag) => {
      if (tag >>> 3 !== 1) return false;
      read(reader, tag & 7, wrapper, depth + 1);
      return true;
    });
    return wrapper.items;
  };
}

function stringReader(format: StringSchema['format']): ReadValue {
  switch (format) {
    case undefined:
      return (reader) => reader.text();
    case 'byte':
      return (reader) => reader.base64();
    case 'date-time':
      return (reader) => readTime(reader, (seconds) => timeFromSeconds(seconds));
    case 'micro-time':
      return (reader) =>
        readTime(reader, (seconds, nanos) => microTimeFromSeconds(seconds, Math.trunc(nanos / 1_000)));
    case 'quantity':
      return (reader) => {
        let text = '0';
        reader.message((tag) => {
          if (tag !== 0x0a) return false;
          text = reader.text();
          return true;
        });
        const formed = quantityForm(text);
        if ('problem' in formed) throw new ProtobufError(formed.problem);
        return formed.value;
      };
  }
}

/** A message of seconds and nanoseconds; empty where Go has its zero time. */
function readTime(
  reader: WireReader,
  write: (seconds: number, nanos: number) => string | undefined,
): string | undefined {
  let seconds: number | bigint | undefined;
  let nanos = 0;
  reader.message((tag) => {
    if (tag === 0x08) seconds = reader.int64();
    else if (tag === 0x10) nanos = reader.int32();
    else return false;
    seconds ??= 0;
    return true;
  });
  if (seconds === undefined) return undefined;
  const time = nanos >= 0 && nanos < 1_000_000_000 ? write(Number(seconds), nanos) : undefined;
  if (time === undefined) throw new ProtobufError(`time ${seconds}s ${nanos}ns is out of range`);
  return time;
}

function readIntOrString(reader: WireReader): number | string {
  let isString = false;
  let number = 0;
  let text = '';
  reader.message((tag) => {
    if (tag === 0x08) isString = reader.int64() === 1;
    else if (tag === 0x10) number = reader.int32();
    else if (tag === 0x1a) text = reader.text();
    else return false;
    return true;
  });
  return isString ? text : number;
}

/** RawExtension and FieldsV1: JSON text in field 1; absent where it is empty. */
function readRaw(reader: WireReader): JsonValue | undefined {
  let raw: Buffer | undefined;
  reader.message((tag) => {
    if (tag !== 0x0a) return false;
    raw = reader.bytes();
    return true;
  });
  if (raw === undefined || raw.length === 0) return undefined;
  try {
    return parseJson(raw);
  } catch (error) {
    throw new ProtobufError(`an embedded object is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
