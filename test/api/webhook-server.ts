/** A webhook over TLS, as a provider would run one: each path does what the test gives it to do. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { issueAuthority, issueLeaf } from '../../src/lib/issue-certificate.ts';

/** The request of an AdmissionReview, as it came. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into reviews of every kind.
export type Review = any;

/** The response of an AdmissionReview without its uid, or something else that a server may do. */
export type Behaviour =
  | { readonly response: object }
  | { readonly raw: string | Buffer; readonly status?: number }
  | 'hang'
  | 'reset';

type Handler = (review: Review) => Behaviour | Promise<Behaviour>;

const validity = { nowMs: Date.now(), lifetimeMs: 3_600_000 };
const authority = await issueAuthority('webhooks', validity);

export class WebhookServer {
  /** As in `clientConfig.caBundle`. */
  readonly caBundle = Buffer.from(authority.certificate).toString('base64');
  /** In the order they came, with the path they came to. */
  readonly asked: { readonly path: string; readonly review: Review }[] = [];
  connections = 0;
  readonly #server: Server;
  readonly #handlers = new Map<string, Handler>();
  readonly #arrivals = new Map<string, (() => void)[]>();

  static async start(names: readonly string[] = []): Promise<WebhookServer> {
    const { certificate, key } = await issueLeaf(authority, {
      ...validity,
      commonName: 'webhook',
      organizations: [],
      usage: 'server',
      names: [{ type: 'ip', value: '127.0.0.1' }, ...names.map((value) => ({ type: 'dns' as const, value }))],
    });
    const webhook = new WebhookServer(createServer({ key, cert: certificate }));
    webhook.#server.listen(0, '127.0.0.1');
    await once(webhook.#server, 'listening');
    return webhook;
  }

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => void this.#answer(request, response));
    server.on('secureConnection', () => {
      this.connections += 1;
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** A clientConfig for a path, which does this from now on. */
  at(path: string, handler: Handler | Behaviour): { url: string; caBundle: string } {
    this.#handlers.set(path, typeof handler === 'function' ? handler : () => handler);
    return { url: `https://127.0.0.1:${this.port}${path}`, caBundle: this.caBundle };
  }

  reviewsAt(path: string): Review[] {
    return this.asked.filter((each) => each.path === path).map(({ review }) => review);
  }

  /** Resolves once the path has been asked. */
  async arrival(path: string): Promise<void> {
    if (this.reviewsAt(path).length > 0) return;
    await new Promise<void>((resolve) => {
      this.#arrivals.set(path, [...(this.#arrivals.get(path) ?? []), resolve]);
    });
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? '').replace(/\?.*/, '');
    const review = JSON.parse(Buffer.concat(chunks).toString());
    this.asked.push({ path, review: review.request });
    for (const arrived of this.#arrivals.get(path) ?? []) arrived();
    const behaviour = (await this.#handlers.get(path)?.(review.request)) ?? { raw: '', status: 404 };
    if (behaviour === 'hang') return;
    if (behaviour === 'reset') {
      request.socket.destroy();
      return;
    }
    if ('raw' in behaviour) {
      response.writeHead(behaviour.status ?? 200, { 'content-type': 'application/json' });
      response.end(behaviour.raw);
      return;
    }
    const { apiVersion, kind } = review;
    const answer = { apiVersion, kind, response: { uid: review.request.uid, ...behaviour.response } };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  }
}

export const allow: Behaviour = { response: { allowed: true } };
export const deny = (status?: object): Behaviour => ({
  response: { allowed: false, ...(status === undefined ? {} : { status }) },
});
export const patchOf = (operations: unknown): Behaviour => ({
  response: {
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(typeof operations === 'string' ? operations : JSON.stringify(operations)).toString(
      'base64',
    ),
  },
});
