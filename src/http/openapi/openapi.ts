/**
 * `/openapi/v3`, `/openapi/v3/<gv>` and `/openapi/v2` of every surface. A document depends on what the surface's
 * kind shows, so all projects share it; only the small index is made per request, because its addresses must lead
 * back to the surface that was asked. Follows kube-openapi's handler and handler3.
 */
import { apiVersionOf } from '../../apimachinery/gvk.ts';
import type { ContextKind, ResourceDefinition } from '../../apimachinery/resource-definition.ts';
import { notAcceptable } from '../../apimachinery/status.ts';
import type { Clock } from '../../lib/clock.ts';
import { type ServedGroup, type ServedVersion, servedGroups } from '../discovery/resource-lists.ts';
import { type MediaRange, parseAccept } from '../negotiation/media-range.ts';
import {
  conditional,
  jsonDocument,
  movedPermanently,
  type StaticDocument,
  staticDocument,
} from '../static-document.ts';
import { encodeSwagger } from './gnostic.ts';
import { openApiV2 } from './v2-document.ts';
import { type DocumentInfo, openApiV3 } from './v3-document.ts';

/** The surface that was asked: its kind decides the content, its prefix ("" on the platform) the addresses. */
export interface SurfaceAddress {
  readonly kind: ContextKind;
  readonly prefix: string;
}
export interface OpenApiRequest {
  /** Behind the surface's prefix. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

const jsonType = 'application/json';
/** Asked for with `@` (which is no valid media type, and breaks clients when echoed) or with a dot; answered with the dot. */
const swaggerTypes = [
  'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
] as const;
const yearMs = 365 * 24 * 3_600_000;

export class OpenApi {
  readonly #definitions: readonly ResourceDefinition[];
  readonly #info: DocumentInfo;
  readonly #clock: Clock;
  readonly #surfaces = new Map<ContextKind, SurfaceDocuments>();
  /** By group, version and the resources shown: kinds of surface that show the same share the document. */
  readonly #shared = new Map<string, StaticDocument>();

  constructor(definitions: readonly ResourceDefinition[], info: DocumentInfo, clock: Clock) {
    this.#definitions = definitions;
    this.#info = info;
    this.#clock = clock;
  }

  /**
   * The response to a GET below `/openapi`, or undefined where there is no such document. Throws the 406 StatusError
   * when the client accepts none of its forms.
   */
  respond(surface: SurfaceAddress, request: OpenApiRequest): StaticDocument | undefined {
    const documents = this.#documentsOf(surface.kind);
    const { path, accept, ifNoneMatch } = request;
    if (path === '/openapi/v2') {
      const form = negotiate(accept, [jsonType, ...swaggerTypes]);
      return conditional(
        form === jsonType ? documents.swaggerJson() : documents.swaggerProtobuf(),
        ifNoneMatch,
      );
    }
    if (path !== '/openapi/v3' && !path.startsWith('/openapi/v3/')) return undefined;
    const name = path.slice('/openapi/v3/'.length);
    if (name === '') {
      negotiate(accept, [jsonType]);
      return conditional(index(documents.all(), surface.prefix), ifNoneMatch);
    }
    const document = documents.find(name);
    if (document === undefined) return undefined;
    negotiate(accept, [jsonType]);
    return conditional(this.#addressed(document, surface.prefix, request), ifNoneMatch);
  }

  /** Under its own hash a document never changes; under another it has moved; under none it must be asked again. */
  #addressed(document: StaticDocument, prefix: string, { path, query }: OpenApiRequest): StaticDocument {
    const hash = query.get('hash') ?? '';
    if (hash === '') return document;
    const current = hashOf(document);
    if (hash !== current) return movedPermanently(`${prefix}${path}?hash=${current}`);
    const expires = new Date(this.#clock.now() + yearMs).toUTCString();
    return {
      ...document,
      headers: { ...document.headers, 'cache-control': 'public, immutable', expires },
    };
  }

  #documentsOf(kind: ContextKind): SurfaceDocuments {
    const known = this.#surfaces.get(kind);
    if (known !== undefined) return known;
    const visible = this.#definitions.filter((definition) => definition.contexts.includes(kind));
    const documents = new SurfaceDocuments(servedGroups(visible), this.#info, this.#shared);
    this.#surfaces.set(kind, documents);
    return documents;
  }
}

/** The documents of one kind of surface, each built when first asked for. */
class SurfaceDocuments {
  readonly #groups: readonly ServedGroup[];
  readonly #info: DocumentInfo;
  readonly #shared: Map<string, StaticDocument>;
  readonly #versions: ReadonlyMap<string, ServedVersion>;
  #swaggerJson: StaticDocument | undefined;
  #swaggerProtobuf: StaticDocument | undefined;

  constructor(groups: readonly ServedGroup[], info: DocumentInfo, shared: Map<string, StaticDocument>) {
    this.#groups = groups;
    this.#info = info;
    this.#shared = shared;
    this.#versions = new Map(
      groups.flatMap(({ versions }) => versions).map((served) => [documentName(served), served]),
    );
  }

  find(name: string): StaticDocument | undefined {
    const served = this.#versions.get(name);
    if (served === undefined) return undefined;
    const key = `${name} ${served.definitions.map(({ resource }) => resource).join(' ')}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const document = jsonDocument(openApiV3(served, this.#info), { hash: true, headers: { vary: 'Accept' } });
    this.#shared.set(key, document);
    return document;
  }

  all(): [string, StaticDocument][] {
    return [...this.#versions.keys()].sort().map((name) => [name, this.find(name)!]);
  }

  swaggerJson(): StaticDocument {
    this.#swaggerJson ??= jsonDocument(openApiV2(this.#groups, this.#info), {
      hash: true,
      headers: { vary: 'Accept' },
    });
    return this.#swaggerJson;
  }

  swaggerProtobuf(): StaticDocument {
    this.#swaggerProtobuf ??= staticDocument(
      encodeSwagger(openApiV2(this.#groups, this.#info)),
      swaggerTypes[0],
      { hash: true, headers: { vary: 'Accept' } },
    );
    return this.#swaggerProtobuf;
  }
}

function index(documents: readonly [string, StaticDocument][], prefix: string): StaticDocument {
  const paths = Object.fromEntries(
    documents.map(([name, document]) => [
      name,
      { serverRelativeURL: `${prefix}/openapi/v3/${name}?hash=${hashOf(document)}` },
    ]),
  );
  return jsonDocument({ paths }, { hash: true, headers: { vary: 'Accept' } });
}

function documentName(served: ServedVersion): string {
  return `${served.group === '' ? 'api' : 'apis'}/${apiVersionOf(served)}`;
}

function hashOf(document: StaticDocument): string {
  return document.etag.slice(1, -1);
}

/** The first of `offered` that the client accepts, in the client's order. */
function negotiate<T extends string>(accept: string | undefined, offered: readonly [T, ...T[]]): T {
  if (accept === undefined || accept === '') return offered[0];
  for (const range of parseAccept(accept)) {
    const found = offered.find((type) => covers(range, type));
    if (found !== undefined) return found;
  }
  throw notAcceptable(offered);
}

function covers(range: MediaRange, mediaType: string): boolean {
  if (range.type === '*') return true;
  return range.subtype === '*'
    ? mediaType.startsWith(`${range.type}/`)
    : mediaType === `${range.type}/${range.subtype}`;
}
