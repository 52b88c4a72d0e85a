/**
 * Requests to the servers behind APIServices, over TLS, as the front proxy that they trust. Connections are kept for a
 * while, for a bounded number of servers; nothing is kept of a service that nobody asks for.
 */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { limits } from '../apimachinery/limits.ts';
import type { KeyPair } from '../lib/issue-certificate.ts';
import type { UserInfo } from '../request/context.ts';
import type { Store } from '../storage/store.ts';
import type { AggregatedService } from './aggregated-services.ts';
import { serviceAddress } from './service-address.ts';

export interface ServiceRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
  readonly user: UserInfo;
  /** Breaks the request off, and its answer. */
  readonly signal: AbortSignal;
}

export class ServiceClient {
  readonly #store: Store;
  readonly #proxy: KeyPair;
  readonly #random: () => number;
  /** By service; the least recently used first. */
  readonly #agents = new Map<string, { readonly agent: Agent; requests: number }>();

  constructor(store: Store, proxy: KeyPair, random: () => number) {
    this.#store = store;
    this.#proxy = proxy;
    this.#random = random;
  }

  /** Services to which connections may be open. */
  get size(): number {
    return this.#agents.size;
  }

  /** The head of the answer; its body is read by the caller. Rejects with a StatusError, or what Node says. */
  async send(service: AggregatedService, sent: ServiceRequest): Promise<IncomingMessage> {
    const { host, port } = serviceAddress(this.#store, service.home, service.service, this.#random);
    const entry = this.#take(service);
    const { namespace, name } = service.service;
    return await new Promise((resolve, reject) => {
      const outgoing = request({
        method: sent.method,
        host,
        port,
        path: sent.path,
        agent: entry.agent,
        servername: `${name}.${namespace}.svc`,
        headers: {
          ...sent.headers,
          ...identityHeaders(sent.user),
          host: `${name}.${namespace}.svc`,
          ...(sent.body.length === 0 ? {} : { 'content-length': sent.body.length }),
        },
        signal: sent.signal,
      });
      outgoing.once('close', () => {
        entry.requests -= 1;
        this.#trim();
      });
      outgoing.once('response', resolve);
      outgoing.once('error', reject);
      outgoing.end(sent.body);
    });
  }

  close(): void {
    for (const { agent } of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #take(service: AggregatedService): { readonly agent: Agent; requests: number } {
    const key = `${service.home}\0${service.name}\0${service.revision}`;
    const known = this.#agents.get(key) ?? { agent: this.#newAgent(service), requests: 0 };
    known.requests += 1;
    this.#agents.delete(key);
    this.#agents.set(key, known);
    return known;
  }

  #newAgent({ ca, isInsecure }: AggregatedService): Agent {
    return new Agent({
      keepAlive: true,
      maxSockets: limits.serviceConnections,
      maxFreeSockets: limits.webhookIdleConnections,
      timeout: limits.webhookIdleConnectionMs,
      cert: this.#proxy.certificate,
      key: this.#proxy.key,
      rejectUnauthorized: !isInsecure,
      ...(ca === undefined ? {} : { ca }),
    });
  }

  #trim(): void {
    for (const [key, { agent, requests }] of this.#agents) {
      if (this.#agents.size <= limits.webhookServers) return;
      if (requests > 0) continue;
      agent.destroy();
      this.#agents.delete(key);
    }
  }
}

/** Source of the names and of the encoding of extras: apiserver's headerrequest authenticator. */
function identityHeaders({ name, uid, groups, extra }: UserInfo): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = { 'x-remote-user': name };
  if (uid !== '') headers['x-remote-uid'] = uid;
  if (groups.length > 0) headers['x-remote-group'] = [...groups];
  for (const [key, values] of Object.entries(extra)) {
    headers[`x-remote-extra-${encodeURIComponent(key.toLowerCase())}`] = [...values];
  }
  return headers;
}
