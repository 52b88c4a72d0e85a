/** What a client is told when a webhook refuses its request, or cannot be asked. Source: apiserver's webhook/errors. */
import { goQuote } from '../../apimachinery/apply/go-text.ts';
import { badRequest, ForeignFailure, type Status, StatusError } from '../../apimachinery/status.ts';
import type { ReviewAnswer } from './review.ts';

/** The webhook has not been heard, so its failure policy decides. */
export class CallFailed extends Error {
  constructor(webhook: string, problem: string, options?: ErrorOptions) {
    super(`failed calling webhook ${goQuote(webhook)}: ${problem}`, options);
    this.name = 'CallFailed';
  }
}

export const failedClosed = (failure: CallFailed): StatusError =>
  new ForeignFailure(failure.message, failure);

export const dryRunUnsupported = (webhook: string): StatusError =>
  badRequest(`admission webhook ${goQuote(webhook)} does not support dry run`);

/** Its own Status, as a failure that says who denied the request. */
export function denied(webhook: string, given: ReviewAnswer['status']): StatusError {
  const { message = '', reason = '', code = 0 } = given ?? {};
  const by = `admission webhook ${goQuote(webhook)} denied the request`;
  const explained = message !== '' ? `: ${message}` : reason !== '' ? `: ${reason}` : ' without explanation';
  const { details } = (given ?? {}) as Pick<Status, 'details'>;
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: by + explained,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    // A code that no refusal can have is none.
    code: code < 400 || code > 599 ? 400 : code,
  };
  return new StatusError(status);
}
