/**
 * Requests to the servers behind APIServices, over TLS, as the front proxy that they trust. Connections are kept for a
 * while, for a bounded number of servers; nothing is kept of a service that nobody asks for.
 */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import type { Duplex, Readable } from 'node:stream';
import { limits } from '../apimachinery/limits.ts';
import { tooManyRequests } from '../apimachinery/status.ts';
import type { KeyPair } from '../lib/issue-certificate.ts';
import { networkProblem } from '../lib/network-problem.ts';
import { HostResolver } from '../lib/resolve-host.ts';
import type { UserInfo } from '../request/context.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import type { Store } from '../storage/store.ts';
import type { AggregatedService } from './aggregated-services.ts';
import type { Egress } from './egress.ts';
import { serviceAddress } from './service-address.ts';

export interface ServiceRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Readable | undefined;
  readonly user: UserInfo;
  /** Breaks the request off, and its answer. */
  readonly signal: AbortSignal;
  /** Takes a connection that becomes something else than HTTP. */
  readonly onUpgrade?: (answer: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** The certificates by which services know this server: those of the platform, and those of projects. */
export interface ProxyCertificates {
  readonly platform: KeyPair;
  readonly projects: KeyPair;
}

/** There was no answer. The message is in Go's words. */
class ServiceUnreachable extends Error {
  constructor(cause: Error, server: string) {
    super(networkProblem(cause, server), { cause });
    this.name = 'ServiceUnreachable';
  }
}
class StaleConnection extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'StaleConnection';
  }
}

export class ServiceClient {
  readonly #store: Store;
  readonly #certificates: ProxyCertificates;
  readonly #egress: Egress;
  readonly #resolver = new HostResolver({ timeoutMs: limits.webhookResolveTimeoutMs, tries: 2 });
  readonly #random: () => number;
  /** By service; the least recently used first. */
  readonly #agents = new Map<string, { readonly agent: Agent; requests: number }>();

  constructor(store: Store, certificates: ProxyCertificates, egress: Egress, random: () => number) {
    this.#store = store;
    this.#certificates = certificates;
    this.#egress = egress;
    this.#random = random;
  }

  /**
   * The head of the answer; its body is read by the caller. Undefined where the connection was upgraded. Rejects with the
   * StatusError of a service without an address, a 429, a ServiceUnreachable, or the signal's reason.
   */
  async send(service: AggregatedService, sent: ServiceRequest): Promise<IncomingMessage | undefined> {
    const address = serviceAddress(this.#store, service.home, service.service, this.#random);
    const entry = this.#take(service);
    let isOver = false;
    const release = (): void => {
      if (isOver) return;
      isOver = true;
      entry.requests -= 1;
      this.#trim();
    };
    try {
      sent.signal.throwIfAborted();
      const host = await this.#resolver.resolve(address.host);
      this.#egress.check(service.home, address, host);
      return await this.#exchange(service, sent, host, address.port, entry.agent, release);
    } catch (thrown) {
      release();
      if (sent.signal.aborted) throw sent.signal.reason;
      const isStale = thrown instanceof StaleConnection;
      // The service closed the connection that lay idle in the moment in which it was used again.
      if (isStale && sent.method === 'GET' && sent.body === undefined) return await this.send(service, sent);
      const { host, port } = address;
      const server = `${host.includes(':') ? `[${host}]` : host}:${port}`;
      throw new ServiceUnreachable((isStale ? thrown.cause : thrown) as Error, server);
    }
  }

  #exchange(
    service: AggregatedService,
    { method, path, headers, user, body, signal, onUpgrade }: ServiceRequest,
    host: string,
    port: number,
    agent: Agent,
    release: () => void,
  ): Promise<IncomingMessage | undefined> {
    const { namespace, name } = service.service;
    const serverName = `${name}.${namespace}.svc`;
    return new Promise((resolve, reject) => {
      // Throws for a bundle that is no certificate.
      const outgoing = request({
        method,
        host,
        port,
        path,
        agent,
        servername: serverName,
        headers: { ...headers, ...identityHeaders(user), host: serverName },
        maxHeaderSize: limits.requestHeaderBytes,
        signal,
      });
      let isUpgraded = false;
      outgoing.once('response', resolve);
      if (onUpgrade !== undefined) {
        outgoing.once('upgrade', (answer, socket, head) => {
          isUpgraded = true;
          socket.once('close', release);
          onUpgrade(answer, socket, head);
          resolve(undefined);
        });
      }
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        const isStale = outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        reject(isStale ? new StaleConnection(error) : error);
      });
      // Once the answer has been read to its end, or broken off.
      outgoing.once('close', () => {
        if (!isUpgraded) release();
      });
      if (body === undefined) outgoing.end();
      else {
        body.pipe(outgoing);
        outgoing.once('close', () => body.unpipe(outgoing));
      }
    });
  }

  close(): void {
    for (const { agent } of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #take(service: AggregatedService): { readonly agent: Agent; requests: number } {
    const key = `${service.home}\0${service.name}\0${service.revision}`;
    const known = this.#agents.get(key) ?? { agent: this.#newAgent(service), requests: 0 };
    // Those beyond the connections would wait for them, and their time pass.
    if (known.requests >= limits.serviceConnections) {
      throw tooManyRequests('too many requests to the service, please try again later');
    }
    known.requests += 1;
    this.#agents.delete(key);
    this.#agents.set(key, known);
    return known;
  }

  #newAgent({ ca, isInsecure, home }: AggregatedService): Agent {
    const pair = home === tenantOfPlatform ? this.#certificates.platform : this.#certificates.projects;
    return new Agent({
      keepAlive: true,
      maxSockets: limits.serviceConnections,
      maxFreeSockets: limits.webhookIdleConnections,
      timeout: limits.webhookIdleConnectionMs,
      cert: pair.certificate,
      key: pair.key,
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

/** Source of the names and of the encoding of extras: client-go's transport and apiserver's headerrequest. */
function identityHeaders({ name, uid, groups, extra }: UserInfo): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = { 'x-remote-user': headerText(name) };
  if (uid !== '') headers['x-remote-uid'] = headerText(uid);
  if (groups.length > 0) headers['x-remote-group'] = groups.map(headerText);
  for (const [key, values] of Object.entries(extra)) {
    headers[`x-remote-extra-${escapedKey(key)}`] = values.map(headerText);
  }
  return headers;
}

/** A header carries bytes: what is beyond ASCII goes as UTF-8, as Go writes it. */
const headerText = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** Whatever no header's name may have, and the percent sign, as %XX. */
function escapedKey(key: string): string {
  const escaped = (character: string): string =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join('');
  return key.toLowerCase().replace(/[^a-z0-9!#$&'*+.^_`|~-]/gu, escaped);
}
