/**
 * Request bodies: JSON, YAML or protobuf into an object of the kind the path names. What the kind does not
 * know is dropped, and told as `fieldValidation` wants it; what has the wrong type is refused with a 400 that names
 * it. Messages follow transformDecodeError and the JSON serializer of apimachinery.
 */

import { parseJson } from '../../apimachinery/codec/json.ts';
import { JsonSyntaxError } from '../../apimachinery/codec/json-parser.ts';
import { decodeProtobuf } from '../../apimachinery/codec/protobuf.ts';
import { ProtobufError } from '../../apimachinery/codec/protobuf-wire.ts';
import { parseYaml, YamlSyntaxError } from '../../apimachinery/codec/yaml.ts';
import { apiVersionOf } from '../../apimachinery/gvk.ts';
import { jsonTypeOf } from '../../apimachinery/json-type.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonObject, JsonValue, KubeObject } from '../../apimachinery/object-meta.ts';
import { DecodeError, decodeObject } from '../../apimachinery/schema/decode.ts';
import { applyDefaults } from '../../apimachinery/schema/default.ts';
import { hasProtobufForm } from '../../apimachinery/schema/protobuf-form.ts';
import { badRequest, type StatusError } from '../../apimachinery/status.ts';
import type { ServedResource } from '../../registry/definition-table.ts';
import type { Exchange } from '../exchange.ts';
import { negotiateBody } from '../negotiation/negotiate-body.ts';
import { type FieldValidation, findingsInJson, findingsInYaml, judge } from './field-validation.ts';

/** The body of a write. The function decodes it anew on each call: the engine changes what it is given. */
export async function readObject(
  exchange: Exchange,
  served: ServedResource,
  validation: FieldValidation,
): Promise<() => KubeObject> {
  const format = negotiateBody(exchange.header('content-type'), hasProtobufForm(served.version.schema));
  const body = await exchange.readBody(limits.requestBodyBytes);
  let isJudged = format === 'protobuf' || validation.directive === 'Ignore';
  return () => {
    if (format === 'protobuf') return finish(served, readProtobuf(served, body));
    const text = body.toString('utf8');
    const value = parseDocument(format, text, body, served.definition.kind);
    const unknown: string[] | undefined = isJudged ? undefined : [];
    const object = finish(served, value, unknown);
    if (unknown !== undefined) {
      isJudged = true;
      const find = format === 'yaml' ? findingsInYaml : findingsInJson;
      const findings = find(text, value, served.version.schema, unknown.length > 0);
      judge(validation, findings, (message) => badRequest(`${cannotHandle(served)}: ${message}`));
    }
    return object;
  };
}

const cannotHandle = ({ definition: { kind }, version: { version } }: ServedResource): string =>
  `${kind} in version "${version}" cannot be handled as a ${kind}`;

function readProtobuf(served: ServedResource, body: Buffer): JsonObject {
  try {
    return { ...decodeProtobuf(body, served.version.schema) } as JsonObject;
  } catch (error) {
    if (error instanceof ProtobufError) throw badRequest(error.message, error);
    throw error;
  }
}

/**
 * The object in a JSON or YAML text. Throws 400 in upstream's words: whatever keeps it from finding out the kind, the
 * body is unrecognized.
 */
export function parseDocument(format: 'json' | 'yaml', text: string, body: Buffer, kind: string): JsonObject {
  const unrecognized = (problem: string, cause?: unknown): StatusError =>
    badRequest(
      `the object provided is unrecognized (must be of type ${kind}): ${problem} (${summaryOf(body)})`,
      cause,
    );
  let value: JsonValue;
  try {
    value = format === 'yaml' ? parseYaml(text) : parseJson(text);
  } catch (error) {
    if (error instanceof YamlSyntaxError) throw unrecognized(error.message, error);
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw unrecognized(`${noVersionKind}${error.message}`, error);
  }
  if (value === null) return {};
  const type = jsonTypeOf(value);
  if (type !== 'object') {
    throw unrecognized(`${noVersionKind}json: cannot unmarshal ${type} into Go value of type ${typeMeta}`);
  }
  const object = value as JsonObject;
  for (const field of ['apiVersion', 'kind']) {
    const given = jsonTypeOf(object[field] ?? '');
    if (given !== 'string') {
      const problem = `json: cannot unmarshal ${given} into Go struct field .${field} of type string`;
      throw unrecognized(`${noVersionKind}${problem}`);
    }
  }
  const { apiVersion } = object;
  if (typeof apiVersion === 'string' && apiVersion.split('/').length > 2) {
    throw unrecognized(`unexpected GroupVersion string: ${apiVersion}`);
  }
  return object;
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
function finish(served: ServedResource, value: JsonObject, unknownFields?: string[]): KubeObject {
  try {
    return typed(served, value, unknownFields);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(`${cannotHandle(served)}: ${error.message}`, error);
  }
}

/**
 * Types, prunes and defaults a parsed object of the served kind. Throws DecodeError, and 400 when it is of another
 * kind. Paths of dropped fields are added to `unknownFields`.
 */
export function typed(served: ServedResource, value: JsonObject, unknownFields?: string[]): KubeObject {
  const { definition, version } = served;
  const expected = apiVersionOf({ group: definition.group, version: version.version });
  const { apiVersion, kind } = value;
  if (isNamed(apiVersion) && apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  if (isNamed(kind) && kind !== definition.kind) {
    throw badRequest(
      `${kind} in version "${version.version}" cannot be handled as a ${definition.kind}: the kind in the data does not match`,
    );
  }
  const object = decodeObject(
    {
      ...value,
      // What is no text at all is left to the decoder, which says so.
      apiVersion: isTextOrAbsent(apiVersion) ? expected : apiVersion,
      kind: isTextOrAbsent(kind) ? definition.kind : kind,
    },
    version.schema,
    unknownFields,
  ) as KubeObject;
  applyDefaults(version.schema, object);
  definition.strategy.defaults?.(object);
  return object;
}

const isNamed = (value: JsonValue | undefined): value is string => typeof value === 'string' && value !== '';
const isTextOrAbsent = (value: JsonValue | undefined): boolean =>
  value === undefined || value === null || typeof value === 'string';
