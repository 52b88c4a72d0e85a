/**
 * JSON of a kind, read as Go's decoder reads it into a struct, where that is not what JSON.parse does: a struct that
 * is written twice is joined, member by member; a number for an integer field must be written as one; and what no
 * float holds is nobody's business in a field that the kind does not have. Types are judged by schema/decode.ts.
 * Source: sigs.k8s.io/json, internal/golang/encoding/json/decode.go.
 */
import { parseJson } from '../codec/json.ts';
import {
  JsonSyntaxError,
  parseWrittenJson,
  setField,
  type WrittenJson,
  WrittenNumber,
  WrittenObject,
} from '../codec/json-parser.ts';
import { hasRepeatedField } from '../codec/repeated-field.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { hasProtobufForm } from './protobuf-form.ts';
import type { EitherSchema, Field, ObjectSchema, Schema } from './schema.ts';

export interface ReadJson {
  readonly value: JsonValue;
  /** Some field was there twice. */
  readonly hasRepeated: boolean;
}

/** A member or item that is a number with a point or an exponent, or with more digits than an int64 has. */
const unusualNumber = /["[,]\s*(?::\s*)?-?[0-9](?:[0-9]{18}|[0-9]*(?:\.[0-9]|[eE]))/;

/** Throws JsonSyntaxError. */
export function readJson(text: string, schema: ObjectSchema): ReadJson {
  // Custom resources have no structs: of what is there twice they have the last, and their numbers are floats.
  if (!hasProtobufForm(schema)) {
    const value = parseJson(text);
    return { value, hasRepeated: hasRepeatedField(text, value) };
  }
  if (unusualNumber.test(text)) {
    const value = read(parseWrittenJson(text), schema);
    return { value, hasRepeated: hasRepeatedField(text, value) };
  }
  const value = parseJson(text);
  if (!hasRepeatedField(text, value)) return { value, hasRepeated: false };
  return { value: read(parseWrittenJson(text), schema), hasRepeated: true };
}

/** Undefined: nobody asks for the value. */
type Asked = Schema | undefined;

function read(written: WrittenJson, asked: Asked): JsonValue {
  const schema = asked?.type === 'either' ? formOf(asked, written) : asked;
  if (written instanceof WrittenNumber) return readNumber(written, schema);
  if (Array.isArray(written)) {
    const item = itemOf(schema);
    return written.map((value) => read(value, item));
  }
  if (!(written instanceof WrittenObject)) return written;
  return readObject(written, schema, {});
}

const formOf = ({ object, other }: EitherSchema, written: WrittenJson): Schema =>
  written instanceof WrittenObject ? object.schema : other.schema;
const itemOf = (schema: Asked): Asked => (schema?.type === 'list' ? schema.item : contentOf(schema));
/** Of a value whose schema says nothing of what is in it. */
const contentOf = (schema: Asked): Asked => (schema?.type === 'any' ? schema : undefined);

/** An integer field gets the number as it was written, which its decoder refuses by name. */
function readNumber(number: WrittenNumber, schema: Asked): JsonValue {
  const { text } = number;
  switch (schema?.type) {
    case 'integer':
    case 'int-or-string':
      return number as unknown as JsonValue;
    case 'string':
      return schema.format === 'quantity' ? text : Number(text);
    case 'number':
      return Number.isFinite(Number(text)) ? Number(text) : (number as unknown as JsonValue);
    case 'any':
      if (Number.isFinite(Number(text))) return Number(text);
      throw new JsonSyntaxError(`cannot unmarshal number ${text} into Go value of type float64`, 0);
    default:
      return 0;
  }
}

/** The members of `written` over those of `before`, which becomes the result. */
function readObject(written: WrittenObject, schema: Asked, before: JsonObject): JsonObject {
  for (const [i, key] of written.keys.entries()) {
    const value = written.values[i]!;
    const field =
      schema?.type === 'object' && Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
    if (field !== undefined && Object.hasOwn(before, key)) {
      setField(before, key, joined(before[key]!, value, field));
    } else {
      const inner = field?.schema ?? (schema?.type === 'map' ? schema.value : contentOf(schema));
      setField(before, key, read(value, inner));
    }
  }
  return before;
}

/** A member of a struct that is written again. */
function joined(before: JsonValue, written: WrittenJson, field: Field): JsonValue {
  const { schema } = field;
  // What is wrong is not mended by what comes after it.
  if (before !== null && !mayBe(before, schema)) return before;
  if (written === null) return isCleared(field) ? null : before;
  return joinedValue(before, written, schema);
}

function joinedValue(before: JsonValue, written: WrittenJson, schema: Schema): JsonValue {
  if (written instanceof WrittenObject && isObject(before)) {
    // Maps are joined too, but their values are not.
    if (schema.type === 'object' || schema.type === 'map') return readObject(written, schema, before);
  } else if (Array.isArray(written) && Array.isArray(before) && schema.type === 'list') {
    // Items lie where the first ones did.
    return written.map((item, i) =>
      i < before.length && item !== null
        ? joinedValue(before[i]!, item, schema.item)
        : read(item, schema.item),
    );
  }
  return read(written, schema);
}

/** Whether null ends what was there: it means nothing to a struct, text, number or truth that is no pointer. */
function isCleared({ schema, pointer, required, byValue }: Field): boolean {
  switch (schema.type) {
    case 'object':
      return !required && byValue !== true;
    case 'string':
      return pointer === true || schema.format !== undefined;
    case 'boolean':
    case 'integer':
    case 'number':
      return pointer === true;
    default:
      return true;
  }
}

function mayBe(value: JsonValue, schema: Schema): boolean {
  switch (schema.type) {
    case 'object':
    case 'map':
      return isObject(value);
    case 'list':
      return Array.isArray(value);
    case 'string':
      return typeof value === 'string' || (schema.format === 'quantity' && typeof value === 'number');
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint';
    case 'int-or-string':
      return typeof value === 'number' || typeof value === 'string';
    case 'any':
    case 'either':
      return true;
  }
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !((value as unknown) instanceof WrittenNumber);
