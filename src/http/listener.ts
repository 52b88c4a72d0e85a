/**
 * One TLS port that speaks HTTP/2 and HTTP/1.1, by ALPN. Both are served by node's native servers, without the
 * compatibility layer between them: an https server owns the port and its HTTP/1.1 connections, and hands
 * every connection that negotiated h2 to an http2 server. The listener enforces the limits of the wire and
 * knows nothing of what the requests mean.
 */
import { type IncomingMessage, ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { limits } from '../apimachinery/limits.ts';
import { must } from '../lib/assert.ts';
import type { Logger } from '../lib/logger.ts';
import { BodyAborted } from './collect-body.ts';
import { type Connection, connectionOf } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { H1Exchange } from './h1-exchange.ts';
import { H2Exchange } from './h2-exchange.ts';
import {
  headersTooLarge,
  malformed,
  pathMissing,
  type Refusal,
  rawResponse,
  tooSlow,
  unexpected,
  urlTooLong,
} from './refusal.ts';

/** The lines of limits.ts that bound connections. */
export type ListenerLimits = Readonly<
  Record<
    | 'requestUrlBytes'
    | 'requestHeaderBytes'
    | 'requestTimeoutMs'
    | 'connections'
    | 'streamsPerConnection'
    | 'sessionMemoryMiB'
    | 'headersTimeoutMs'
    | 'idleConnectionTimeoutMs'
    | 'connectionSweepIntervalMs'
    | 'shutdownGraceMs',
    number
  >
>;

export interface ConnectionOptions {
  /** PEM. Client certificates are asked for, not required; `clientCa` vouches for them. */
  readonly tls: {
    readonly key: string;
    readonly certificate: string;
    readonly clientCa: string;
    /** 48 bytes that all who serve one address share, so that any of them resumes a session of another. */
    readonly ticketKeys?: Buffer;
  };
  /** Answers the exchange and resolves; a rejection is logged, and the client sees an error or a broken response. */
  readonly handle: (exchange: Exchange) => Promise<void>;
  readonly logger: Logger;
  readonly limits?: Partial<ListenerLimits>;
}

export interface ListenerOptions extends ConnectionOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** Resolves when the port is bound; rejects with node's error (EADDRINUSE, EACCES) when it cannot be. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const listener = new Listener(options);
  await listener.bind(options.host, options.port);
  return listener;
}

/** Serves connections that somebody else accepts and hands over by `adopt`. */
export function serveAdopted(options: ConnectionOptions): Listener {
  const listener = new Listener(options);
  listener.begin();
  return listener;
}

export class Listener {
  readonly #handle: (exchange: Exchange) => Promise<void>;
  readonly #logger: Logger;
  readonly #limits: ListenerLimits;
  readonly #port: HttpsServer;
  readonly #http2: ReturnType<typeof createHttp2Server>;
  /** Every TCP connection, those in the handshake too: what a shutdown destroys in the end. */
  readonly #sockets = new Set<Socket>();
  /** Those in the handshake, by where they come from: it is over before either protocol knows of them. */
  readonly #handshakes = new Map<string, Socket>();
  readonly #h1 = new Map<TLSSocket, Connection>();
  readonly #h2 = new Set<ServerHttp2Session>();
  #isClosing = false;
  #isBound = false;
  #whenEmpty: (() => void) | undefined;
  /** TLS handshakes that failed. */
  handshakeErrors = 0;
  /** Connections that were refused because there were too many. */
  dropped = 0;

  constructor(options: ConnectionOptions) {
    this.#handle = options.handle;
    this.#logger = options.logger;
    this.#limits = { ...limits, ...options.limits };
    this.#http2 = this.#createHttp2();
    this.#port = this.#createPort(options.tls);
  }

  get port(): number {
    return (this.#port.address() as AddressInfo).port;
  }

  /** Open connections by protocol; one in the handshake has none yet. */
  get connections(): { readonly http1: number; readonly http2: number; readonly handshake: number } {
    return { http1: this.#h1.size, http2: this.#h2.size, handshake: this.#handshakes.size };
  }

  bind(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#port.once('error', reject);
      this.#port.listen({ host, port }, () => {
        this.#isBound = true;
        this.#port.off('error', reject);
        this.#port.on('error', (error) =>
          this.#logger.error({ error: error.message }, 'the listening socket failed'),
        );
        resolve();
      });
    });
  }

  /** Without a port of its own, node's server begins to look after slow requests when it is told that it listens. */
  begin(): void {
    this.#port.emit('listening');
  }

  /** Takes over a TCP connection of which nothing has been read. */
  adopt(socket: Socket): void {
    if (this.#isClosing) socket.destroy();
    else if (this.#sockets.size >= this.#limits.connections) {
      socket.destroy();
      this.#refused();
    } else this.#port.emit('connection', socket);
  }

  #refused(): void {
    this.dropped++;
    this.#logger.warn({ limit: this.#limits.connections }, 'too many connections: one was refused');
  }

  /** Resolves when no connection is left. */
  #closePort(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isBound) this.#port.close(() => resolve());
      else {
        this.#port.close();
        if (this.#sockets.size === 0) resolve();
        else this.#whenEmpty = resolve;
      }
    });
  }

  /**
   * Stops accepting, tells clients to go elsewhere (GOAWAY, `Connection: close`), lets `endStreams` end the
   * watches, waits for the exchanges in flight up to limits.shutdownGraceMs, and destroys what is left.
   */
  async close(endStreams: () => Promise<void>): Promise<void> {
    this.#isClosing = true;
    const closed = this.#closePort();
    for (const [socket, connection] of this.#h1) {
      connection.isClosing = true;
      if (connection.open === 0) socket.destroySoon();
    }
    for (const session of this.#h2) session.close();
    for (const socket of this.#handshakes.values()) socket.destroy();
    const grace = setTimeout(() => {
      this.#logger.warn(
        { connections: this.#sockets.size },
        'connections outlived the shutdown and were cut',
      );
      for (const socket of this.#sockets) socket.destroy();
    }, this.#limits.shutdownGraceMs);
    try {
      await endStreams();
      await closed;
    } finally {
      clearTimeout(grace);
    }
  }

  #createPort(tls: ConnectionOptions['tls']): HttpsServer {
    const bounds = this.#limits;
    const server = createHttpsServer({
      key: tls.key,
      cert: tls.certificate,
      ca: tls.clientCa,
      ...(tls.ticketKeys === undefined ? {} : { ticketKeys: tls.ticketKeys }),
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
      minVersion: 'TLSv1.2',
      handshakeTimeout: bounds.headersTimeoutMs,
      maxHeaderSize: bounds.requestHeaderBytes,
      headersTimeout: bounds.headersTimeoutMs,
      requestTimeout: Math.max(bounds.requestTimeoutMs, bounds.headersTimeoutMs),
      keepAliveTimeout: bounds.idleConnectionTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelay: limits.keepAliveProbeMs,
      connectionsCheckingInterval: bounds.connectionSweepIntervalMs,
    });
    server.maxConnections = bounds.connections;
    // The https server serves a connection by its own listener; ours stands in front and takes the h2 ones.
    const serveHttp1 = must(
      server.listeners('secureConnection')[0],
      "the https server's connection listener",
    );
    server.removeAllListeners('secureConnection');
    server.on('secureConnection', (socket) => {
      socket.on('error', (error) => this.#logger.debug({ error: error.message }, 'connection error'));
      this.#handshakes.delete(originOf(socket));
      if (this.#isClosing) socket.destroy();
      else if (socket.alpnProtocol === 'h2') this.#http2.emit('connection', socket);
      else {
        this.#adoptHttp1(socket);
        serveHttp1.call(server, socket);
      }
    });
    server.on('connection', (socket: Socket) => {
      const origin = originOf(socket);
      this.#sockets.add(socket);
      this.#handshakes.set(origin, socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        if (this.#sockets.size === 0) this.#whenEmpty?.();
        if (this.#handshakes.get(origin) === socket) this.#handshakes.delete(origin);
      });
    });
    server.on('drop', () => this.#refused());
    server.on('tlsClientError', (error) => {
      this.handshakeErrors++;
      this.#logger.debug({ error: error.message }, 'TLS handshake failed');
    });
    server.on('request', (request, response) => this.#onHttp1(request, response, false));
    server.on('checkContinue', (request, response) => this.#onHttp1(request, response, true));
    server.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#onHttp1Error(error, socket));
    return server;
  }

  #adoptHttp1(socket: TLSSocket): void {
    const connection = connectionOf(socket);
    // A response that began before the shutdown could not say `Connection: close`.
    connection.onLastExchange = () => socket.destroySoon();
    this.#h1.set(socket, connection);
    socket.once('close', () => {
      this.#h1.delete(socket);
      connection.gone();
    });
  }

  #onHttp1(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void {
    const socket = request.socket as TLSSocket;
    const connection = this.#h1.get(socket);
    if (connection === undefined) return;
    if (connection.open >= this.#limits.streamsPerConnection) {
      this.#logger.warn(
        { limit: this.#limits.streamsPerConnection },
        'too many pipelined requests: connection cut',
      );
      socket.destroy();
      return;
    }
    const exchange = new H1Exchange(request, response, connection, awaitsContinue);
    if (request.url!.length > this.#limits.requestUrlBytes)
      refuse(exchange, urlTooLong(this.#limits.requestUrlBytes));
    else void this.#serve(exchange, connection).then(() => exchange.handled());
  }

  /** Answered like any other where nobody switches; the connection ends either way, for its parser is gone. */
  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const connection = this.#h1.get(socket as TLSSocket);
    // Behind a request that is still being answered it would have to wait, and no client does that.
    if (connection === undefined || connection.open > 0) {
      socket.destroy();
      return;
    }
    socket.on('error', (error: Error) => this.#logger.debug({ error: error.message }, 'connection error'));
    const response = new ServerResponse(request);
    response.assignSocket(socket as TLSSocket);
    response.once('finish', () => (socket as TLSSocket).destroySoon());
    const exchange = new H1Exchange(request, response, connection, false, { socket, head });
    if (request.url!.length > this.#limits.requestUrlBytes)
      refuse(exchange, urlTooLong(this.#limits.requestUrlBytes));
    else void this.#serve(exchange, connection).then(() => exchange.handled());
  }

  /** The parser gave up on the connection; whatever is said, is said on the bare socket. */
  #onHttp1Error(error: NodeJS.ErrnoException, socket: Duplex): void {
    const connection = this.#h1.get(socket as TLSSocket);
    // With an exchange in flight the bytes would end up inside its response.
    if (!socket.writable || error.code === 'ECONNRESET' || connection === undefined || connection.open > 0) {
      socket.destroy();
      return;
    }
    const refusal =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? headersTooLarge(this.#limits.requestHeaderBytes)
        : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
          ? tooSlow()
          : malformed();
    this.#logger.debug(
      { code: error.code ?? error.message, status: refusal.code },
      'request refused by the parser',
    );
    socket.end(rawResponse(refusal), () => socket.destroy());
  }

  #createHttp2(): ReturnType<typeof createHttp2Server> {
    const bounds = this.#limits;
    const server = createHttp2Server({
      maxSessionMemory: bounds.sessionMemoryMiB,
      // Twice the limit, so that what lies between gets a 431 and not a bare reset.
      settings: {
        maxConcurrentStreams: bounds.streamsPerConnection,
        maxHeaderListSize: 2 * bounds.requestHeaderBytes,
      },
    });
    server.on('session', (session) => this.#adoptHttp2(session));
    server.on('sessionError', (error: Error) =>
      this.#logger.debug({ error: error.message }, 'HTTP/2 session error'),
    );
    return server;
  }

  #adoptHttp2(session: ServerHttp2Session): void {
    const connection = connectionOf(session.socket as TLSSocket);
    this.#h2.add(session);
    session.once('close', () => this.#h2.delete(session));
    session.setTimeout(this.#limits.idleConnectionTimeoutMs, () => {
      if (connection.open === 0) session.close();
    });
    session.on(
      'stream',
      (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, rawHeaders: string[]) =>
        this.#onHttp2(stream, headers, rawHeaders, connection),
    );
  }

  #onHttp2(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    rawHeaders: readonly string[],
    connection: Connection,
  ): void {
    stream.on('error', this.#onStreamError);
    const exchange = new H2Exchange(stream, headers, connection);
    const url = headers[':path'];
    if (url === undefined) refuse(exchange, pathMissing());
    else if (url.length > this.#limits.requestUrlBytes)
      refuse(exchange, urlTooLong(this.#limits.requestUrlBytes));
    else if (isLongerThan(rawHeaders, this.#limits.requestHeaderBytes)) {
      refuse(exchange, headersTooLarge(this.#limits.requestHeaderBytes));
    } else void this.#serve(exchange, connection);
  }
  readonly #onStreamError = (error: Error): void => {
    this.#logger.debug({ error: error.message }, 'HTTP/2 stream error');
  };

  async #serve(exchange: Exchange, connection: Connection): Promise<void> {
    connection.hold();
    try {
      await this.#handle(exchange);
    } catch (error) {
      if (!(error instanceof BodyAborted)) {
        this.#logger.error(
          { err: error, method: exchange.method },
          'a request failed outside of every handler',
        );
      }
      if (exchange.isStarted) exchange.destroy();
      else refuse(exchange, unexpected());
    } finally {
      connection.release();
    }
  }
}

const originOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`;

function refuse(exchange: Exchange, refusal: Refusal): void {
  exchange.send(refusal.code, 'application/json', refusal.body);
}

function isLongerThan(rawHeaders: readonly string[], bytes: number): boolean {
  let length = 0;
  for (let i = 0; i < rawHeaders.length; i++) length += rawHeaders[i]!.length;
  return length > bytes;
}
