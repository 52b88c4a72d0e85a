/**
 * Swagger documents in the protobuf form that kubectl reads: `openapi.v2.Document` of google/gnostic
 * (openapiv2/OpenAPIv2.proto, whose field numbers these are).
 */
import type { JsonObject } from '../../apimachinery/object-meta.ts';
import {
  anyField,
  double,
  either,
  encodeGnostic,
  entries,
  type FieldWriter,
  fields,
  flag,
  integer,
  type MessageWriter,
  message,
  only,
  repeated,
  text,
} from './gnostic-message.ts';

export function encodeSwagger(document: JsonObject): Buffer {
  return encodeGnostic(document, documentMessage);
}

/** A schema contains schemas: called late, so that it may name itself. */
const schema: MessageWriter = (writer, value) => schemaMessage(writer, value);
const schemaMessage = fields(
  {
    $ref: text(1),
    format: text(2),
    title: text(3),
    description: text(4),
    default: anyField(5),
    multipleOf: double(6),
    maximum: double(7),
    exclusiveMaximum: flag(8),
    minimum: double(9),
    exclusiveMinimum: flag(10),
    maxLength: integer(11),
    minLength: integer(12),
    pattern: text(13),
    maxItems: integer(14),
    minItems: integer(15),
    uniqueItems: flag(16),
    maxProperties: integer(17),
    minProperties: integer(18),
    required: repeated(text(19)),
    enum: repeated(anyField(20)),
    additionalProperties: message(21, (writer, value) =>
      (typeof value === 'boolean' ? flag(2) : message(1, schema))(writer, value),
    ),
    type: message(22, only(text(1))),
    items: message(23, only(message(1, schema))),
    properties: message(25, entries(1, schema)),
  },
  31,
);

/** Parameters in the query and in the path differ in where they keep the type. */
const parameter = (isOfQuery: boolean): MessageWriter =>
  fields(
    {
      required: flag(1),
      in: text(2),
      description: text(3),
      name: text(4),
      type: text(isOfQuery ? 6 : 5),
      uniqueItems: flag(isOfQuery ? 20 : 19),
    },
    isOfQuery ? 23 : 22,
  );
const bodyParameter = fields(
  { description: text(1), name: text(2), in: text(3), required: flag(4), schema: message(5, schema) },
  6,
);
const nonBodyParameter = either(
  (value) => value.in === 'query',
  message(3, parameter(true)),
  message(4, parameter(false)),
);
const anyParameter = either(
  (value) => value.in === 'body',
  message(1, bodyParameter),
  message(2, nonBodyParameter),
);
const parameters = (number: number): FieldWriter =>
  repeated(
    message(
      number,
      either((value) => '$ref' in value, message(2, fields({ $ref: text(1) }, 0)), message(1, anyParameter)),
    ),
  );

const response = fields({ description: text(1), schema: message(2, only(message(1, schema))) }, 5);
const operation = fields(
  {
    tags: repeated(text(1)),
    description: text(3),
    operationId: text(5),
    produces: repeated(text(6)),
    consumes: repeated(text(7)),
    parameters: parameters(8),
    responses: message(9, entries(1, only(message(1, response)))),
    schemes: repeated(text(10)),
  },
  13,
);
const pathItem = fields(
  {
    get: message(2, operation),
    put: message(3, operation),
    post: message(4, operation),
    delete: message(5, operation),
    patch: message(8, operation),
    parameters: parameters(9),
  },
  10,
);
const apiKey = fields({ type: text(1), name: text(2), in: text(3), description: text(4) }, 5);
const strings: MessageWriter = only(repeated(text(1)));

const documentMessage = fields(
  {
    swagger: text(1),
    info: message(2, fields({ title: text(1), version: text(2) }, 7)),
    paths: message(8, entries(2, pathItem)),
    definitions: message(9, entries(1, schema)),
    parameters: message(10, entries(1, anyParameter)),
    security: repeated(message(12, entries(1, strings))),
    securityDefinitions: message(13, entries(1, only(message(2, apiKey)))),
  },
  16,
);
