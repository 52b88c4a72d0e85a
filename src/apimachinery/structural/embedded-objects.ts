/**
 * Objects inside an object (`x-kubernetes-embedded-resource`): their metadata is typed like that of any object, and
 * judged like it. Source: apiextensions-apiserver/pkg/apiserver/schema/objectmeta.
 */
import { type FieldError, invalidValue, requiredValue } from '../field-error.ts';
import { parseApiVersion } from '../gvk.ts';
import { limits } from '../limits.ts';
import { validateObjectMeta } from '../metadata-validation.ts';
import { dns1035LabelProblems, pathSegmentProblems } from '../names.ts';
import type { JsonObject, JsonValue, ObjectMeta } from '../object-meta.ts';
import { DecodeError, decodeObject } from '../schema/decode.ts';
import { objectMetaSchema } from '../schema/meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import { type SchemaNode, schemaNode } from './schema-node.ts';

export interface Typing {
  /** Leaves out of embedded objects what has a wrong type, rather than refusing it. */
  readonly dropsInvalid: boolean;
  /** Paths of dropped metadata fields are added here. */
  readonly unknownFields?: string[] | undefined;
}

/** In place, below the root. Throws DecodeError. */
export function typeEmbedded(value: JsonValue | undefined, schema: JsonSchemaProps, typing: Typing): void {
  visitEmbedded(value, schemaNode(schema), '', (object, path) => typeOne(object, path, typing));
}

function typeOne(object: JsonObject, path: string, { dropsInvalid, unknownFields }: Typing): void {
  for (const name of ['apiVersion', 'kind']) {
    const given = object[name];
    if (given === undefined || typeof given === 'string') continue;
    if (!dropsInvalid) throw wrongType(`${path}.${name}`, given, 'must be a string');
    delete object[name];
  }
  if (object.metadata === undefined) return;
  const unknown: string[] = [];
  try {
    object.metadata = typedMetadata(object.metadata, unknown) as JsonValue;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (!dropsInvalid) throw wrongType(`${path}.metadata`, object.metadata, error.message);
    if (isObject(object.metadata)) object.metadata = wellFormedMetadata(object.metadata) as JsonValue;
  }
  unknownFields?.push(...unknown.map((name) => `${path}.metadata.${name}`));
}

function wrongType(path: string, value: JsonValue, problem: string): DecodeError {
  return new DecodeError(`${path}: ${invalidValue('', inOrder(value), problem).message}`);
}

/** Go shows the keys of a map in their order. */
function inOrder(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, inOrder(value[name]!)]));
}

/** Metadata as every object has it. Throws DecodeError; paths in `unknownFields` begin below it. */
export function typedMetadata(metadata: JsonValue, unknownFields?: string[]): ObjectMeta {
  return decodeObject<ObjectMeta>(metadata ?? {}, objectMetaSchema as never, unknownFields);
}

/** The same of what may be malformed: each field by itself, and those that have a wrong type are left out. */
export function wellFormedMetadata(metadata: JsonObject, unknownFields?: string[]): ObjectMeta {
  const typed: ObjectMeta = {};
  for (const name of Object.keys(metadata)) {
    try {
      Object.assign(typed, typedMetadata({ [name]: metadata[name] }, unknownFields));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  return typed;
}

export function validateEmbedded(value: JsonValue | undefined, schema: JsonSchemaProps): FieldError[] {
  const errors: FieldError[] = [];
  visitEmbedded(value, schemaNode(schema), '', (object, path) => {
    if (errors.length < limits.schemaErrors) errors.push(...objectErrors(object, path));
  });
  return errors;
}

function objectErrors({ apiVersion, kind, metadata }: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  if (typeof apiVersion !== 'string') errors.push(requiredValue(at('apiVersion')));
  else if (apiVersion === '') errors.push(invalidValue(at('apiVersion'), '', 'must not be empty'));
  else if (parseApiVersion(apiVersion) === undefined) {
    const problem = `unexpected GroupVersion string: ${apiVersion}`;
    errors.push(invalidValue(at('apiVersion'), apiVersion, problem));
  }
  if (typeof kind !== 'string') errors.push(requiredValue(at('kind')));
  else if (kind === '') errors.push(invalidValue(at('kind'), '', 'must not be empty'));
  else {
    const problems = dns1035LabelProblems(kind.toLowerCase());
    if (problems.length > 0) {
      errors.push(
        invalidValue(
          at('kind'),
          kind,
          `may have mixed case, but should otherwise match: ${problems.join(',')}`,
        ),
      );
    }
  }
  if (isObject(metadata)) errors.push(...embeddedMetaErrors(metadata as ObjectMeta, at('metadata')));
  return errors;
}

/** Nobody gives an embedded object a name, and its namespace is where it would be. */
function embeddedMetaErrors(metadata: ObjectMeta, path: string): FieldError[] {
  const name = metadata.name ?? '';
  return validateObjectMeta(
    { ...metadata, name: name === '' ? 'fakename' : name },
    {
      namespaced: (metadata.namespace ?? '') !== '',
      validateName: pathSegmentProblems,
      path,
    },
  );
}

/** Calls `visit` for every embedded object, the outer ones first. */
function visitEmbedded(
  value: JsonValue | undefined,
  node: SchemaNode | undefined,
  path: string,
  visit: (object: JsonObject, path: string) => void,
): void {
  if (typeof value !== 'object' || value === null || node?.contents.hasEmbedded !== true) return;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) visitEmbedded(item, node.items, `${path}[${i}]`, visit);
    return;
  }
  if (node.isEmbedded) visit(value, path);
  for (const name in value) {
    visitEmbedded(value[name], node.field(name), path === '' ? name : `${path}.${name}`, visit);
  }
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
