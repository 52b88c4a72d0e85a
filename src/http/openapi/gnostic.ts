/**
 * A Swagger document in the protobuf form that kubectl reads: `openapi.v2.Document` of google/gnostic
 * (openapiv2/OpenAPIv2.proto, whose field numbers these are). Encodes what `v2-document.ts` makes, and refuses
 * what it has no field for, so that nothing is lost in silence. Values of unknown type travel as YAML, of which
 * JSON is a part.
 */

import { stringifyJson } from '../../apimachinery/codec/json.ts';
import type { JsonValue } from '../../apimachinery/object-meta.ts';
import type { OpenApiSchema } from '../../apimachinery/schema/openapi.ts';
import { assert } from '../../lib/assert.ts';
import type { SwaggerDocument } from './v2-document.ts';

export function encodeSwagger(document: SwaggerDocument): Buffer {
  assert(Object.keys(document.paths).length === 0, 'a swagger document to encode has no paths');
  return Buffer.concat([
    text(1, document.swagger),
    message(2, text(1, document.info.title), text(2, document.info.version)),
    message(8),
    message(9, ...namedSchemas(document.definitions)),
  ]);
}

/** Field numbers of `openapi.v2.Schema`, by the JSON name. */
const encoders: Record<string, (value: never) => Buffer> = {
  $ref: (value: string) => text(1, value),
  format: (value: string) => text(2, value),
  description: (value: string) => text(4, value),
  default: (value: JsonValue) => message(5, anyValue(value)),
  maximum: (value: number) => double(7, value),
  minimum: (value: number) => double(9, value),
  maxLength: (value: number) => integer(11, value),
  minLength: (value: number) => integer(12, value),
  pattern: (value: string) => text(13, value),
  maxItems: (value: number) => integer(14, value),
  minItems: (value: number) => integer(15, value),
  required: (value: string[]) => Buffer.concat(value.map((name) => text(19, name))),
  enum: (value: string[]) => Buffer.concat(value.map((item) => message(20, anyValue(item)))),
  additionalProperties: (value: OpenApiSchema) => message(21, message(1, encodeSchema(value))),
  type: (value: string) => message(22, text(1, value)),
  items: (value: OpenApiSchema) => message(23, message(1, encodeSchema(value))),
  properties: (value: Record<string, OpenApiSchema>) => message(25, ...namedSchemas(value)),
};

function encodeSchema(schema: OpenApiSchema): Buffer {
  const parts = Object.entries(schema).map(([key, value]) => {
    if (key.startsWith('x-')) return message(31, text(1, key), message(2, anyValue(value)));
    const encode = encoders[key];
    assert(encode !== undefined, `swagger has a field for ${key}`);
    return encode(value as never);
  });
  return Buffer.concat(parts);
}

/** `Definitions` and `Properties` are the same on the wire: repeated NamedSchema. */
function namedSchemas(schemas: Readonly<Record<string, OpenApiSchema>>): Buffer[] {
  return Object.entries(schemas).map(([name, schema]) =>
    message(1, text(1, name), message(2, encodeSchema(schema))),
  );
}

/** `openapi.v2.Any`, by its YAML text. */
function anyValue(value: JsonValue): Buffer {
  return text(2, stringifyJson(value));
}

// The protobuf wire format, as far as it is needed here.

const wireVarint = 0;
const wireFixed64 = 1;
const wireBytes = 2;

function varint(value: number): Buffer {
  assert(Number.isSafeInteger(value) && value >= 0, 'a varint is a whole number');
  const out: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
  return Buffer.from(out);
}

const tag = (field: number, wire: number): Buffer => varint(field * 8 + wire);

function message(field: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([tag(field, wireBytes), varint(body.length), body]);
}

function text(field: number, value: string): Buffer {
  return message(field, Buffer.from(value));
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([tag(field, wireVarint), varint(value)]);
}

function double(field: number, value: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeDoubleLE(value);
  return Buffer.concat([tag(field, wireFixed64), body]);
}
