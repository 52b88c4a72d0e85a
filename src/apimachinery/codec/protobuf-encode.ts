/**
 * Messages by the field numbers of a schema, byte for byte as upstream's generated marshallers write them: fields in
 * the order of their numbers, maps in the order of their keys, lists unpacked. What Go holds by value is always
 * written, empty or not; what is a pointer, slice or map only where it is there. Takes objects as they are stored:
 * what has no number is left out, and values are not judged. Writers are compiled from a schema once, when first used.
 */
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { secondsOfTime } from '../schema/scalar-forms.ts';
import type { EitherSchema, Field, MapSchema, ObjectSchema, Schema, StringSchema } from '../schema/schema.ts';
import { stringifyJson } from './json.ts';
import { wireTypes } from './protobuf-wire.ts';
import type { WireWriter } from './protobuf-writer.ts';

type Value = JsonValue | undefined;
/** Writes a field of an object, with its tag, or nothing. */
interface FieldWriter {
  readonly name: string;
  readonly write: (writer: WireWriter, value: Value, object: JsonObject) => void;
}
/** Writes one value without its tag; undefined and null stand for Go's zero value. */
interface ValueWriter {
  readonly wireType: number;
  readonly write: (writer: WireWriter, value: Value) => void;
}

/** Writes the fields of an object, without a length in front. */
export function writeMessage(writer: WireWriter, schema: ObjectSchema, object: JsonObject): void {
  writeFields(writer, writersOf(schema), object);
}

/** Writes a field that is a message: the message, its length, the tag. */
export function writeMessageField(
  writer: WireWriter,
  tag: number,
  schema: ObjectSchema,
  object: JsonObject,
): void {
  const start = writer.written;
  writeMessage(writer, schema, object);
  writer.varint(writer.written - start);
  writer.varint(tag);
}

function writeFields(writer: WireWriter, writers: readonly FieldWriter[], object: JsonObject): void {
  for (let i = 0; i < writers.length; i++) {
    const { name, write } = writers[i]!;
    write(writer, object[name], object);
  }
}

/** By schema: writers from the highest field number to the lowest. */
const compiled = new WeakMap<ObjectSchema, readonly FieldWriter[]>();
function writersOf(schema: ObjectSchema): readonly FieldWriter[] {
  let writers = compiled.get(schema);
  if (writers === undefined) {
    writers = fieldWriters(Object.entries(schema.fields), 0);
    compiled.set(schema, writers);
  }
  return writers;
}

/** Writers of the fields that are `level` embedded messages deep, and of the messages further in. */
function fieldWriters(fields: readonly [string, Field][], level: number): readonly FieldWriter[] {
  const writers = new Map<number, FieldWriter>();
  const inner = new Map<number, [string, Field][]>();
  for (const [name, field] of fields) {
    const number = field.within?.[level];
    if (number !== undefined) inner.set(number, [...(inner.get(number) ?? []), [name, field]]);
    else if (field.number > 0) writers.set(field.number, { name, write: fieldWriter(field) });
  }
  for (const [number, embedded] of inner) {
    const embeddedWriters = fieldWriters(embedded, level + 1);
    writers.set(number, {
      name: '',
      write: (writer, _, object) => {
        const start = writer.written;
        writeFields(writer, embeddedWriters, object);
        writer.varint(writer.written - start);
        writer.varint(tagOf(number, wireTypes.bytes));
      },
    });
  }
  return [...writers].sort(([a], [b]) => b - a).map(([, write]) => write);
}

const tagOf = (number: number, wireType: number): number => (number << 3) | wireType;

function fieldWriter(field: Field): FieldWriter['write'] {
  const { schema, number } = field;
  if (schema.type === 'map') return mapWriter(number, schema);
  const { wireType, write } = valueWriter(schema.type === 'list' ? schema.item : schema);
  const tag = tagOf(number, wireType);
  if (schema.type === 'list') {
    return (writer, value) => {
      if (!Array.isArray(value)) return;
      for (let i = value.length - 1; i >= 0; i--) {
        write(writer, value[i]);
        writer.varint(tag);
      }
    };
  }
  const isAlwaysWritten = isByValue(field);
  return (writer, value) => {
    if ((value === undefined || value === null) && !isAlwaysWritten) return;
    write(writer, value);
    writer.varint(tag);
  };
}

/** Whether Go has the thing itself there: plain texts and numbers where not said otherwise, structs where said so. */
function isByValue({ schema, required, pointer, byValue }: Field): boolean {
  switch (schema.type) {
    case 'boolean':
    case 'integer':
    case 'number':
      return pointer !== true;
    case 'string':
      if (schema.format === undefined) return pointer !== true;
      // A []byte is a slice.
      return schema.format !== 'byte' && (required || byValue === true);
    default:
      return required || byValue === true;
  }
}

/** Each entry is a message: key 1, value 2. */
function mapWriter(number: number, { value: valueSchema }: MapSchema): FieldWriter['write'] {
  const { wireType, write } = valueWriter(valueSchema);
  const tag = tagOf(number, wireTypes.bytes);
  const valueTag = tagOf(2, wireType);
  return (writer, map) => {
    if (typeof map !== 'object' || map === null) return;
    const entries = map as JsonObject;
    const keys = sortedAsBytes(Object.keys(entries));
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i]!;
      const start = writer.written;
      write(writer, entries[key]);
      writer.varint(valueTag);
      writer.text(key);
      writer.byte(0x0a);
      writer.varint(writer.written - start);
      writer.varint(tag);
    }
  };
}

/** Go orders keys by their UTF-8; JavaScript by UTF-16, which differs only where there are surrogates. */
function sortedAsBytes(keys: string[]): readonly string[] {
  if (keys.length < 2) return keys;
  if (!keys.some((key) => /[\ud800-\udfff]/.test(key))) return keys.sort();
  return keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function valueWriter(schema: Schema): ValueWriter {
  switch (schema.type) {
    case 'string':
      return { wireType: wireTypes.bytes, write: stringWriter(schema.format) };
    case 'boolean':
      return { wireType: wireTypes.varint, write: (writer, value) => writer.byte(value === true ? 1 : 0) };
    case 'integer':
      return {
        wireType: wireTypes.varint,
        write: (writer, value) => writer.integer((value ?? 0) as number | bigint),
      };
    case 'number':
      return { wireType: wireTypes.fixed64, write: (writer, value) => writer.double(Number(value ?? 0)) };
    case 'int-or-string':
      return { wireType: wireTypes.bytes, write: writeIntOrString };
    case 'any':
      return { wireType: wireTypes.bytes, write: writeRaw };
    case 'object':
      return messageWriter((writer, value) => writeMessage(writer, schema, (value ?? {}) as JsonObject));
    case 'either':
      return eitherWriter(schema);
    // A list or map inside a map or list is sent as a message whose field 1 it is.
    case 'list':
    case 'map': {
      const write = fieldWriter({ number: 1, schema, description: '', required: true });
      return messageWriter((writer, value) => write(writer, value, {}));
    }
  }
}

function eitherWriter({ object, other }: EitherSchema): ValueWriter {
  const always = { description: '', required: true };
  const members = [
    { number: object.number, isObject: true, write: fieldWriter({ ...object, ...always }) },
    { number: other.number, isObject: false, write: fieldWriter({ ...other, ...always }) },
  ].sort((a, b) => b.number - a.number);
  const beside = other.schema.type === 'boolean' ? true : undefined;
  return messageWriter((writer, value) => {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    for (const member of members) {
      if (member.isObject === isObject) member.write(writer, value, {});
      else if (!member.isObject) member.write(writer, beside, {});
    }
  });
}

function messageWriter(write: ValueWriter['write']): ValueWriter {
  return {
    wireType: wireTypes.bytes,
    write: (writer, value) => {
      const start = writer.written;
      write(writer, value);
      writer.varint(writer.written - start);
    },
  };
}

function stringWriter(format: StringSchema['format']): ValueWriter['write'] {
  switch (format) {
    case undefined:
      return (writer, value) => writer.text((value ?? '') as string);
    case 'byte':
      return (writer, value) => writer.base64((value ?? '') as string);
    case 'date-time':
      return (writer, value) => writeTime(writer, value, 0);
    case 'micro-time':
      return (writer, value) =>
        writeTime(writer, value, value ? Number((value as string).slice(20, 26)) * 1_000 : 0);
    case 'quantity':
      return messageWriter((writer, value) => {
        writer.text((value ?? '0') as string);
        writer.byte(0x0a);
      }).write;
  }
}

/** Seconds and nanoseconds; an empty message where Go has its zero time. */
function writeTime(writer: WireWriter, value: Value, nanos: number): void {
  if (typeof value !== 'string') {
    writer.byte(0);
    return;
  }
  const start = writer.written;
  writer.varint(nanos);
  writer.byte(0x10);
  writer.integer(secondsOfTime(value));
  writer.byte(0x08);
  writer.varint(writer.written - start);
}

/** Its type, the number and the text, all three whichever it is. */
function writeIntOrString(writer: WireWriter, value: Value): void {
  const start = writer.written;
  writer.text(typeof value === 'string' ? value : '');
  writer.byte(0x1a);
  writer.integer(typeof value === 'string' ? 0 : ((value ?? 0) as number));
  writer.byte(0x10);
  writer.byte(typeof value === 'string' ? 1 : 0);
  writer.byte(0x08);
  writer.varint(writer.written - start);
}

/** RawExtension and FieldsV1: JSON text in field 1. */
function writeRaw(writer: WireWriter, value: Value): void {
  const start = writer.written;
  if (value !== undefined && value !== null) {
    writer.text(stringifyJson(value));
    writer.byte(0x0a);
  }
  writer.varint(writer.written - start);
}
