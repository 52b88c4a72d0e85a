/**
 * An exchange over HTTP/1.1: node's request and response, natively. Pipelined requests get their responses in
 * order because node queues them; nothing here touches the socket while another response may be on it.
 */
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { limits } from '../apimachinery/limits.ts';
import { assert, must } from '../lib/assert.ts';
import {
  announcesMore,
  BodyAborted,
  bodyTooLarge,
  collectBody,
  discardBody,
  emptyBody,
  givenOut,
  lengthOf,
} from './collect-body.ts';
import type { Connection } from './connection.ts';
import { AlreadyAnswered, type Exchange } from './exchange.ts';
import { headerNames } from './header-names.ts';

/** A connection that the parser has let go of, because the client would have it become something else. */
export interface Upgrade {
  readonly socket: Duplex;
  /** What came behind the request. */
  readonly head: Buffer;
}

export class H1Exchange implements Exchange {
  readonly method: string;
  readonly url: string;
  beforeBody: Exchange['beforeBody'];
  isStarted = false;
  status = 0;
  sentBytes = 0;
  #isStreamed = false;
  /** Nobody forgets what comes to the connection from here on. */
  #isOver = false;
  #isBodyTaken = false;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #connection: Connection;
  readonly #headers: OutgoingHttpHeaders = {};
  /** The client waits for "100 Continue" before it sends its body. */
  #awaitsContinue: boolean;
  readonly #upgrade: Upgrade | undefined;
  #abort: AbortController | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    connection: Connection,
    awaitsContinue: boolean,
    upgrade?: Upgrade,
  ) {
    this.method = request.method as string;
    this.url = originForm(request.url as string);
    this.#request = request;
    this.#response = response;
    this.#connection = connection;
    this.#awaitsContinue = awaitsContinue;
    this.#upgrade = upgrade;
  }

  get peer(): Connection['peer'] {
    return this.#connection.peer;
  }
  get remoteAddress(): string {
    return this.#connection.remoteAddress;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  headerNames(prefix: string): readonly string[] {
    return headerNames(this.#request.headers, prefix);
  }

  readBody(maxBytes: number): Promise<Buffer> {
    const request = this.#request;
    if (announcesMore(request.headers['content-length'], maxBytes))
      return Promise.reject(bodyTooLarge(maxBytes));
    if (!this.#mayHaveBody() || request.readableEnded) return Promise.resolve(emptyBody);
    if (request.destroyed || this.#response.destroyed) return Promise.reject(new BodyAborted());
    if (this.#awaitsContinue) {
      this.#awaitsContinue = false;
      this.#response.writeContinue();
    }
    return givenOut(collectBody(request, maxBytes), this.beforeBody);
  }

  takeBody(): Readable | undefined {
    if (!this.#mayHaveBody()) return undefined;
    this.#isBodyTaken = true;
    if (this.#awaitsContinue) {
      this.#awaitsContinue = false;
      this.#response.writeContinue();
    }
    return this.#request;
  }

  get upgrade(): string | undefined {
    return this.#upgrade === undefined ? undefined : this.#request.headers.upgrade;
  }

  switchProtocols(headers: IncomingHttpHeaders): Duplex | undefined {
    if (this.isStarted) throw new AlreadyAnswered();
    this.isStarted = true;
    const { socket, head } = must(this.#upgrade, 'a connection that may be switched');
    if (socket.destroyed) return undefined;
    this.status = 101;
    this.#response.detachSocket(this.#request.socket);
    const lines = ['HTTP/1.1 101 Switching Protocols', 'connection: Upgrade'];
    for (const [name, value = []] of Object.entries({ ...this.#headers, ...headers })) {
      for (const each of [value].flat()) lines.push(`${name}: ${each}`);
    }
    socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    if (head.length > 0) socket.unshift(head);
    return socket;
  }

  setHeader(name: string, value: string | string[]): void {
    assert(!this.isStarted, `header ${name} is set before the response starts`);
    this.#headers[name] = value;
  }

  send(code: number, contentType: string, body: Buffer | string): void {
    if (!this.#begin(code, contentType)) return;
    const length = lengthOf(body);
    this.sentBytes = length;
    // With a 304 it would be the length of what the client has already.
    if (code !== 304) this.#headers['content-length'] = length;
    this.#response.writeHead(code, this.#headers);
    if (this.method === 'HEAD') this.#response.end();
    else this.#response.end(body);
  }

  start(code: number, contentType: string): void {
    if (!this.#begin(code, contentType, this.#isBodyTaken)) return;
    this.#response.writeHead(code, this.#headers);
    this.#response.flushHeaders();
    this.#isStreamed = true;
    this.#connection.hold();
    this.#response.once('close', () => {
      this.#leave();
      this.#connection.release();
    });
  }

  write(chunk: Buffer | string): boolean {
    assert(this.isStarted, 'a streamed response is started before it is written');
    const response = this.#response;
    this.sentBytes += lengthOf(chunk);
    return !response.destroyed && !response.writableEnded && response.write(chunk);
  }

  /** Resolves at once, and also later, when the client has gone: the signal tells. */
  drained(): Promise<void> {
    const response = this.#response;
    if (response.destroyed || !response.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        response.off('drain', done);
        response.off('close', done);
        resolve();
      };
      response.on('drain', done);
      response.on('close', done);
    });
  }

  end(): void {
    if (this.#response.destroyed || this.#response.writableEnded) return;
    if (this.#isBodyTaken && !this.#request.complete) this.#discardBody();
    this.#response.end();
  }

  destroy(): void {
    this.#request.socket.destroy();
  }

  get isGone(): boolean {
    return this.#request.socket.destroyed;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.isGone) this.#abort.abort();
      else if (!this.#isOver) this.#connection.whenGone(this);
    }
    return this.#abort.signal;
  }
  whenOver(listener: (wasSent: boolean) => void): void {
    const response = this.#response;
    if (response.destroyed) listener(false);
    else response.once('close', () => listener(response.writableFinished));
  }

  /** The handler has done its part. A streamed response goes on. */
  handled(): void {
    if (!this.#isStreamed) this.#leave();
  }
  /** The socket closed with this exchange on it or waiting behind another. */
  abandon(): void {
    if (!this.#response.writableFinished) this.#abort?.abort();
  }

  #leave(): void {
    this.#isOver = true;
    this.#connection.forget(this);
  }

  /** What follows a request that would switch is no body: the connection ends with the answer. */
  #mayHaveBody(): boolean {
    if (this.#upgrade !== undefined) return false;
    const { headers } = this.#request;
    return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  }

  #begin(code: number, contentType: string, isBodyWanted = false): boolean {
    if (this.isStarted) throw new AlreadyAnswered();
    this.isStarted = true;
    const request = this.#request;
    if (request.socket.destroyed || this.#response.destroyed) return false;
    this.status = code;
    if (contentType !== '') this.#headers['content-type'] = contentType;
    // A client that was never told to continue may send the body or not: only a new connection is unambiguous.
    if (this.#connection.isClosing || this.#awaitsContinue || this.#upgrade !== undefined)
      this.#headers.connection = 'close';
    else if (!isBodyWanted && !request.complete && this.#mayHaveBody()) this.#discardBody();
    return true;
  }

  #discardBody(): void {
    const request = this.#request;
    discardBody(request, limits.discardedBodyBytes, () => request.socket.destroy());
  }
}

/** Clients of a proxy name the whole URL; servers must take it (RFC 9112, 3.2.2). */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const authority = target.indexOf('://');
  if (authority < 0) return target;
  const path = target.indexOf('/', authority + 3);
  return path < 0 ? '/' : target.slice(path);
}
