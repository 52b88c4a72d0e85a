/**
 * The answers to requests that never become an exchange's work: malformed, too long or too slow on the wire.
 * Everything later is a StatusError and belongs to status-response.ts.
 */
import type { Status } from '../apimachinery/status.ts';

export interface Refusal {
  readonly code: number;
  readonly body: string;
}

function refusal(code: number, reason: string, message: string): Refusal {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code,
  };
  return { code, body: `${JSON.stringify(status)}\n` };
}

export const malformed = (): Refusal => refusal(400, 'BadRequest', 'the request is not well-formed HTTP');
export const pathMissing = (): Refusal => refusal(400, 'BadRequest', 'the request names no path');
export const tooSlow = (): Refusal =>
  refusal(408, 'Timeout', 'the client took too long to send its request; try again');
export const urlTooLong = (limit: number): Refusal =>
  refusal(414, 'RequestURITooLong', `the request URL is too long: limit is ${limit} bytes`);
export const headersTooLarge = (limit: number): Refusal =>
  refusal(431, 'RequestHeaderFieldsTooLarge', `the request headers are too large: limit is ${limit} bytes`);
export const unexpected = (): Refusal =>
  refusal(500, 'InternalError', 'Internal error occurred: the request could not be served');

const reasonPhrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** The whole HTTP/1.1 response, for a socket whose parser has given up. */
export function rawResponse({ code, body }: Refusal): string {
  return [
    `HTTP/1.1 ${code} ${reasonPhrases[code] ?? 'Error'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
