/** From an error to the wire: the only place that knows both. Unknown errors are 500 and logged by the caller. */
import { indentJson } from '../apimachinery/codec/indent-json.ts';
import { stringifyJson } from '../apimachinery/codec/json.ts';
import { encodeProtobuf } from '../apimachinery/codec/protobuf-documents.ts';
import { stringifyYaml } from '../apimachinery/codec/yaml.ts';
import { statusSchema } from '../apimachinery/schema/meta.ts';
import {
  badRequest,
  expired,
  ForeignFailure,
  internalError,
  resourceVersionTooLarge,
  type Status,
  StatusError,
  serviceUnavailable,
  tooLarge,
  tooManyRequests,
} from '../apimachinery/status.ts';
import { StorageError } from '../storage/errors.ts';
import type { Exchange } from './exchange.ts';
import { isPretty, negotiateStatus } from './negotiation/negotiate-object.ts';

/** The Status of any error. */
function statusOf(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof StorageError) return storageStatus(error);
  return internalError('the server met an unexpected condition', error);
}

function storageStatus(error: StorageError): StatusError {
  switch (error.code) {
    case 'compacted':
      return expired(`too old resource version: ${error.requested} (${error.current})`);
    case 'future-revision':
      return resourceVersionTooLarge(error.requested ?? 0, error.current ?? 0);
    case 'key-too-long':
    case 'key-invalid':
      return badRequest(error.message, error);
    case 'value-too-large':
      return tooLarge(`Request entity too large: ${error.message}`);
    case 'overloaded':
      return tooManyRequests('too many writes are waiting, please try again later');
    case 'full':
      return serviceUnavailable('the store has no room left: nothing was written', error);
    case 'failed':
    case 'closed':
      return serviceUnavailable('the store is not available', error);
    case 'in-use':
    case 'corrupt':
    case 'unreadable':
      return internalError('the store cannot be read', error);
  }
}

/** Whether the operator must hear of it. A few 5xx are the client's doing: those with other reasons. */
export function isServerFault(error: unknown): boolean {
  if (error instanceof ForeignFailure) return false;
  const { reason } = statusOf(error);
  return reason === 'InternalError' || reason === 'ServiceUnavailable';
}

/** Answers with the Status in the encoding the client accepts, or breaks off an answer that has begun. */
export function sendError(exchange: Exchange, error: unknown): void {
  if (exchange.isStarted) {
    exchange.destroy();
    return;
  }
  const { status, code } = statusOf(error);
  const retryAfter = status.details?.retryAfterSeconds;
  if (retryAfter !== undefined) exchange.setHeader('retry-after', String(retryAfter));
  const { contentType, body } = written(exchange, status);
  exchange.send(code, contentType, body);
}

function written(exchange: Exchange, status: Status): { contentType: string; body: Buffer | string } {
  const negotiated = negotiateStatus(exchange.header('accept'));
  // Whoever accepts none of our encodings is told in JSON, for a person to read.
  if (negotiated === undefined) {
    return { contentType: 'application/json', body: indentJson(stringifyJson(status)) };
  }
  const { format, mediaType } = negotiated;
  if (format === 'protobuf') return { contentType: mediaType, body: encodeProtobuf(status, statusSchema) };
  if (format === 'yaml') return { contentType: mediaType, body: stringifyYaml(status) };
  const json = stringifyJson(status);
  const query = new URLSearchParams(exchange.url.split('?')[1]);
  const pretty = negotiated.pretty || isPretty(query, exchange.header('user-agent') ?? '');
  return { contentType: mediaType, body: pretty ? indentJson(json) : `${json}\n` };
}
