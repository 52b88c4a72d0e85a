/** DeleteOptions from the body (any of three group versions, JSON, YAML or protobuf) or the query, checked. */
import { decodeProtobuf } from '../../apimachinery/codec/protobuf.ts';
import { ProtobufError } from '../../apimachinery/codec/protobuf-wire.ts';
import { type PropagationPolicy, propagationPolicies } from '../../apimachinery/deletion-policy.ts';
import { type FieldError, invalidValue, notSupported } from '../../apimachinery/field-error.ts';
import { parseApiVersion } from '../../apimachinery/gvk.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonObject } from '../../apimachinery/object-meta.ts';
import { DecodeError, decodeObject } from '../../apimachinery/schema/decode.ts';
import { deleteOptionsSchema } from '../../apimachinery/schema/meta.ts';
import type { Infer } from '../../apimachinery/schema/schema.ts';
import { badRequest, invalid } from '../../apimachinery/status.ts';
import type { Deletion } from '../../registry/delete.ts';
import type { WriteOptions } from '../../registry/engine.ts';
import { isTrue } from '../../request/request-info.ts';
import type { Exchange } from '../exchange.ts';
import { negotiateBody } from '../negotiation/negotiate-body.ts';
import { warner } from '../warnings.ts';
import { parseDocument, Unrecognized } from './body.ts';
import { integerOf } from './list-options.ts';
import type { VerbRequest } from './verb.ts';
import { dryRunErrors, fieldManagerOf, requestTerms } from './write-options.ts';

export interface DeleteRequest {
  readonly deletion: Deletion;
  /** `orphanDependents: false` in so many words: such clients want to be told by a 202 what is still there. */
  readonly isAcceptance: boolean;
  readonly write: WriteOptions;
}

type DeleteOptions = Infer<typeof deleteOptionsSchema>;

/** Throws 400 and 422. */
export async function readDeleteOptions(request: VerbRequest): Promise<DeleteRequest> {
  const { exchange, info, user } = request;
  const body = await exchange.readBody(limits.requestBodyBytes);
  const options =
    body.length === 0 ? fromQuery(info.query, request.target.name === '') : fromBody(exchange, body);
  const errors = validate(options);
  if (errors.length > 0) {
    throw invalid({ group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions' }, '', errors);
  }
  return {
    deletion: deletionOf(options),
    isAcceptance: options.orphanDependents === false,
    write: {
      user,
      dryRun: (options.dryRun ?? []).length > 0,
      fieldManager: fieldManagerOf(request),
      terms: requestTerms(request, givenOptions(options)),
      warn: warner(exchange),
    },
  };
}

function givenOptions(options: DeleteOptions): JsonObject {
  const { kind: _, apiVersion: _v, ...given } = options;
  return given as JsonObject;
}

function deletionOf({ preconditions, propagationPolicy, orphanDependents }: DeleteOptions): Deletion {
  const { uid, resourceVersion } = preconditions ?? {};
  return {
    preconditions: {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    ...(isPolicy(propagationPolicy) ? { propagationPolicy } : {}),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
  };
}

const isPolicy = (policy: string | undefined): policy is PropagationPolicy =>
  propagationPolicies.some((known) => known === policy);

function fromBody(exchange: Exchange, body: Buffer): DeleteOptions {
  const format = negotiateBody(exchange.header('content-type'));
  let options: DeleteOptions;
  try {
    options =
      format === 'protobuf'
        ? decodeProtobuf(body, deleteOptionsSchema)
        : decodeObject(
            parseDocument(format, body.toString('utf8'), deleteOptionsSchema).value,
            deleteOptionsSchema,
          );
  } catch (error) {
    const isExpected =
      error instanceof DecodeError || error instanceof ProtobufError || error instanceof Unrecognized;
    throw isExpected ? badRequest(error.message, error) : error;
  }
  refuseKind(options);
  return options;
}

/** The scheme these options are read with knows little else, and knows them in whatever version they are sent. */
function refuseKind(options: DeleteOptions): void {
  const kind = options.kind ?? '';
  if (kind === '' || kind === 'DeleteOptions') return;
  const given = options.apiVersion ?? '';
  const apiVersion = given === '' ? 'meta.k8s.io/v1' : given;
  const { version } = parseApiVersion(apiVersion) ?? { version: apiVersion };
  const isKind =
    kindsOfAnyVersion.includes(kind) || (apiVersion === 'meta.k8s.io/v1' && kindsOfMeta.includes(kind));
  throw badRequest(
    isKind
      ? `converting (${version}.${kind}) to (v1.DeleteOptions): unknown conversion`
      : `no kind "${kind}" is registered for version "${apiVersion}" in scheme "${scheme}"`,
  );
}
const scheme = 'k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27';
const kindsOfAnyVersion = [
  'CreateOptions',
  'UpdateOptions',
  'Status',
  'APIVersions',
  'APIGroupList',
  'APIGroup',
  'APIResourceList',
];
const kindsOfMeta = [
  'WatchEvent',
  'ListOptions',
  'GetOptions',
  'PatchOptions',
  'Table',
  'TableOptions',
  'PartialObjectMetadata',
  'PartialObjectMetadataList',
];

/** An empty value is a value. Throws 400. */
function fromQuery(query: URLSearchParams, isCollection: boolean): DeleteOptions {
  const options: JsonObject = {};
  const dryRun = query.getAll('dryRun');
  if (dryRun.length > 0) options.dryRun = dryRun;
  const policy = query.get('propagationPolicy');
  if (policy !== null) options.propagationPolicy = policy;
  const orphan = query.get('orphanDependents');
  if (orphan !== null) options.orphanDependents = isTrue(orphan);
  if (query.has('gracePeriodSeconds')) {
    options.gracePeriodSeconds = integerOf(query.get('gracePeriodSeconds'));
  }
  // Of a collection it says from when the list is.
  if (!isCollection) {
    const preconditions: JsonObject = {};
    for (const name of ['uid', 'resourceVersion']) {
      const given = query.get(name) ?? '';
      if (given !== '') preconditions[name] = given;
    }
    if (Object.keys(preconditions).length > 0) options.preconditions = preconditions;
  }
  return options as DeleteOptions;
}

function validate(options: DeleteOptions): FieldError[] {
  const errors: FieldError[] = [];
  const { propagationPolicy, orphanDependents, dryRun } = options;
  if (propagationPolicy !== undefined) {
    if (orphanDependents !== undefined) {
      errors.push(
        invalidValue(
          'propagationPolicy',
          propagationPolicy,
          'orphanDependents and deletionPropagation cannot be both set',
        ),
      );
    }
    if (!isPolicy(propagationPolicy)) {
      errors.push(notSupported('propagationPolicy', propagationPolicy, [...propagationPolicies, 'nil']));
    }
  }
  return [...errors, ...dryRunErrors(dryRun ?? [])];
}
