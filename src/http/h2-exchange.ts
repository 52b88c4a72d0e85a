/**
 * An exchange over one HTTP/2 stream, by node's stream API: the compatibility API would cost a third of the
 * requests per second. It holds no state that the stream holds already.
 */
import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Readable } from 'node:stream';
import { assert } from '../lib/assert.ts';
import {
  announcesMore,
  BodyAborted,
  bodyTooLarge,
  collectBody,
  emptyBody,
  givenOut,
  lengthOf,
} from './collect-body.ts';
import type { Connection } from './connection.ts';
import { AlreadyAnswered, type Exchange } from './exchange.ts';
import { headerNames } from './header-names.ts';

export class H2Exchange implements Exchange {
  readonly method: string;
  readonly url: string;
  beforeBody: Exchange['beforeBody'];
  isStarted = false;
  status = 0;
  sentBytes = 0;
  readonly #stream: ServerHttp2Stream;
  readonly #request: IncomingHttpHeaders;
  readonly #connection: Connection;
  readonly #response: OutgoingHttpHeaders = { ':status': 200 };
  #abort: AbortController | undefined;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, connection: Connection) {
    this.method = headers[':method'] as string;
    this.url = headers[':path'] as string;
    this.#stream = stream;
    this.#request = headers;
    this.#connection = connection;
  }

  get peer(): Connection['peer'] {
    return this.#connection.peer;
  }
  get remoteAddress(): string {
    return this.#connection.remoteAddress;
  }

  header(name: string): string | undefined {
    const value = this.#request[name] ?? (name === 'host' ? this.#request[':authority'] : undefined);
    return Array.isArray(value) ? value.join(', ') : value;
  }

  headerNames(prefix: string): readonly string[] {
    return headerNames(this.#request, prefix);
  }

  readBody(maxBytes: number): Promise<Buffer> {
    const stream = this.#stream;
    if (stream.destroyed || stream.aborted) return Promise.reject(new BodyAborted());
    if (stream.readableEnded) return Promise.resolve(emptyBody);
    if (announcesMore(this.#request['content-length'], maxBytes))
      return Promise.reject(bodyTooLarge(maxBytes));
    if (stream.endAfterHeaders) return Promise.resolve(emptyBody);
    if (this.#request.expect === '100-continue') stream.additionalHeaders({ ':status': 100 });
    return givenOut(collectBody(stream, maxBytes), this.beforeBody);
  }

  takeBody(): Readable | undefined {
    const stream = this.#stream;
    if (stream.endAfterHeaders) return undefined;
    if (this.#request.expect === '100-continue') stream.additionalHeaders({ ':status': 100 });
    return stream;
  }

  /** Connections are shared: they do not change. */
  readonly upgrade = undefined;
  switchProtocols(): undefined {}

  setHeader(name: string, value: string | string[]): void {
    assert(!this.isStarted, `header ${name} is set before the response starts`);
    this.#response[name] = value;
  }

  send(code: number, contentType: string, body: Buffer | string): void {
    const stream = this.#begin(code, contentType);
    if (stream === undefined) return;
    const length = lengthOf(body);
    this.sentBytes = length;
    // With a 304 it would be the length of what the client has already.
    if (code !== 304) this.#response['content-length'] = length;
    if (this.method === 'HEAD' || body.length === 0) {
      stream.respond(this.#response, { endStream: true });
      this.#closeWhenSent();
      return;
    }
    stream.respond(this.#response);
    this.#closeWhenSent();
    stream.end(body);
  }

  start(code: number, contentType: string): void {
    const stream = this.#begin(code, contentType);
    if (stream === undefined) return;
    this.#connection.hold();
    stream.once('close', () => this.#connection.release());
    // A client that leaves without an error code (NO_ERROR) would else leave behind what is still to be sent, and
    // with it the stream, open until the connection ends.
    stream.once('aborted', () => stream.destroy());
    stream.respond(this.#response);
  }

  write(chunk: Buffer | string): boolean {
    assert(this.isStarted, 'a streamed response is started before it is written');
    const stream = this.#stream;
    this.sentBytes += lengthOf(chunk);
    return stream.writable && stream.write(chunk);
  }

  /** Resolves at once, and also later, when the client has gone: the signal tells. */
  drained(): Promise<void> {
    const stream = this.#stream;
    if (!stream.writable || !stream.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        stream.off('drain', done);
        stream.off('close', done);
        resolve();
      };
      stream.on('drain', done);
      stream.on('close', done);
    });
  }

  end(): void {
    if (!this.#stream.writable) return;
    this.#closeWhenSent();
    this.#stream.end();
  }

  destroy(): void {
    // Not close(code): that ends the stream properly first, and the client takes the response for whole.
    this.#stream.destroy(new Error('the response was broken off'));
  }

  get isGone(): boolean {
    return this.#stream.destroyed || this.#stream.aborted;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const abort = new AbortController();
      const stream = this.#stream;
      this.#abort = abort;
      if (this.isGone) abort.abort();
      else {
        stream.once('close', () => {
          if (stream.aborted || !stream.writableFinished) abort.abort();
        });
      }
    }
    return this.#abort.signal;
  }

  whenOver(listener: (wasSent: boolean) => void): void {
    const stream = this.#stream;
    if (stream.destroyed) listener(false);
    else stream.once('close', () => listener(stream.writableFinished));
  }

  /** The stream to respond on; undefined when the client has gone. */
  #begin(code: number, contentType: string): ServerHttp2Stream | undefined {
    if (this.isStarted) throw new AlreadyAnswered();
    this.isStarted = true;
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return undefined;
    this.status = code;
    this.#response[':status'] = code;
    if (contentType !== '') this.#response['content-type'] = contentType;
    return stream;
  }

  /** A request body nobody will read must not keep the stream open: the response is whole, so take no more. */
  #closeWhenSent(): void {
    const stream = this.#stream;
    if (stream.endAfterHeaders || stream.readableEnded) return;
    stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR));
  }
}
