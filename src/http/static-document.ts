/**
 * A whole response that is the same for every caller of a surface kind: discovery and OpenAPI. Made once,
 * sent many times, so its body and headers are final; the pipeline only copies them out. Nothing here knows
 * what the documents say.
 */
import { createHash } from 'node:crypto';
import { stringifyJson } from '../apimachinery/codec/json.ts';

export interface StaticDocument {
  readonly status: number;
  readonly body: Buffer;
  readonly contentType: string;
  /** Quoted, as the ETag header has it; empty where the document has none. */
  readonly etag: string;
  /** Headers beyond Content-Type, etag among them, names in lower case. They win over what the pipeline sets for every response. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface DocumentOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** The content hash to show; computed from the body when true, none when absent. */
  readonly hash?: string | true;
}

const emptyBody = Buffer.alloc(0);

export function staticDocument(
  body: Buffer,
  contentType: string,
  options: DocumentOptions = {},
): StaticDocument {
  const hash = options.hash === true ? contentHash(body) : (options.hash ?? '');
  const etag = hash === '' ? '' : `"${hash}"`;
  return {
    status: 200,
    body,
    contentType,
    etag,
    headers: { ...options.headers, ...(etag === '' ? {} : { etag }) },
  };
}

export function jsonDocument(value: object, options: DocumentOptions = {}): StaticDocument {
  return staticDocument(Buffer.from(stringifyJson(value)), 'application/json', options);
}

/** Upper-case hex of SHA-512, the form upstream's ETags and hash parameters have. */
function contentHash(body: Buffer | string): string {
  return createHash('sha512').update(body).digest('hex').toUpperCase();
}

/** The document, or its 304 when the client's `If-None-Match` names it. */
export function conditional(document: StaticDocument, ifNoneMatch: string | undefined): StaticDocument {
  if (ifNoneMatch === undefined || document.etag === '' || document.status !== 200) return document;
  const isKnown = ifNoneMatch
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === '*' || tag === document.etag);
  return isKnown ? { ...document, status: 304, body: emptyBody } : document;
}

/** Sends the client to where the document now is. */
export function movedPermanently(location: string): StaticDocument {
  return {
    status: 301,
    body: emptyBody,
    contentType: 'text/plain; charset=utf-8',
    etag: '',
    headers: { location },
  };
}
