/** One of the two servers, as a client that speaks HTTP/2 sees it. Knows nothing of what the answers should be. */
import http2 from 'node:http2';
import type { Request } from './case.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bytes: Buffer;
}

/** Longer than any watch of the cases asks to last. */
const answerMsMax = 20_000;

export class Endpoint {
  readonly #url: string;
  readonly #token: string;
  readonly #ca: Buffer | undefined;
  readonly #session: http2.ClientHttp2Session;

  /** Without `ca` any certificate is believed. */
  constructor(url: string, token: string, ca?: Buffer) {
    this.#url = url;
    this.#token = token;
    this.#ca = ca;
    this.#session = this.#connect();
  }

  close(): void {
    this.#session.close();
  }

  async send(request: Request): Promise<Answer> {
    if (request.headers?.authorization === undefined) return await this.#sendOver(this.#session, request);
    // kube-apiserver hangs up on those who prove nothing.
    const session = this.#connect();
    try {
      return await this.#sendOver(session, request);
    } finally {
      session.close();
    }
  }

  #connect(): http2.ClientHttp2Session {
    const ca = this.#ca;
    const session = http2.connect(this.#url, ca === undefined ? { rejectUnauthorized: false } : { ca });
    // Requests of a broken session reject on their own.
    session.on('error', () => {});
    return session;
  }

  async #sendOver(
    session: http2.ClientHttp2Session,
    { method, path, headers, body }: Request,
  ): Promise<Answer> {
    const { authorization = `Bearer ${this.#token}`, ...others } = headers ?? {};
    const stream = session.request(
      {
        ':method': method,
        ':path': path,
        ...(authorization === '' ? {} : { authorization }),
        'user-agent': 'differential/1',
        ...others,
      },
      { endStream: body === undefined },
    );
    stream.setTimeout(answerMsMax, () =>
      stream.destroy(new Error(`no end of the answer to ${method} ${path}`)),
    );
    if (body !== undefined) {
      stream.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
    }
    return await new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let answered: http2.IncomingHttpHeaders = {};
      stream.on('response', (received) => {
        answered = received;
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      stream.on('end', () =>
        resolve({
          status: Number(answered[':status']),
          headers: Object.fromEntries(
            Object.entries(answered).map(([name, value]) => [name, value?.toString()]),
          ),
          bytes: Buffer.concat(chunks),
        }),
      );
    });
  }
}
