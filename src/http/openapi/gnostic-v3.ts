/**
 * OpenAPI 3.0 documents in protobuf: `openapi.v3.Document` of google/gnostic (openapiv3/OpenAPIv3.proto, whose field
 * numbers these are).
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

export function encodeOpenApiV3(document: JsonObject): Buffer {
  return encodeGnostic(document, documentMessage);
}

const isReference = (value: JsonObject): boolean => '$ref' in value;
const reference = fields({ $ref: text(1) }, 0);
/** A schema contains schemas: called late, so that it may name itself. */
const schema: MessageWriter = (writer, value) => schemaOrReference(writer, value);

/** Only texts, numbers and booleans have a place in it; of others it says that there is one. */
const defaultType: MessageWriter = (writer, value) => {
  if (typeof value === 'number') double(1)(writer, value);
  else if (typeof value === 'boolean') flag(2)(writer, value);
  else if (typeof value === 'string') text(3)(writer, value);
};

const bareSchema: MessageWriter = fields(
  {
    nullable: flag(1),
    title: text(9),
    multipleOf: double(10),
    maximum: double(11),
    exclusiveMaximum: flag(12),
    minimum: double(13),
    exclusiveMinimum: flag(14),
    maxLength: integer(15),
    minLength: integer(16),
    pattern: text(17),
    maxItems: integer(18),
    minItems: integer(19),
    uniqueItems: flag(20),
    maxProperties: integer(21),
    minProperties: integer(22),
    required: repeated(text(23)),
    enum: repeated(anyField(24)),
    type: text(25),
    allOf: repeated(message(26, schema)),
    oneOf: repeated(message(27, schema)),
    anyOf: repeated(message(28, schema)),
    not: message(29, (writer, value) => bareSchema(writer, value)),
    items: message(30, only(message(1, schema))),
    properties: message(31, entries(1, schema)),
    additionalProperties: message(32, (writer, value) => schemaOrFlag(writer, value)),
    default: message(33, defaultType),
    description: text(34),
    format: text(35),
  },
  36,
);
const schemaOrReference = either(isReference, message(2, reference), message(1, bareSchema));
const schemaOrFlag: MessageWriter = (writer, value) =>
  (typeof value === 'boolean' ? flag(2) : message(1, schema))(writer, value);

const parameter = fields(
  { name: text(1), in: text(2), description: text(3), required: flag(4), schema: message(10, schema) },
  14,
);
const parameters = (number: number): FieldWriter =>
  repeated(message(number, either(isReference, message(2, reference), message(1, parameter))));
const content = (number: number): FieldWriter =>
  message(number, entries(1, fields({ schema: message(1, schema) }, 5)));
const requestBody = fields({ content: content(2), required: flag(3) }, 4);
const response = fields({ description: text(1), content: content(3) }, 5);
const operation = fields(
  {
    tags: repeated(text(1)),
    description: text(3),
    operationId: text(5),
    parameters: parameters(6),
    requestBody: message(7, only(message(1, requestBody))),
    responses: message(8, entries(2, only(message(1, response)))),
  },
  13,
);
const pathItem = fields(
  {
    get: message(4, operation),
    put: message(5, operation),
    post: message(6, operation),
    delete: message(7, operation),
    patch: message(10, operation),
    parameters: parameters(13),
  },
  14,
);
const securityScheme = fields({ type: text(1), description: text(2), name: text(3), in: text(4) }, 9);
const strings: MessageWriter = only(repeated(text(1)));

const documentMessage = fields(
  {
    openapi: text(1),
    info: message(2, fields({ title: text(1), version: text(6) }, 7)),
    paths: message(4, entries(1, pathItem)),
    components: message(
      5,
      fields(
        {
          schemas: message(1, entries(1, schema)),
          securitySchemes: message(7, entries(1, only(message(1, securityScheme)))),
        },
        10,
      ),
    ),
    security: repeated(message(6, entries(1, strings))),
  },
  9,
);
