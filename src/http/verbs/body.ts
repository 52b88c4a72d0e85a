/**
 * Request bodies: JSON, YAML or protobuf into an object of the kind the path names. What the kind does not
 * know is dropped; what has the wrong type is refused with a 400 that names it.
 */

import { parseJson } from '../../apimachinery/codec/json.ts';
import { JsonSyntaxError } from '../../apimachinery/codec/json-parser.ts';
import { decodeProtobuf } from '../../apimachinery/codec/protobuf.ts';
import { ProtobufError } from '../../apimachinery/codec/protobuf-wire.ts';
import { parseYaml, YamlSyntaxError } from '../../apimachinery/codec/yaml.ts';
import { apiVersionOf } from '../../apimachinery/gvk.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonObject, JsonValue, KubeObject } from '../../apimachinery/object-meta.ts';
import { DecodeError, decodeObject } from '../../apimachinery/schema/decode.ts';
import { applyDefaults } from '../../apimachinery/schema/default.ts';
import { hasProtobufForm } from '../../apimachinery/schema/protobuf-form.ts';
import { badRequest } from '../../apimachinery/status.ts';
import type { ServedResource } from '../../registry/definition-table.ts';
import type { Exchange } from '../exchange.ts';
import { type BodyFormat, negotiateBody } from '../negotiation/negotiate-body.ts';

/** The body of a write. The function decodes it anew on each call: the engine changes what it is given. */
export async function readObject(exchange: Exchange, served: ServedResource): Promise<() => KubeObject> {
  const format = negotiateBody(exchange.header('content-type'), hasProtobufForm(served.version.schema));
  const body = await exchange.readBody(limits.requestBodyBytes);
  return () => decodeBody(served, format, body);
}

function decodeBody(served: ServedResource, format: BodyFormat, body: Buffer): KubeObject {
  const { definition, version } = served;
  if (format === 'protobuf') return finish(served, readProtobuf(served, body));
  const value = parseText(format, body, `${definition.kind} in version "${version.version}"`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest(
      `${definition.kind} in version "${version.version}" cannot be handled as a ${definition.kind}: the body must be an object`,
    );
  }
  return finish(served, value);
}

function readProtobuf(served: ServedResource, body: Buffer): JsonObject {
  try {
    return { ...decodeProtobuf(body, served.version.schema) } as JsonObject;
  } catch (error) {
    if (error instanceof ProtobufError) throw badRequest(error.message, error);
    throw error;
  }
}

/** Any JSON or YAML text. Throws 400, naming what it was to be. */
export function parseText(format: BodyFormat, body: Buffer, what: string): JsonValue {
  try {
    return format === 'yaml' ? parseYaml(body.toString('utf8')) : parseJson(body);
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof YamlSyntaxError) {
      throw badRequest(`${what} cannot be read: ${error.message}`, error);
    }
    throw error;
  }
}

/** Types, prunes and defaults a parsed object of the served kind. Throws 400. */
export function finish(served: ServedResource, value: JsonObject): KubeObject {
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
  let object: KubeObject;
  try {
    object = decodeObject(
      {
        ...value,
        // What is no text at all is left to the decoder, which says so.
        apiVersion: isTextOrAbsent(apiVersion) ? expected : apiVersion,
        kind: isTextOrAbsent(kind) ? definition.kind : kind,
      },
      version.schema,
    ) as KubeObject;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(
      `${definition.kind} in version "${version.version}" cannot be handled as a ${definition.kind}: ${error.message}`,
      error,
    );
  }
  applyDefaults(version.schema, object);
  definition.strategy.defaults?.(object);
  return object;
}

const isNamed = (value: JsonValue | undefined): value is string => typeof value === 'string' && value !== '';
const isTextOrAbsent = (value: JsonValue | undefined): boolean =>
  value === undefined || value === null || typeof value === 'string';
