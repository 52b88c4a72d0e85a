/**
 * Request bodies: JSON, YAML or protobuf into an object of the kind the path names. What the kind does not
 * know is dropped, and told as `fieldValidation` wants it; what has the wrong type is refused with a 400 that names
 * it. Messages follow transformDecodeError and the JSON serializer of apimachinery.
 */

import { stringifyJson } from '../../apimachinery/codec/json.ts';
import { JsonSyntaxError } from '../../apimachinery/codec/json-parser.ts';
import { decodeEnvelope, decodeProtobuf } from '../../apimachinery/codec/protobuf.ts';
import { ProtobufError } from '../../apimachinery/codec/protobuf-wire.ts';
import { parseYaml, YamlSyntaxError } from '../../apimachinery/codec/yaml.ts';
import { jsonTypeOf } from '../../apimachinery/json-type.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonObject, JsonValue, KubeObject } from '../../apimachinery/object-meta.ts';
import { DecodeError } from '../../apimachinery/schema/decode.ts';
import { hasProtobufForm } from '../../apimachinery/schema/protobuf-form.ts';
import { readJson } from '../../apimachinery/schema/read-json.ts';
import type { ObjectSchema } from '../../apimachinery/schema/schema.ts';
import { badRequest, type StatusError } from '../../apimachinery/status.ts';
import type { DefinitionTable, ServedResource } from '../../registry/definition-table.ts';
import { typedObject } from '../../registry/typed-object.ts';
import type { Exchange } from '../exchange.ts';
import { negotiateBody } from '../negotiation/negotiate-body.ts';
import { type FieldValidation, findingsIn, judge } from './field-validation.ts';
import { OtherKind, withKindOf } from './other-kind.ts';

/** The body of a write. The function decodes it anew on each call: the engine changes what it is given. */
export async function readObject(
  exchange: Exchange,
  definitions: DefinitionTable,
  served: ServedResource,
  validation: FieldValidation,
): Promise<() => KubeObject> {
  const format = negotiateBody(exchange.header('content-type'), hasProtobufForm(served.version.schema));
  const body = await exchange.readBody(limits.requestBodyBytes);
  let isJudged = format === 'protobuf' || validation.directive === 'Ignore';
  return () => {
    if (format === 'protobuf') return finish(definitions, served, readProtobuf(served, body));
    const text = body.toString('utf8');
    const { value, hasRepeated } = recognized(format, text, body, served);
    const unknown: string[] | undefined = isJudged ? undefined : [];
    const object = finish(definitions, served, value, unknown);
    if (unknown !== undefined) {
      isJudged = true;
      const findings = findingsIn({ format, text, value, hasRepeated, unknown }, served.version);
      judge(validation, findings, (message) => badRequest(`${cannotHandle(served)}: ${message}`));
    }
    return object;
  };
}

const cannotHandle = ({ definition: { kind }, version: { version } }: ServedResource): string =>
  `${kind} in version "${version}" cannot be handled as a ${kind}`;

function readProtobuf(served: ServedResource, body: Buffer): JsonObject {
  try {
    // An envelope without content would be an object without any.
    if (body.length <= 4) throw new ProtobufError('empty body');
    return { ...decodeProtobuf(body, served.version.schema) } as JsonObject;
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    const problem = envelopeProblem(body);
    if (problem === undefined) throw badRequest(`${cannotHandle(served)}: ${error.message}`, error);
    throw unrecognized(served.definition.kind, problem, body, error);
  }
}

/** Why the envelope of a protobuf body cannot be opened. */
function envelopeProblem(body: Buffer): string | undefined {
  if (body.length === 0) return 'empty data';
  if (body.toString('latin1', 0, 4) !== 'k8s\0') {
    return 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]';
  }
  if (body.length === 4) return 'empty body';
  try {
    decodeEnvelope(body);
    return undefined;
  } catch (error) {
    if (error instanceof ProtobufError) return error.message;
    throw error;
  }
}

/** A body of which not even the kind can be found out. */
export class Unrecognized extends Error {
  constructor(problem: string, options?: ErrorOptions) {
    super(problem, options);
    this.name = 'Unrecognized';
  }
}

export interface Document {
  readonly value: JsonObject;
  /** Told of JSON alone: some field was there twice. */
  readonly hasRepeated: boolean;
}

/** The object in a JSON or YAML text. Throws Unrecognized, in the words of upstream's serializer. */
export function parseDocument(format: 'json' | 'yaml', text: string, schema: ObjectSchema): Document {
  let value: JsonValue;
  let hasRepeated = false;
  try {
    if (format === 'yaml') value = parseYaml(text);
    else ({ value, hasRepeated } = readJson(text, schema));
  } catch (error) {
    if (error instanceof YamlSyntaxError) throw new Unrecognized(error.message, { cause: error });
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new Unrecognized(`${noVersionKind}${error.message}`, { cause: error });
  }
  const problem = kindUnreadable(value);
  if (problem !== undefined) throw new Unrecognized(problem);
  return { value: (value ?? {}) as JsonObject, hasRepeated };
}

/** `parseDocument`, with a 400 that shows the beginning of the body. */
function recognized(
  format: 'json' | 'yaml',
  text: string,
  body: Buffer,
  { definition, version }: ServedResource,
): Document {
  try {
    const document = parseDocument(format, text, version.schema);
    // Of a kind that is built in, the path says as much.
    const isUntold = definition.writtenBy !== undefined && (document.value.kind ?? '') === '';
    if (!isUntold) return document;
    const shown = format === 'json' ? text : stringifyJson(document.value);
    throw new Unrecognized(`Object 'Kind' is missing in '${shown}'`);
  } catch (error) {
    if (!(error instanceof Unrecognized)) throw error;
    throw unrecognized(definition.kind, error.message, body, error);
  }
}

const unrecognized = (kind: string, problem: string, body: Buffer, cause: Error): StatusError =>
  badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${problem} (${summaryOf(body)})`,
    cause,
  );

/** Why version and kind cannot be read from a parsed document; undefined when they can, or are absent. */
export function kindUnreadable(value: JsonValue): string | undefined {
  if (value === null) return undefined;
  const type = jsonTypeOf(value);
  if (type !== 'object') {
    return `${noVersionKind}json: cannot unmarshal ${type} into Go value of type ${typeMeta}`;
  }
  const { apiVersion, kind } = value as JsonObject;
  const problem = notText('apiVersion', apiVersion) ?? notText('kind', kind);
  if (problem !== undefined) return problem;
  const isGroupVersion = typeof apiVersion !== 'string' || !/\/.*\//s.test(apiVersion);
  return isGroupVersion ? undefined : `unexpected GroupVersion string: ${apiVersion}`;
}

function notText(field: string, given: JsonValue | undefined): string | undefined {
  const type = jsonTypeOf(given ?? '');
  if (type === 'string') return undefined;
  return `${noVersionKind}json: cannot unmarshal ${type} into Go struct field .${field} of type string`;
}

const noVersionKind = "couldn't get version/kind; json parse error: ";
/** The Go type that upstream looks for version and kind with, as Go prints it. */
const typeMeta =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** The beginning of a body, as text where it may be JSON, in hexadecimal digits otherwise. */
function summaryOf(body: Buffer): string {
  if (body.length === 0) return '<empty>';
  const start = body.subarray(0, 30);
  const shown = body[0] === 0x7b ? start.toString('utf8') : start.toString('hex');
  return body.length > start.length ? `${shown} ...` : shown;
}

/** `typed`, with a 400 for what has a wrong type. */
function finish(
  definitions: DefinitionTable,
  served: ServedResource,
  value: JsonObject,
  unknownFields?: string[],
): KubeObject {
  try {
    return typed(definitions, served, value, unknownFields);
  } catch (error) {
    if (error instanceof OtherKind) throw badRequest(error.refusal, error);
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(`${cannotHandle(served)}: ${error.message}`, error);
  }
}

/**
 * Types, prunes and defaults a parsed object of the served kind. Throws DecodeError, OtherKind, and the 422 of a custom
 * resource of another kind. Paths of dropped fields are added to `unknownFields`.
 */
export function typed(
  definitions: DefinitionTable,
  served: ServedResource,
  value: JsonObject,
  unknownFields?: string[],
): KubeObject {
  return typedObject(served, withKindOf(definitions, served, value), unknownFields);
}
