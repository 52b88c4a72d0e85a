/**
 * Reads a request body into one Buffer within a bound. Shared by both protocols; it refuses, and leaves it to
 * the exchange what becomes of the bytes that still come.
 */
import type { Readable } from 'node:stream';
import { type StatusError, tooLarge } from '../apimachinery/status.ts';

export const emptyBody = Buffer.alloc(0);

/** The client went before its body was complete; nobody is left to read a response. */
export class BodyAborted extends Error {
  constructor() {
    super('the client went away before the request body was complete');
    this.name = 'BodyAborted';
  }
}

export const bodyTooLarge = (maxBytes: number): StatusError =>
  tooLarge(`Request entity too large: limit is ${maxBytes}`);

/** Past the bound by the client's own word. A length that is no number is the parser's business. */
export const announcesMore = (contentLength: string | undefined, maxBytes: number): boolean =>
  contentLength !== undefined && Number(contentLength) > maxBytes;

/** `aborted`: an HTTP/2 stream that breaks off ends its readable side as if the body were whole. */
export function collectBody(
  stream: Readable & { readonly aborted?: boolean },
  maxBytes: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] | undefined;
    let first: Buffer | undefined;
    let bytes = 0;
    const settle = (): void => {
      stream.off('data', onData);
      stream.off('end', onEnd);
      stream.off('close', onClose);
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        stream.pause();
        settle();
        reject(bodyTooLarge(maxBytes));
      } else if (first === undefined) first = chunk;
      else if (chunks === undefined) chunks = [first, chunk];
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      settle();
      if (stream.aborted === true) reject(new BodyAborted());
      else resolve(chunks === undefined ? (first ?? emptyBody) : Buffer.concat(chunks, bytes));
    };
    const onClose = (): void => {
      settle();
      reject(new BodyAborted());
    };
    stream.on('data', onData);
    stream.on('end', onEnd);
    stream.on('close', onClose);
  });
}

/** The body once `before` has nothing against it. */
export async function givenOut(
  collected: Promise<Buffer>,
  before: (() => Promise<void> | undefined) | undefined,
): Promise<Buffer> {
  const body = await collected;
  const pending = before?.();
  if (pending !== undefined) await pending;
  return body;
}

/** Throws away what still comes of a body, and calls `overrun` when that is more than `maxBytes`. */
export function discardBody(stream: Readable, maxBytes: number, overrun: () => void): void {
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) overrun();
  });
  stream.resume();
}

export function lengthOf(body: Buffer | string): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}
