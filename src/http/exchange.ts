import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex, Readable } from 'node:stream';

/**
 * One request and its response, the same over HTTP/1.1 and HTTP/2. The hot path goes through here, so an
 * implementation adds nothing that the wire does not need.
 */
export interface Exchange {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  /** The request header, lower-case name; several values joined with ", ". */
  header(name: string): string | undefined;
  /** Names of the request headers that begin so. */
  headerNames(prefix: string): readonly string[];
  /**
   * Identity presented by the connection, if it did; the same object for all of its exchanges. 'invalid': a
   * certificate was presented that the client CA does not vouch for.
   */
  readonly peer: PeerCertificate | 'invalid' | undefined;
  readonly remoteAddress: string;
  /**
   * The whole body. Rejects with a 413 StatusError past `maxBytes`, and when the client goes away.
   */
  readBody(maxBytes: number): Promise<Buffer>;
  /** Asked when `readBody` has a body, and waited for before it is given out. */
  beforeBody: (() => Promise<void> | undefined) | undefined;
  /**
   * The body as it comes, for who passes it on: nothing bounds it but how fast it is read. Undefined where there is none.
   * In place of `readBody`. What of it is not read when the response ends is thrown away.
   */
  takeBody(): Readable | undefined;
  /** The protocols that the client would change to on this connection; undefined where it would not. */
  readonly upgrade: string | undefined;
  /**
   * Answers that the protocol changes, and gives the connection away; undefined when the client has gone. Only where
   * `upgrade` says so.
   */
  switchProtocols(headers: IncomingHttpHeaders): Duplex | undefined;

  /** Sets a response header, one line for each value; must precede `send` or `start`. */
  setHeader(name: string, value: string | string[]): void;
  /** A whole response. */
  send(code: number, contentType: string, body: Buffer | string): void;
  /** Begins a streamed response. */
  start(code: number, contentType: string): void;
  /** Writes to a started response. False: wait for `drained` before writing more. */
  write(chunk: Buffer | string): boolean;
  /** Resolves when writing may go on, and when the client has gone (the signal tells which). */
  drained(): Promise<void>;
  end(): void;
  /** Breaks the response off, so that the client sees an incomplete one. */
  destroy(): void;
  readonly isStarted: boolean;
  /** The code it was answered with; 0 before that, and where the client had gone. */
  readonly status: number;
  /** Of the body so far, as it is sent. */
  readonly sentBytes: number;
  /** The client has gone. */
  readonly isGone: boolean;
  /** Aborts when the client has gone. Made when it is first asked for: who only wants to know now asks `isGone`. */
  readonly signal: AbortSignal;
  /**
   * Calls the listener once, when the exchange is over: true when the whole response was handed to the system, and
   * nothing of what was given to `send` or `write` is read any more.
   */
  whenOver(listener: (wasSent: boolean) => void): void;
}

/** A second response was begun: a defect, unless the first one said that the time was over. */
export class AlreadyAnswered extends Error {
  constructor() {
    super('an exchange has one response');
    this.name = 'AlreadyAnswered';
  }
}

export interface PeerCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
}
