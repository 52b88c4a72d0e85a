/**
 * POSTs to servers that others name, within bounds: how many at once (call-gate.ts), how long a reply may be, how many
 * connections stay open for the next call and how long. Follows no redirects, and keeps nothing of a server for longer
 * than it is being used or among the most recently used.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { isIP } from 'node:net';
import { CallGate, type GateBounds } from './call-gate.ts';
import { HostResolver } from './resolve-host.ts';

export interface HttpsBounds extends GateBounds {
  readonly replyBytesMax: number;
  /** Servers whose idle connections are kept. */
  readonly serversMax: number;
  readonly idleConnectionsPerServer: number;
  readonly idleConnectionMs: number;
  readonly resolveTimeoutMs: number;
}

export interface HttpsCall {
  /** On whose behalf the call is made: bounds are shared with nobody else. */
  readonly owner: string;
  /** Connections are shared within a pool alone. */
  readonly pool: string;
  /** Where to connect to: a name or an address. */
  readonly host: string;
  readonly port: number;
  /** Host and port as the server is told them; where to connect to when not given. */
  readonly authority?: string;
  /** The name that the certificate must have; `host` when not given. */
  readonly serverName?: string;
  readonly path: string;
  /** PEM certificates to check the server's with; the system's roots when not given. */
  readonly ca?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Throws to have an address, that of the host as it is now, not connected to. */
  readonly checkAddress: (address: string) => void;
}
export interface HttpsReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

export class ReplyTooLarge extends Error {
  constructor(bytesMax: number) {
    super(`the reply is longer than ${bytesMax} bytes`);
    this.name = 'ReplyTooLarge';
  }
}

export class HttpsCaller {
  readonly #bounds: HttpsBounds;
  readonly #gate: CallGate;
  readonly #resolver: HostResolver;
  /** The least recently used first. */
  readonly #servers = new Map<string, { readonly agent: Agent; calls: number }>();

  constructor(bounds: HttpsBounds) {
    this.#bounds = bounds;
    this.#gate = new CallGate(bounds);
    this.#resolver = new HostResolver({ timeoutMs: bounds.resolveTimeoutMs, tries: 2 });
  }

  /**
   * The reply, whatever its status. Rejects with what Node says of the connection, with the signal's reason, with a
   * GateError or a ReplyTooLarge, or with what the check of the address throws.
   */
  async post(call: HttpsCall, signal: AbortSignal): Promise<HttpsReply> {
    const server = serverOf(call);
    const endpoint = `${server}\0${call.path.replace(/\?.*/, '')}`;
    return await this.#gate.run(call.owner, endpoint, signal, async (ending) => {
      const address = await abortable(this.#resolver.resolve(call.host), ending);
      call.checkAddress(address);
      const entry = this.#take(server);
      try {
        return await this.#send(call, address, entry.agent, ending);
      } catch (error) {
        // The server closed the connection that lay idle in the moment in which it was used again.
        if (!(error instanceof StaleConnection) || ending.aborted) throw unwrapped(error);
        return await this.#send(call, address, entry.agent, ending).catch((again: unknown) => {
          throw unwrapped(again);
        });
      } finally {
        entry.calls -= 1;
        this.#trim();
      }
    });
  }

  /** Breaks off what is being called. */
  close(): void {
    for (const { agent } of this.#servers.values()) agent.destroy();
    this.#servers.clear();
  }

  #take(server: string): { readonly agent: Agent; calls: number } {
    const known = this.#servers.get(server);
    const entry = known ?? { agent: this.#newAgent(), calls: 0 };
    entry.calls += 1;
    this.#servers.delete(server);
    this.#servers.set(server, entry);
    return entry;
  }

  #newAgent(): Agent {
    const { idleConnectionsPerServer, idleConnectionMs } = this.#bounds;
    return new Agent({
      keepAlive: true,
      maxFreeSockets: idleConnectionsPerServer,
      timeout: idleConnectionMs,
      maxCachedSessions: 1,
    });
  }

  #trim(): void {
    if (this.#servers.size <= this.#bounds.serversMax) return;
    for (const [server, { agent, calls }] of this.#servers) {
      if (calls > 0) continue;
      agent.destroy();
      this.#servers.delete(server);
      if (this.#servers.size <= this.#bounds.serversMax) return;
    }
  }

  #send(call: HttpsCall, address: string, agent: Agent, signal: AbortSignal): Promise<HttpsReply> {
    const name = call.serverName ?? call.host;
    const options: RequestOptions = {
      method: 'POST',
      host: address,
      port: call.port,
      path: call.path,
      agent,
      // An address is no server name in TLS; certificates are checked for it all the same.
      ...(isIP(name) === 0 ? { servername: name } : {}),
      ...(call.ca === undefined ? {} : { ca: call.ca }),
      headers: {
        ...call.headers,
        host: call.authority ?? `${bracketed(name)}:${call.port}`,
        'content-length': Buffer.byteLength(call.body),
      },
      signal,
    };
    return new Promise((resolve, reject) => {
      const sent = request(options, (reply) => {
        this.#collect(reply).then(resolve, (error: unknown) => {
          sent.destroy();
          reject(signal.aborted ? signal.reason : error);
        });
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const isStale = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        reject(signal.aborted ? signal.reason : isStale ? new StaleConnection(error) : error);
      });
      sent.end(call.body);
    });
  }

  async #collect(reply: IncomingMessage): Promise<HttpsReply> {
    const { replyBytesMax } = this.#bounds;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of reply as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > replyBytesMax) throw new ReplyTooLarge(replyBytesMax);
      chunks.push(chunk);
    }
    return {
      status: reply.statusCode ?? 0,
      contentType: reply.headers['content-type'] ?? '',
      body: Buffer.concat(chunks),
    };
  }
}

class StaleConnection extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'StaleConnection';
  }
}
const unwrapped = (error: unknown): unknown => (error instanceof StaleConnection ? error.cause : error);

/** Connections are shared by those who check the same server in the same way. */
function serverOf({ pool, host, port, serverName = host, ca = '' }: HttpsCall): string {
  const roots = ca === '' ? '' : createHash('sha256').update(ca).digest('base64');
  return [pool, host, port, serverName, roots].join('\0');
}

const bracketed = (name: string): string => (isIP(name) === 6 ? `[${name}]` : name);

async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => {});
  }
}
