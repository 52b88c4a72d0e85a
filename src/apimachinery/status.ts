/**
 * Kubernetes Status: the closed set of errors a client can see, and the body each one is. Thrown as
 * StatusError anywhere above the store; http/status-response.ts is the only place that writes one to the wire.
 * Shapes and reasons follow apimachinery/pkg/api/errors.
 */
import type { FieldError } from './field-error.ts';
import { type GroupResource, type GroupVersionKind, groupResourceName } from './gvk.ts';

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string };
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
}

export class StatusError extends Error {
  readonly status: Status;
  constructor(status: Status, options?: ErrorOptions) {
    super(status.message ?? status.reason ?? 'error', options);
    this.name = 'StatusError';
    this.status = status;
  }
  get code(): number {
    return this.status.code ?? 500;
  }
  get reason(): string {
    return this.status.reason ?? '';
  }
}

/** A failure of what somebody else runs or brought along: the client is told, but nothing here is to be mended. */
export class ForeignFailure extends StatusError {
  constructor(detail: string, cause?: unknown, make = internalError) {
    super(make(detail).status, { cause });
    this.name = 'ForeignFailure';
  }
}

interface Failure {
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly continueToken?: string;
  readonly cause?: unknown;
}
function failure(code: number, message: string, rest: Failure = {}): StatusError {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: rest.continueToken === undefined ? {} : { continue: rest.continueToken },
    status: 'Failure',
    message,
    ...(rest.reason === undefined ? {} : { reason: rest.reason }),
    ...(rest.details === undefined ? {} : { details: rest.details }),
    code,
  };
  return new StatusError(status, rest.cause === undefined ? undefined : { cause: rest.cause });
}

const resourceDetails = (gr: GroupResource, name: string): StatusDetails => ({
  ...(name === '' ? {} : { name }),
  ...(gr.group === '' ? {} : { group: gr.group }),
  // Upstream leaves out what is empty: a refused path has no kind.
  ...(gr.resource === '' ? {} : { kind: gr.resource }),
});

export const notFound = (gr: GroupResource, name: string): StatusError =>
  failure(404, `${groupResourceName(gr)} "${name}" not found`, {
    reason: 'NotFound',
    details: resourceDetails(gr, name),
  });
/** No such path, group, version or resource. */
export const pathNotFound = (): StatusError =>
  failure(404, 'the server could not find the requested resource', { reason: 'NotFound', details: {} });
export const alreadyExists = (gr: GroupResource, name: string): StatusError =>
  failure(409, `${groupResourceName(gr)} "${name}" already exists`, {
    reason: 'AlreadyExists',
    details: resourceDetails(gr, name),
  });
export const generateNameConflict = (gr: GroupResource, name: string): StatusError =>
  failure(
    409,
    `${groupResourceName(gr)} "${name}" already exists, the server was not able to generate a unique name for the object`,
    { reason: 'AlreadyExists', details: { ...resourceDetails(gr, name), retryAfterSeconds: 1 } },
  );
export const conflict = (gr: GroupResource, name: string, detail: string): StatusError =>
  failure(409, `Operation cannot be fulfilled on ${groupResourceName(gr)} "${name}": ${detail}`, {
    reason: 'Conflict',
    details: resourceDetails(gr, name),
  });
export const modifiedConflict = (gr: GroupResource, name: string): StatusError =>
  conflict(
    gr,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
export const invalid = (gvk: GroupVersionKind, name: string, errors: readonly FieldError[]): StatusError => {
  // Upstream names what is said twice once; the causes have it as often as it was found.
  const lines = [...new Set(errors.map((e) => `${e.field}: ${e.message}`))];
  const joined = lines.length === 1 ? lines[0]! : `[${lines.join(', ')}]`;
  return failure(
    422,
    `${gvk.group === '' ? gvk.kind : `${gvk.kind}.${gvk.group}`} "${name}" is invalid: ${joined}`,
    {
      reason: 'Invalid',
      details: {
        ...(name === '' ? {} : { name }),
        ...(gvk.group === '' ? {} : { group: gvk.group }),
        ...(gvk.kind === '' ? {} : { kind: gvk.kind }),
        causes: errors.map((e) => ({ reason: e.reason, message: e.message, field: e.field })),
      },
    },
  );
};
/** Other managers own what an apply would change. It names no object, as upstream's does not. */
export const applyConflict = (message: string, causes: readonly StatusCause[]): StatusError =>
  failure(409, message, { reason: 'Conflict', details: { causes } });
/** A request that the server refuses without more to say about it (a failed JSON patch operation). */
export const unprocessable = (): StatusError =>
  failure(422, 'the server rejected our request due to an error in our request', {
    reason: 'Invalid',
    details: {},
  });
export const forbidden = (
  gr: GroupResource,
  name: string,
  detail: string,
  causes?: readonly StatusCause[],
): StatusError =>
  failure(
    403,
    gr.resource === ''
      ? `forbidden: ${detail}`
      : `${groupResourceName(gr)}${name === '' ? '' : ` "${name}"`} is forbidden: ${detail}`,
    {
      reason: 'Forbidden',
      details: { ...resourceDetails(gr, name), ...(causes === undefined ? {} : { causes }) },
    },
  );
export const unauthorized = (): StatusError => failure(401, 'Unauthorized', { reason: 'Unauthorized' });
export const badRequest = (message: string, cause?: unknown): StatusError =>
  failure(400, message, { reason: 'BadRequest', cause });
/** Upstream's router says it, before anybody asks which resource the path is of. */
export const pathMethodNotAllowed = (): StatusError =>
  failure(405, 'the server does not allow this method on the requested resource', {
    reason: 'MethodNotAllowed',
    details: {},
  });
/** Upstream's router finds nothing to write in the Accept header at all. */
export const noRepresentation = (offered: readonly string[]): StatusError =>
  failure(406, `406: Not Acceptable\n\nAvailable representations: ${offered.join(', ')}`, {
    reason: 'NotAcceptable',
    details: {},
  });
export const notAcceptable = (accepted: readonly string[]): StatusError =>
  failure(406, `only the following media types are accepted: ${accepted.join(', ')}`, {
    reason: 'NotAcceptable',
  });
export const unsupportedMediaType = (accepted: readonly string[]): StatusError =>
  failure(
    415,
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
    { reason: 'UnsupportedMediaType' },
  );
/** Upstream's router has no patch of the type. */
export const unroutedMediaType = (): StatusError =>
  failure(415, '415: Unsupported Media Type', { reason: 'UnsupportedMediaType', details: {} });
export const tooLarge = (message: string): StatusError =>
  failure(413, message, { reason: 'RequestEntityTooLarge' });
export const expired = (message: string, continueToken?: string): StatusError =>
  failure(410, message, { reason: 'Expired', ...(continueToken === undefined ? {} : { continueToken }) });
/** Retry after 0 seconds: the client is not told to. */
export const resourceVersionTooLarge = (
  requested: number | bigint,
  current: number,
  retryAfterSeconds = 1,
): StatusError =>
  failure(504, `Timeout: Too large resource version: ${requested}, current: ${current}`, {
    reason: 'Timeout',
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
    },
  });
export const timeout = (message: string): StatusError =>
  failure(504, `Timeout: ${message}`, { reason: 'Timeout', details: {} });
export const tooManyRequests = (message: string): StatusError =>
  failure(429, message, { reason: 'TooManyRequests', details: { retryAfterSeconds: 1 } });
export const serviceUnavailable = (message: string, cause?: unknown): StatusError =>
  failure(503, message, { reason: 'ServiceUnavailable', cause });
export const internalError = (detail: string, cause?: unknown): StatusError =>
  failure(500, `Internal error occurred: ${detail}`, {
    reason: 'InternalError',
    details: { causes: [{ message: detail }] },
    cause,
  });
/** A server error without a reason, where upstream sends a bare one. */
export const bareError = (message: string): StatusError => failure(500, message);

/** The body of a delete that removed the object. */
export const deleted = (gr: GroupResource, name: string, uid: string): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: { ...resourceDetails(gr, name), ...(uid === '' ? {} : { uid }) },
});
