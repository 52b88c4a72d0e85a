/**
 * gzip, for large answers to clients that accept it, as upstream does: above 128 KiB, at the lowest level, never for
 * watches. The work is zlib's own threads'; there are few of those and others need them too, so only so many answers
 * are compressed at once, and the next one goes out as it is rather than wait. What is smaller, or not asked for,
 * costs one comparison.
 */
import { promisify } from 'node:util';
import { constants, createGzip, gzip } from 'node:zlib';
import { limits } from '../apimachinery/limits.ts';
import type { Exchange } from './exchange.ts';

const compress = promisify(gzip);
const quick = { level: constants.Z_BEST_SPEED };

/** Where the parts of a long answer go: an exchange that was started, or what compresses for one. */
export type BodyWriter = Pick<Exchange, 'write' | 'drained' | 'end'>;

/** Compressions under way; of the process, because zlib's threads are. */
let underWay = 0;

/** As upstream reads it: the bare word, without weights. */
export function acceptsGzip(exchange: Exchange): boolean {
  const accepted = exchange.header('accept-encoding') ?? '';
  return accepted.split(',').some((coding) => coding.trim() === 'gzip');
}

/** Whether an answer that begins with so many bytes is to be compressed. */
function mayCompress(exchange: Exchange, bytes: number): boolean {
  return bytes > limits.gzipThresholdBytes && underWay < limits.gzipsAtOnce && acceptsGzip(exchange);
}

/** What an answer that may be had in two forms varies with, beside what it does anyway. */
export const varyWithEncoding = (vary: string | undefined): string =>
  vary === undefined || vary === '' ? 'Accept-Encoding' : `${vary}, Accept-Encoding`;

function setHeaders(exchange: Exchange, vary?: string): void {
  exchange.setHeader('content-encoding', 'gzip');
  exchange.setHeader('vary', varyWithEncoding(vary));
}

/** A whole answer. A promise only where it is compressed. `vary` is what else it varies with. */
export function sendBody(
  exchange: Exchange,
  code: number,
  contentType: string,
  body: Buffer | string,
  vary?: string,
): void | Promise<void> {
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  if (mayCompress(exchange, bytes)) return sendCompressed(exchange, code, contentType, body, vary);
  exchange.send(code, contentType, body);
}

async function sendCompressed(
  exchange: Exchange,
  code: number,
  contentType: string,
  body: Buffer | string,
  vary: string | undefined,
): Promise<void> {
  const compressed = await counted(compress(body, quick));
  // The time may have been over meanwhile, and said so.
  if (!exchange.isStarted) setHeaders(exchange, vary);
  exchange.send(code, contentType, compressed);
}

async function counted(compressing: Promise<Buffer>): Promise<Buffer> {
  underWay++;
  try {
    return await compressing;
  } finally {
    underWay--;
  }
}

/** Begins a streamed answer whose first part has so many bytes. */
export function startBody(exchange: Exchange, contentType: string, firstBytes: number): BodyWriter {
  const isCompressed = mayCompress(exchange, firstBytes);
  if (isCompressed) setHeaders(exchange);
  exchange.start(200, contentType);
  return isCompressed ? new GzipWriter(exchange) : exchange;
}

class GzipWriter implements BodyWriter {
  readonly #gzip = createGzip(quick);

  constructor(exchange: Exchange) {
    underWay++;
    const stream = this.#gzip;
    stream.on('data', (chunk: Buffer) => {
      if (exchange.write(chunk)) return;
      stream.pause();
      void exchange.drained().then(() => stream.resume());
    });
    stream.once('end', () => exchange.end());
    stream.once('error', () => exchange.destroy());
    stream.once('close', () => {
      underWay--;
    });
    if (exchange.isGone) stream.destroy();
    else exchange.signal.addEventListener('abort', () => stream.destroy(), { once: true });
  }

  write(chunk: Buffer | string): boolean {
    return this.#gzip.writable && this.#gzip.write(chunk);
  }

  drained(): Promise<void> {
    const stream = this.#gzip;
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
    if (this.#gzip.writable) this.#gzip.end();
  }
}

/** Compressed forms of documents that never change, made when first asked for; gone with the document. */
const compressedDocuments = new WeakMap<Buffer, Promise<Buffer>>();

/** Only for bodies that are kept. Undefined where it would have to be made now, and too much is under way. */
export function compressedDocument(body: Buffer): Promise<Buffer> | undefined {
  let compressed = compressedDocuments.get(body);
  if (compressed === undefined && underWay < limits.gzipsAtOnce) {
    compressed = counted(compress(body));
    compressedDocuments.set(body, compressed);
  }
  return compressed;
}
