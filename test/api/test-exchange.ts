/**
 * An exchange without a wire. Its client takes what it is given until told otherwise, sends its body when told, and
 * goes when told.
 */
import { AlreadyAnswered, type Exchange } from '../../src/http/exchange.ts';

export interface Sent {
  readonly code: number;
  readonly text: string;
}

export class TestExchange implements Exchange {
  readonly method: string;
  readonly url: string;
  readonly peer = undefined;
  readonly remoteAddress = '';
  beforeBody: Exchange['beforeBody'];
  isStarted = false;
  status = 0;
  sentBytes = 0;
  isEnded = false;
  /** The whole response, or what a streamed one began with. */
  sent: Sent | undefined;
  chunks: string[] = [];
  /** Called after each write; false makes the writer wait until `flow`. */
  takes: () => boolean = () => true;
  readonly #abort = new AbortController();
  #waiting: (() => void)[] = [];
  #body: Promise<Buffer>;
  #sendBody: (body: Buffer) => void = () => {};

  constructor(method = 'GET', url = '') {
    this.method = method;
    this.url = url;
    this.#body = new Promise((resolve) => {
      this.#sendBody = resolve;
    });
  }

  header(): undefined {}
  headerNames(): readonly string[] {
    return [];
  }
  readBody(): Promise<Buffer> {
    return this.#body;
  }
  takeBody(): undefined {}
  readonly upgrade = undefined;
  switchProtocols(): undefined {}
  /** The client's body comes, whole. */
  upload(body: string): void {
    this.#sendBody(Buffer.from(body));
  }
  setHeader(): void {}
  send(code: number, _contentType: string, body: Buffer | string): void {
    this.start(code);
    this.sent = { code, text: body.toString() };
    this.sentBytes = body.length;
    this.isEnded = true;
  }
  start(code: number): void {
    if (this.isStarted) throw new AlreadyAnswered();
    this.isStarted = true;
    this.status = code;
    this.sent = { code, text: '' };
  }
  write(chunk: Buffer | string): boolean {
    this.chunks.push(chunk.toString());
    return this.takes();
  }
  drained(): Promise<void> {
    if (this.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  get isWaitedFor(): boolean {
    return this.#waiting.length > 0;
  }
  flow(): void {
    this.takes = () => true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
  end(): void {
    this.isEnded = true;
  }
  destroy(): void {
    this.leave();
  }
  get isGone(): boolean {
    return this.signal.aborted;
  }
  get signal(): AbortSignal {
    return this.#abort.signal;
  }
  whenOver(listener: (wasSent: boolean) => void): void {
    // A signal that has fired tells nobody any more.
    if (this.signal.aborted) listener(false);
    else this.signal.addEventListener('abort', () => listener(false), { once: true });
  }
  leave(): void {
    this.#abort.abort();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
