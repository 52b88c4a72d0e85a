/**
 * Asks one webhook about one attempt: finds its server, sends the review, reads the answer, within the time that the
 * webhook and the request have. Calls are bounded for each control plane whose requests
 * they are about, so that no project's requests wait for those of another. Source: apiserver
 * pkg/admission/plugin/webhook/{mutating,validating}/dispatcher.go.
 */
import { randomUUID } from 'node:crypto';
import { limits } from '../../apimachinery/limits.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { HttpsCaller } from '../../lib/https-caller.ts';
import type { Egress } from '../../registry/egress.ts';
import { type WebhookEndpoint, webhookEndpoint } from '../../registry/webhook-endpoint.ts';
import type { Store, TenantId } from '../../storage/store.ts';
import type { Attempt, SentAs } from '../matching/attempt.ts';
import { CallTimeout, connectionProblem, statusProblem } from './go-errors.ts';
import type { Hook } from './hooks.ts';
import { CallFailed, denied, dryRunUnsupported } from './refusals.ts';
import {
  answerIn,
  InvalidReview,
  type ReviewAnswer,
  reviewText,
  reviewVersionOf,
  UnreadableReview,
} from './review.ts';
import type { ObservedCall, WebhookObserver } from './webhook-observer.ts';

export class WebhookCaller {
  readonly #store: Store;
  readonly #egress: Egress;
  readonly #random: () => number;
  readonly #observe: WebhookObserver;
  readonly #https = new HttpsCaller({
    callsMax: limits.webhookCalls,
    callsPerOwnerMax: limits.webhookCallsPerPlane,
    callsPerEndpointMax: limits.webhookCallsPerEndpoint,
    waitingPerOwnerMax: limits.webhookCallsWaiting,
    replyBytesMax: limits.webhookReplyBytes,
    serversMax: limits.webhookServers,
    idleConnectionsPerServer: limits.webhookIdleConnections,
    idleConnectionMs: limits.webhookIdleConnectionMs,
    resolveTimeoutMs: limits.webhookResolveTimeoutMs,
  });

  constructor(store: Store, egress: Egress, random: () => number, observe: WebhookObserver) {
    this.#store = store;
    this.#egress = egress;
    this.#random = random;
    this.#observe = observe;
  }

  /**
   * What the webhook answers when it allows the attempt; its warnings have been told. Throws CallFailed where it has not
   * been heard, and a StatusError where it denies the request or cannot be asked about a dry run.
   */
  async ask(
    hook: Hook,
    home: TenantId,
    attempt: Attempt,
    sentAs: SentAs,
    isMutating: boolean,
  ): Promise<ReviewAnswer> {
    const startedMs = performance.now();
    const told = (outcome: ObservedCall['outcome'], code = 0): void =>
      this.#observe({
        home,
        name: hook.webhook.name,
        isMutating,
        operation: attempt.operation,
        seconds: (performance.now() - startedMs) / 1_000,
        outcome,
        code,
        ignoresFailure: hook.ignoresFailure,
      });
    try {
      const answer = await this.#ask(hook, home, attempt, sentAs, isMutating);
      told('allowed');
      return answer;
    } catch (error) {
      if (error instanceof StatusError) told('denied', error.code);
      else told('failed');
      throw error;
    }
  }

  async #ask(
    hook: Hook,
    home: TenantId,
    attempt: Attempt,
    sentAs: SentAs,
    isMutating: boolean,
  ): Promise<ReviewAnswer> {
    const { webhook } = hook;
    const { write } = attempt;
    const { name, sideEffects = 'Unknown' } = webhook;
    if (write.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') {
      throw dryRunUnsupported(name);
    }
    const version = reviewVersionOf(webhook.admissionReviewVersions);
    if (version === undefined) {
      const problem =
        'could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)';
      throw new CallFailed(name, problem);
    }
    const uid = randomUUID();
    const body = await this.#post(hook, home, attempt, await reviewText(uid, version, attempt, sentAs));
    const answer = readAnswer(name, () => answerIn(body, uid, version, isMutating));
    for (const warning of answer.warnings) write.warn(warning);
    if (!answer.allowed) throw denied(name, answer.status);
    return answer;
  }

  close(): void {
    this.#https.close();
  }

  async #post(hook: Hook, home: TenantId, { write }: Attempt, text: string): Promise<Buffer> {
    const { name, timeoutSeconds = 10 } = hook.webhook;
    const failed = (problem: string, cause?: unknown): CallFailed =>
      new CallFailed(name, `failed to call webhook: ${problem}`, { cause });
    const leftMs = write.terms.untilMs - performance.now();
    const timeoutMs = Math.min(timeoutSeconds * 1000, limits.webhookTimeoutMsMax, Math.max(leftMs, 0));
    const ending = new Ending(timeoutMs, write.terms.signal);
    let endpoint: WebhookEndpoint | undefined;
    const path = (): string => `${endpoint?.path ?? '/'}?timeout=${Math.ceil(timeoutMs / 1000)}s`;
    try {
      const destination = webhookEndpoint(this.#store, home, hook.webhook.clientConfig, this.#random);
      endpoint = destination;
      const reply = await this.#https.post(
        {
          owner: write.tenant.id,
          pool: home,
          host: endpoint.host,
          port: endpoint.port,
          authority: endpoint.shown,
          serverName: endpoint.serverName,
          path: path(),
          ...(hook.ca === undefined ? {} : { ca: hook.ca }),
          headers: {
            accept: 'application/json, */*',
            'content-type': 'application/json',
            'user-agent': 'milo-admission',
          },
          body: text,
          checkAddress: (address) => this.#egress.check(home, destination, address),
        },
        ending.signal,
      );
      if (reply.status < 200 || reply.status > 206) throw failed(statusProblem(reply));
      if (reply.body.length === 0) {
        throw failed(
          `0-length response with status code: ${reply.status} and content type: ${reply.contentType}`,
        );
      }
      return reply.body;
    } catch (error) {
      if (error instanceof CallFailed) throw error;
      const shown = endpoint?.shown ?? '';
      const problem = connectionProblem(error, /:\d+$/.test(shown) ? shown : `${shown}:443`);
      throw failed(endpoint === undefined ? problem : `Post "https://${shown}${path()}": ${problem}`, error);
    } finally {
      ending.clear();
    }
  }
}

function readAnswer(webhook: string, read: () => ReviewAnswer): ReviewAnswer {
  try {
    return read();
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof InvalidReview) {
      throw new CallFailed(webhook, `received invalid webhook response: ${message}`, { cause: error });
    }
    if (error instanceof UnreadableReview) {
      throw new CallFailed(webhook, `failed to call webhook: ${message}`, { cause: error });
    }
    throw error;
  }
}

/** The end of a call: its time, or that of its client. */
class Ending {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #client: AbortSignal;
  readonly #gone = (): void => this.#controller.abort(new CallTimeout());

  constructor(timeoutMs: number, client: AbortSignal) {
    this.#timer = setTimeout(this.#gone, timeoutMs);
    this.#client = client;
    client.addEventListener('abort', this.#gone, { once: true });
    if (client.aborted) this.#gone();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#client.removeEventListener('abort', this.#gone);
  }
}
