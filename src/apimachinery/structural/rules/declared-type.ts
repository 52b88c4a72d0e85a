/**
 * What rules may know of a schema: the type of each value, how many elements it can have at most, and how many bytes
 * of JSON it takes at least. Bounds come from the schema (maxLength, maxItems, maxProperties, enum), or else from
 * what fits into one request. From the types rules are checked, from the bounds their cost is estimated.
 *
 * Nothing is declared for what the schema does not type: unknown and preserved fields are invisible to rules.
 * Source of the figures: k8s.io/apiserver/pkg/cel/common/schemas.go.
 */
import { limits } from '../../limits.ts';
import type { JsonSchemaProps } from '../json-schema-props.ts';
import { escapeName } from './escape-name.ts';

export type ScalarKind = 'dyn' | 'string' | 'bytes' | 'duration' | 'timestamp' | 'bool' | 'double' | 'int';

interface Sizes {
  /** Characters, bytes, items or entries; 0 for what has no size. */
  readonly maxElements: number;
  readonly minSerializedBytes: number;
}
export interface DeclaredScalar extends Sizes {
  readonly kind: ScalarKind;
}
export interface DeclaredList extends Sizes {
  readonly kind: 'list';
  readonly elements: DeclaredType;
}
/** Its keys are strings. */
export interface DeclaredMap extends Sizes {
  readonly kind: 'map';
  readonly elements: DeclaredType;
}
export interface DeclaredObject extends Sizes {
  readonly kind: 'object';
  /** No identifier, so no rule can name it. Different for every object in a schema. */
  readonly name: string;
  /** By escaped name. */
  readonly fields: ReadonlyMap<string, DeclaredType>;
}
export type DeclaredType = DeclaredScalar | DeclaredList | DeclaredMap | DeclaredObject;

/** Of the name at the root, and of the type that rules of a node call `self`. */
export const rootTypeName = '@self';

const textMaxLength = limits.requestBodyBytes - 2;
/** `9999-12-31T23:59:59.999999999Z` in quotes; of durations likewise. */
const timeMaxLength = 32;
const dateLength = 12;
const dateTimeMinBytes = 21;
const durationMinBytes = 3;

const scalar = (kind: ScalarKind, maxElements: number, minSerializedBytes: number): DeclaredScalar => ({
  kind,
  maxElements,
  minSerializedBytes,
});
const bool = scalar('bool', 0, 4);
const double = scalar('double', 0, 1);
const int = scalar('int', 0, 1);

/** Undefined where rules have no type for it. `isRoot`: of a custom or an embedded resource. */
export function declareType(
  schema: JsonSchemaProps,
  isRoot: boolean,
  name: string = rootTypeName,
): DeclaredType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return scalar(
      'dyn',
      schema.maxLength === undefined ? textMaxLength : 4 * atLeastZero(schema.maxLength),
      1,
    );
  }
  switch (schema.type) {
    case 'array':
      return declareList(schema, name);
    case 'object':
      return typeof schema.additionalProperties === 'object'
        ? declareMap(schema, schema.additionalProperties, name)
        : declareObject(isRoot ? withResourceFields(schema) : schema, name);
    case 'string':
      return declareText(schema);
    case 'boolean':
      return bool;
    case 'number':
      return double;
    case 'integer':
      return int;
    default:
      return undefined;
  }
}

const isEmbedded = (schema: JsonSchemaProps): boolean => schema['x-kubernetes-embedded-resource'] === true;

function declareList(schema: JsonSchemaProps, name: string): DeclaredList | undefined {
  if (schema.items === undefined) return undefined;
  const elements = declareType(schema.items, isEmbedded(schema.items), `${name}.@idx`);
  if (elements === undefined) return undefined;
  const maxElements =
    schema.maxItems === undefined
      ? Math.floor(textMaxLength / (elements.minSerializedBytes + 1))
      : atLeastZero(schema.maxItems);
  return { kind: 'list', elements, maxElements, minSerializedBytes: 2 };
}

/** A key, its quotes, a colon and a comma go with each value. */
const entryBytes = 6;

function declareMap(schema: JsonSchemaProps, values: JsonSchemaProps, name: string): DeclaredMap | undefined {
  const elements = declareType(values, isEmbedded(values), `${name}.@elem`);
  if (elements === undefined) return undefined;
  const maxElements =
    schema.maxProperties === undefined
      ? Math.floor(textMaxLength / (elements.minSerializedBytes + entryBytes))
      : atLeastZero(schema.maxProperties);
  return { kind: 'map', elements, maxElements, minSerializedBytes: 2 };
}

function declareObject({ properties = {}, required = [] }: JsonSchemaProps, name: string): DeclaredObject {
  const fields = new Map<string, DeclaredType>();
  let minSerializedBytes = 2;
  for (const [property, schema] of Object.entries(properties)) {
    const identifier = escapeName(property);
    const type = declareType(schema, isEmbedded(schema), `${name}.${identifier ?? property}`);
    if (type === undefined) continue;
    if (identifier !== undefined) fields.set(identifier, type);
    // What has a default need not be sent.
    if (required.includes(property) && schema.default === undefined) {
      minSerializedBytes += Buffer.byteLength(property) + type.minSerializedBytes + 4;
    }
  }
  return { kind: 'object', name, fields, maxElements: 0, minSerializedBytes };
}

function declareText(schema: JsonSchemaProps): DeclaredScalar {
  switch (schema.format) {
    case 'byte':
      return scalar(
        'bytes',
        schema.maxLength === undefined ? textMaxLength : atLeastZero(schema.maxLength),
        2,
      );
    case 'duration':
      return scalar('duration', timeMaxLength, durationMinBytes);
    case 'date':
      return scalar('timestamp', dateLength, dateLength);
    case 'date-time':
      return scalar('timestamp', timeMaxLength, dateTimeMinBytes);
    default:
      return scalar('string', maxTextLength(schema), 2);
  }
}

/** In bytes: a character takes up to four of them. */
function maxTextLength({ maxLength, enum: values = [] }: JsonSchemaProps): number {
  if (maxLength !== undefined) return 4 * atLeastZero(maxLength);
  if (values.length === 0) return textMaxLength;
  return Math.max(0, ...values.map((value) => (typeof value === 'string' ? Buffer.byteLength(value) : 0)));
}

const atLeastZero = (bound: number): number => Math.max(0, bound);

const plainText: JsonSchemaProps = { type: 'string' };
const resourceName: JsonSchemaProps = { type: 'string', maxLength: limits.resourceNameLength };
const resourceFields: Readonly<Record<string, JsonSchemaProps>> = {
  apiVersion: plainText,
  kind: plainText,
  metadata: { type: 'object', properties: { name: resourceName, generateName: resourceName } },
};

/**
 * What rules see of every resource, whatever its schema says: `apiVersion`, `kind`, and of the metadata the two names
 * alone. A schema that declares all of them itself is taken as it is.
 */
export function withResourceFields(schema: JsonSchemaProps): JsonSchemaProps {
  const { apiVersion, kind, metadata } = schema.properties ?? {};
  const { name, generateName } = metadata?.properties ?? {};
  const isComplete =
    metadata?.type === 'object' &&
    [apiVersion, kind, name, generateName].every((property) => property?.type === 'string');
  return isComplete ? schema : { ...schema, properties: { ...schema.properties, ...resourceFields } };
}
