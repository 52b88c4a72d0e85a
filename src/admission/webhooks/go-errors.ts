/**
 * What goes wrong on the way to a webhook and back, in the words of Go's HTTP client and of client-go, which people
 * and their tests know.
 */
import { parseJson } from '../../apimachinery/codec/json.ts';
import type { JsonObject } from '../../apimachinery/object-meta.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { GateError } from '../../lib/call-gate.ts';
import { type HttpsReply, ReplyTooLarge } from '../../lib/https-caller.ts';
import { networkProblem } from '../../lib/network-problem.ts';

/** The time of the call was over. */
export class CallTimeout extends Error {
  constructor() {
    super('context deadline exceeded');
    this.name = 'CallTimeout';
  }
}

/** Why a POST had no reply. `server` is the host and port as the URL has them. */
export function connectionProblem(error: unknown, server: string): string {
  if (error instanceof CallTimeout || error instanceof GateError || error instanceof ReplyTooLarge) {
    return error.message;
  }
  if (error instanceof StatusError) return error.message;
  return networkProblem(error as NodeJS.ErrnoException, server);
}

const unexplained: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  403: 'the server does not allow access to the requested resource',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  406: 'the server was unable to respond with a content type that the client supports',
  409: 'the server reported a conflict',
  410: 'the server no longer has the requested resource',
  413: 'the request entity is too large',
  415: 'the server does not support the media type of the request',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

/** What a reply with an error status says. */
export function statusProblem({ status, body }: HttpsReply): string {
  const text = body.toString('utf8').trim();
  const said = statusMessage(text);
  if (said !== undefined) return said;
  const known = unexplained[status];
  if (known !== undefined) return known;
  if (status < 500)
    return `the server responded with the status code ${status} but did not return more information`;
  const shown = JSON.stringify(text === '' ? 'unknown' : text.slice(0, shownLength));
  return `an error on the server (${shown}) has prevented the request from succeeding`;
}
const shownLength = 2_048;

/** Of a Status that is one. */
function statusMessage(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const { kind, status, message } = parseJson(text) as JsonObject;
    return kind === 'Status' && status === 'Failure' && typeof message === 'string' ? message : undefined;
  } catch {
    // A body that is no JSON is no Status; the code says enough.
    return undefined;
  }
}
