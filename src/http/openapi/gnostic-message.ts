/**
 * Messages of google/gnostic out of JSON: a document is described by tables of field numbers, and what a table has no
 * field for is refused, so that nothing is lost in silence. Values of unknown type travel as YAML, of which JSON is a
 * part. Writes from the end to the front, as WireWriter does.
 */
import { stringifyJson } from '../../apimachinery/codec/json.ts';
import { wireTypes } from '../../apimachinery/codec/protobuf-wire.ts';
import { WireWriter } from '../../apimachinery/codec/protobuf-writer.ts';
import type { JsonObject, JsonValue } from '../../apimachinery/object-meta.ts';
import { assert } from '../../lib/assert.ts';

/** Writes a value with its tag. */
export type FieldWriter = (writer: WireWriter, value: JsonValue) => void;
/** Writes a message without tag and length. */
export type MessageWriter = (writer: WireWriter, value: JsonValue) => void;

export function encodeGnostic(document: JsonObject, write: MessageWriter): Buffer {
  const writer = new WireWriter();
  write(writer, document);
  return writer.take();
}

const tag = (writer: WireWriter, number: number, wireType: number): void =>
  writer.varint(number * 8 + wireType);

export const text =
  (number: number): FieldWriter =>
  (writer, value) => {
    writer.text(value as string);
    tag(writer, number, wireTypes.bytes);
  };
export const flag =
  (number: number): FieldWriter =>
  (writer, value) => {
    writer.varint(value === true ? 1 : 0);
    tag(writer, number, wireTypes.varint);
  };
export const integer =
  (number: number): FieldWriter =>
  (writer, value) => {
    writer.integer(value as number);
    tag(writer, number, wireTypes.varint);
  };
export const double =
  (number: number): FieldWriter =>
  (writer, value) => {
    // A bound beyond what a number holds exactly is a bigint.
    writer.double(Number(value));
    tag(writer, number, wireTypes.fixed64);
  };
export const message =
  (number: number, write: MessageWriter): FieldWriter =>
  (writer, value) => {
    const start = writer.written;
    write(writer, value);
    writer.varint(writer.written - start);
    tag(writer, number, wireTypes.bytes);
  };
export const repeated =
  (write: FieldWriter): FieldWriter =>
  (writer, value) => {
    const items = value as JsonValue[];
    for (let i = items.length - 1; i >= 0; i--) write(writer, items[i]!);
  };

/** `Any`, by its YAML text. */
const any: MessageWriter = (writer, value) => text(2)(writer, stringifyJson(value));
export const anyField = (number: number): FieldWriter => message(number, any);

const nameField = text(1);
const anyValue = anyField(2);

/** One key of a map and its value, which is field 2. */
function writeEntry(
  writer: WireWriter,
  number: number,
  key: string,
  value: JsonValue,
  write: FieldWriter,
): void {
  const start = writer.written;
  write(writer, value);
  nameField(writer, key);
  writer.varint(writer.written - start);
  tag(writer, number, wireTypes.bytes);
}

/** A map: a repeated field of names and values. */
export function entries(number: number, write: MessageWriter): MessageWriter {
  const value = message(2, write);
  return (writer, map) => {
    const object = map as JsonObject;
    const keys = Object.keys(object);
    for (let i = keys.length - 1; i >= 0; i--) {
      writeEntry(writer, number, keys[i]!, object[keys[i]!]!, value);
    }
  };
}

/** A message with the given fields; `x-` keys go into the repeated field `extensions`. */
export function fields(table: Readonly<Record<string, FieldWriter>>, extensions: number): MessageWriter {
  const writers = new Map(Object.entries(table));
  return (writer, value) => {
    const object = value as JsonObject;
    const keys = Object.keys(object);
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i]!;
      if (key.startsWith('x-')) writeEntry(writer, extensions, key, object[key]!, anyValue);
      else {
        const write = writers.get(key);
        assert(write !== undefined, `gnostic has a field for ${key}`);
        write(writer, object[key]!);
      }
    }
  };
}

/** A message of one field: how gnostic writes an alternative, or a list that may be a single thing. */
export const only = (write: FieldWriter): MessageWriter => write;

/** Chooses by the value. */
export const either =
  (isFirst: (value: JsonObject) => boolean, first: FieldWriter, second: FieldWriter): MessageWriter =>
  (writer, value) =>
    (isFirst(value as JsonObject) ? first : second)(writer, value);
