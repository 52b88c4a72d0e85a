/**
 * Server-side apply: PATCH with `application/apply-patch+yaml`. The body says what its manager wants of an object;
 * what becomes of it is joined anew on every race. A missing object is created. Refusals and their wording follow
 * apiserver/pkg/endpoints/handlers/patch.go and apimachinery's managedfields.
 */

import type { ApplySchema } from '../../apimachinery/apply/apply-schema.ts';
import { TypedError } from '../../apimachinery/apply/typed-error.ts';
import { validateTyped } from '../../apimachinery/apply/validate-typed.ts';
import { cloneMetadata, cloneObject } from '../../apimachinery/clone-json.ts';
import { parseJson } from '../../apimachinery/codec/json.ts';
import { JsonSyntaxError } from '../../apimachinery/codec/json-parser.ts';
import { hasRepeatedField } from '../../apimachinery/codec/repeated-field.ts';
import { parseYaml, YamlSyntaxError } from '../../apimachinery/codec/yaml.ts';
import { requiredValue } from '../../apimachinery/field-error.ts';
import { parseApiVersion } from '../../apimachinery/gvk.ts';
import { jsonTypeOf } from '../../apimachinery/json-type.ts';
import { limits } from '../../apimachinery/limits.ts';
import { applyTracked, type TrackedEndpoint } from '../../apimachinery/managed-fields/tracker.ts';
import type { JsonObject, JsonValue, KubeObject } from '../../apimachinery/object-meta.ts';
import { DecodeError } from '../../apimachinery/schema/decode.ts';
import { badRequest, bareError } from '../../apimachinery/status.ts';
import { must } from '../../lib/assert.ts';
import type { DefinitionTable, ServedResource } from '../../registry/definition-table.ts';
import { planeOf } from '../../registry/engine.ts';
import { trackedEndpoint, trackedForm } from '../../registry/field-tracking.ts';
import { spokenForm } from '../../registry/subresource-form.ts';
import { withConversions } from '../../registry/tracked-conversions.ts';
import { update } from '../../registry/update.ts';
import { isTrue } from '../../request/request-info.ts';
import { typed } from './body.ts';
import { type FieldValidation, fieldValidationOf, judge, repeatedKeysFinding } from './field-validation.ts';
import { renderingOf } from './rendering.ts';
import type { VerbRequest } from './verb.ts';
import { writeOptions } from './write-options.ts';
import { sendWritten } from './written.ts';

export async function apply(request: VerbRequest): Promise<void> {
  const { engine, exchange, info, target, subresource } = request;
  const { served } = target;
  const form = spokenForm(served, subresource);
  const rendering = renderingOf(request, form.served, 'get');
  const body = await exchange.readBody(limits.requestBodyBytes);
  const isNamed = (info.query.get('fieldManager') ?? '') !== '';
  const options = writeOptions(
    request,
    'PatchOptions',
    isNamed ? [] : [requiredValue('fieldManager', 'is required for apply patch')],
  );
  const endpoint = trackedEndpoint(served, subresource);
  const applier = new Applier(
    engine.definitions.builtIn,
    form.served,
    endpoint,
    (track) => withConversions(planeOf(engine, target), served, endpoint, track),
    body.toString('utf8'),
    fieldValidationOf(info.query, options),
  );
  const force = isTrue(info.query.get('force') ?? 'false');
  // Reading has completed what is stored of a custom resource, so nothing changes it in place on its way back.
  const copy = served.version.custom === undefined ? cloneObject : cloneMetadata;
  const change = (current: () => KubeObject): Promise<KubeObject> =>
    applier.apply(trackedForm(served, subresource, copy(current())), {
      manager: options.fieldManager,
      force,
      nowMs: engine.clock.now(),
    });
  const result = await update(
    engine,
    target,
    { change, isReplace: false, isApply: true, ...(subresource === undefined ? {} : { subresource }) },
    options,
  );
  await sendWritten(exchange, rendering, result, form);
}

/** Runs what needs an object in several versions. */
type Track = <T>(track: (endpoint: TrackedEndpoint) => T) => T | Promise<T>;

interface Wish {
  readonly manager: string;
  readonly force: boolean;
  readonly nowMs: number;
}

/** One body, to be applied to whatever the object has become. */
class Applier {
  readonly #definitions: DefinitionTable;
  readonly #served: ServedResource;
  readonly #endpoint: TrackedEndpoint;
  readonly #track: Track;
  readonly #text: string;
  readonly #validation: FieldValidation;
  /** What strict reading finds in the body; unknown fields have been refused before. */
  #repeated: readonly string[] | undefined;

  constructor(
    definitions: DefinitionTable,
    served: ServedResource,
    endpoint: TrackedEndpoint,
    track: Track,
    text: string,
    validation: FieldValidation,
  ) {
    this.#definitions = definitions;
    this.#served = served;
    this.#endpoint = endpoint;
    this.#track = track;
    this.#text = text;
    this.#validation = validation;
  }

  /** Throws 400, 409 on conflicts, and 500 where upstream does: for what does not fit the schema. */
  async apply(live: KubeObject, { manager, force, nowMs }: Wish): Promise<KubeObject> {
    // Read anew each time: the object becomes what is stored, and is changed on its way there.
    const { config, isJson } = configIn(this.#text);
    this.#check(config);
    this.#repeated ??= this.#findRepeated(config, isJson);
    let applied: JsonObject;
    try {
      applied = await this.#track((endpoint) =>
        applyTracked(endpoint, live, { config, writer: { manager, nowMs }, force }),
      );
    } catch (error) {
      if (!(error instanceof TypedError)) throw error;
      this.#checkLive(live);
      throw bareError(`failed to merge config: ${error.message}`);
    }
    const object = this.#typed(applied, config);
    this.#judge(this.#repeated);
    return object;
  }

  #check(config: JsonObject): void {
    const { definition, version } = this.#served;
    const expected = kindText(definition.group, version.version, definition.kind);
    if (kindOf(config) !== expected) throw badRequest(`invalid object type: ${kindOf(config)}`);
    if (Array.isArray(metadataOf(config).managedFields)) {
      throw badRequest('metadata.managedFields must be nil');
    }
    try {
      validateTyped(config, this.#schema);
    } catch (error) {
      if (!(error instanceof TypedError)) throw error;
      throw bareError(`failed to create typed patch object (${nameOf(config)}): ${error.message}`);
    }
  }

  /** Stored lists may have items that cannot be told apart: nothing can be joined into such an object. */
  #checkLive(live: KubeObject): void {
    const object = live as unknown as JsonObject;
    try {
      validateTyped(object, this.#schema, { allowDuplicates: true });
    } catch (error) {
      if (!(error instanceof TypedError)) throw error;
      throw bareError(`failed to create typed live object (${nameOf(object)}): ${error.message}`);
    }
  }

  get #schema(): ApplySchema {
    return must(this.#endpoint.versions.schemaOf(this.#endpoint.apiVersion), 'apply schema');
  }

  #typed(applied: JsonObject, config: JsonObject): KubeObject {
    try {
      return typed(this.#definitions, this.#served, applied);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw bareError(
        `failed to convert new object (${nameOf(config)}) to proper version: ${error.conversionMessage}`,
      );
    }
  }

  #findRepeated(config: JsonObject, isJson: boolean): readonly string[] {
    if (this.#validation.directive === 'Ignore') return [];
    return isJson && !hasRepeatedField(this.#text, config) ? [] : repeatedKeysFinding(this.#text);
  }

  #judge(findings: readonly string[]): void {
    const { directive, warn } = this.#validation;
    if (directive === 'Strict' && findings.length > 0) {
      throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${findings[0]}`);
    }
    judge({ directive: 'Warn', warn }, findings, badRequest);
  }
}

/** JSON is YAML too, but reading it as what it is is much faster. Throws 400. */
function configIn(text: string): { config: JsonObject; isJson: boolean } {
  let value: JsonValue;
  let isJson = /^\s*\{/.test(text);
  try {
    if (isJson) {
      try {
        value = parseJson(text);
      } catch (error) {
        if (!(error instanceof JsonSyntaxError)) throw error;
        isJson = false;
        value = parseYaml(text);
      }
    } else value = parseYaml(text);
  } catch (error) {
    if (error instanceof YamlSyntaxError) throw badRequest(`error decoding YAML: ${error.message}`, error);
    throw error;
  }
  if (value === null) return { config: {}, isJson };
  const type = jsonTypeOf(value);
  if (type === 'object') return { config: value as JsonObject, isJson };
  throw badRequest(
    `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${type} into Go value of type map[string]interface {}`,
  );
}

/** As Go prints a GroupVersionKind. */
const kindText = (group: string, version: string, kind: string): string =>
  `${group}/${version}, Kind=${kind}`;

function kindOf({ apiVersion, kind }: JsonObject): string {
  const gv = parseApiVersion(typeof apiVersion === 'string' ? apiVersion : '');
  // Of what has no version nobody knows the kind either.
  if (gv === undefined && apiVersion !== undefined && apiVersion !== '') return kindText('', '', '');
  return kindText(gv?.group ?? '', gv?.version ?? '', typeof kind === 'string' ? kind : '');
}

/** Namespace, name and kind as errors of apply show them. */
function nameOf(config: JsonObject): string {
  const { namespace, name } = metadataOf(config);
  const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
  return `${text(namespace)}/${text(name)}; ${kindOf(config)}`;
}

function metadataOf({ metadata }: JsonObject): JsonObject {
  const isObject = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
  return isObject ? metadata : {};
}
