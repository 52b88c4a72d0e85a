/**
 * A whole response that is the same for every caller of a surface kind: discovery and OpenAPI. Made once,
 * sent many times, so its body and headers are final; the pipeline only copies them out. Nothing here knows
 * what the documents say.
 */
import { createHash } from 'node:crypto';
import { indentJson } from '../apimachinery/codec/indent-json.ts';
import { stringifyJson } from '../apimachinery/codec/json.ts';

export interface StaticDocument {
  readonly status: number;
  readonly body: Buffer;
  readonly contentType: string;
  /** Quoted, as the ETag header has it; empty where the document has none. */
  readonly etag: string;
  /** Headers beyond Content-Type, etag among them, names in lower case. They win over what the pipeline sets for every response. */
  readonly headers: Readonly<Record<string, string>>;
  /** The very same body will be given again, so what is made of it is worth keeping. Said by who keeps it. */
  readonly isKept?: true;
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

/** As Go's encoder writes a document, with a line's end. */
export function jsonLine(value: object, options: DocumentOptions = {}): StaticDocument {
  return staticDocument(Buffer.from(`${stringifyJson(value)}\n`), 'application/json', options);
}

/** For people to read, as upstream writes its version and the list of its paths. */
export function indentedDocument(value: object): StaticDocument {
  return staticDocument(Buffer.from(indentJson(stringifyJson(value))), 'application/json');
}

/** Upper-case hex of SHA-512, the form upstream's ETags and hash parameters have. */
function contentHash(body: Buffer | string): string {
  return createHash('sha512').update(body).digest('hex').toUpperCase();
}

/** What a client has already, as it says in its headers. */
export interface Conditions {
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
}

/** The document, or its 304 when the client has it. An ETag that is asked about decides alone (RFC 9110 §13.2.2). */
export function conditional(document: StaticDocument, conditions: Conditions): StaticDocument {
  if (document.status !== 200 || !isKnown(document, conditions)) return document;
  return { ...document, status: 304, body: emptyBody };
}

function isKnown({ etag, headers }: StaticDocument, { ifNoneMatch, ifModifiedSince }: Conditions): boolean {
  if (ifNoneMatch !== undefined && ifNoneMatch !== '') {
    if (etag === '') return false;
    const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    return tags.some((tag) => tag === '*' || tag === etag);
  }
  const modified = headers['last-modified'];
  if (modified === undefined || ifModifiedSince === undefined) return false;
  return Date.parse(modified) <= Date.parse(ifModifiedSince);
}

/** An answer that says everything in its status and headers. */
export function emptyDocument(status: number, headers: Readonly<Record<string, string>>): StaticDocument {
  return { status, body: emptyBody, contentType: 'application/json', etag: '', headers };
}
