/**
 * A plain client for everything whose speed is not the finding: several HTTP/2 connections of node's own, JSON in
 * and out, an error that quotes the server on every unexpected answer.
 */

import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { authorityOf, type Target, tlsOptions } from './target.ts';

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** Just what the harness reads of an object. */
export interface SomeObject {
  readonly metadata: { readonly name?: string; readonly resourceVersion?: string; readonly uid?: string };
  readonly [field: string]: unknown;
}

const quotedLength = 400;
/** What requests under way have to be answered in, when the client is closed. */
const closeTimeoutMs = 5000;

export class HttpClient {
  readonly #sessions: ClientHttp2Session[];
  /** Of every request. */
  readonly #headers: Readonly<Record<string, string>>;
  #turn = 0;

  private constructor(sessions: ClientHttp2Session[], token: string | undefined) {
    this.#sessions = sessions;
    this.#headers = {
      [constants.HTTP2_HEADER_ACCEPT]: 'application/json',
      ...(token === undefined ? {} : { [constants.HTTP2_HEADER_AUTHORIZATION]: `Bearer ${token}` }),
    };
  }

  static async connect(target: Target, connections = 2): Promise<HttpClient> {
    const sessions = Array.from({ length: connections }, () =>
      connect(`https://${authorityOf(target)}`, tlsOptions(target)),
    );
    try {
      await Promise.all(sessions.map((session) => once(session, 'connect')));
    } catch (error) {
      for (const session of sessions) session.on('error', () => {}).destroy();
      throw error;
    }
    // The requests under way are told, and later ones are refused.
    for (const session of sessions) session.on('error', () => {});
    return new HttpClient(sessions, target.token);
  }

  request(method: string, path: string, body?: object): Promise<Answer> {
    const session = this.#sessions[this.#turn++ % this.#sessions.length]!;
    return new Promise((resolve, reject) => {
      const stream = session.request({
        [constants.HTTP2_HEADER_METHOD]: method,
        [constants.HTTP2_HEADER_PATH]: path,
        ...this.#headers,
        ...(body === undefined ? {} : { [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/json' }),
      });
      let status = 0;
      const chunks: Buffer[] = [];
      stream.on('response', (headers) => {
        status = headers[':status'] ?? 0;
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      // A connection that ends under an answer ends it too.
      stream.on('end', () => {
        if (status !== 0 && stream.rstCode === constants.NGHTTP2_NO_ERROR)
          resolve({ status, body: Buffer.concat(chunks) });
      });
      // Says nothing any more where one of the two has come.
      stream.on('close', () => reject(new Error(`${method} ${path}: the connection was closed`)));
      stream.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /**
   * Reads an answer that does not end, line by line. Rejects when it is refused; `onEnd` is told when the server ends it
   * all the same. Returns what ends it from here.
   */
  lines(path: string, onLine: (line: string) => void, onEnd: (error?: Error) => void): Promise<() => void> {
    const session = this.#sessions[this.#turn++ % this.#sessions.length]!;
    const stream = session.request({ ...this.#headers, [constants.HTTP2_HEADER_PATH]: path });
    let rest = '';
    let isClosed = false;
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      // What the caller throws ends the answer as an error of the connection does.
      try {
        for (const line of lines) onLine(line);
      } catch (error) {
        stream.destroy(error as Error);
      }
    });
    stream.on('end', () => {
      if (!isClosed) onEnd();
    });
    return new Promise((resolve, reject) => {
      stream.on('error', (error) => {
        reject(error);
        if (!isClosed) onEnd(error);
      });
      stream.on('close', () => reject(new Error(`GET ${path}: the connection was closed`)));
      stream.on('response', (headers) => {
        if (headers[':status'] !== 200) return reject(new Error(`GET ${path}: ${headers[':status']}`));
        resolve(() => {
          isClosed = true;
          stream.close();
        });
      });
      stream.end();
    });
  }

  /** Rejects unless the answer has the status. */
  async expect(status: number, method: string, path: string, body?: object): Promise<Buffer> {
    const answer = await this.request(method, path, body);
    if (answer.status === status) return answer.body;
    throw new Error(`${method} ${path}: ${answer.status}, ${answer.body.toString('utf8', 0, quotedLength)}`);
  }

  async get(path: string): Promise<SomeObject> {
    return JSON.parse((await this.expect(200, 'GET', path)).toString()) as SomeObject;
  }

  async create(path: string, object: object): Promise<SomeObject> {
    return JSON.parse((await this.expect(201, 'POST', path, object)).toString()) as SomeObject;
  }

  /** Also when the server has ended the connections already. */
  async close(): Promise<void> {
    await Promise.all(
      this.#sessions.map(async (session) => {
        if (session.destroyed) return;
        const closed = once(session, 'close');
        session.close();
        const timer = setTimeout(() => session.destroy(), closeTimeoutMs);
        await closed;
        clearTimeout(timer);
      }),
    );
  }
}
