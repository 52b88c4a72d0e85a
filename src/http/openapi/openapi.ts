/**
 * `/openapi/v3`, `/openapi/v3/<name>` and `/openapi/v2` of every surface. A document depends on the definitions in it
 * alone, is built when first asked for and shared by all surfaces that show the same; only the small index is made per
 * request, because its addresses must lead back to the surface that was asked. Follows kube-openapi's handler and
 * handler3.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GroupVersion } from '../../apimachinery/gvk.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonObject } from '../../apimachinery/object-meta.ts';
import type { Clock } from '../../lib/clock.ts';
import { surfacePrefix } from '../../request/request-info.ts';
import type { SwaggerSource } from '../aggregation/remote-swaggers.ts';
import {
  keyOfGroups,
  type ServedSurface,
  type ShownDefinitions,
  type ShownTo,
  servedSurface,
} from '../discovery/served-surface.ts';
import type { DocumentCache } from '../document-cache.ts';
import { type MediaRange, parseAccept } from '../negotiation/media-range.ts';
import {
  type Conditions,
  conditional,
  emptyDocument,
  jsonDocument,
  type StaticDocument,
  staticDocument,
} from '../static-document.ts';
import { groupPath, rootPaths } from './api-paths.ts';
import type { DocumentInfo } from './document-parts.ts';
import { encodeSwagger } from './gnostic-v2.ts';
import { encodeOpenApiV3 } from './gnostic-v3.ts';
import { mergeSwagger } from './merge-swagger.ts';
import { groupVersionRoot } from './operations.ts';
import { openApiV2, type SwaggerDocument } from './v2-document.ts';
import { openApiV3, openApiV3Root } from './v3-document.ts';

export interface OpenApiRequest extends Conditions {
  /** Behind the surface's prefix. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string | undefined;
}

/** What other servers serve, of a control plane. */
export interface RemoteApis {
  versions(tenant: string): readonly GroupVersion[];
  swaggers(tenant: string): Promise<readonly SwaggerSource[]>;
}

/** A document of OpenAPI v3 that a surface has. */
interface Source {
  /** Equal where the content is. */
  readonly key: string;
  build(): object;
}

const jsonType = 'application/json';
/** Asked for with `@` (which is no valid media type, and breaks clients when echoed) or with a dot; answered with the dot. */
const protobufTypes = {
  v2: [
    'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  ],
  v3: [
    'application/com.github.proto-openapi.spec.v3.v1.0+protobuf',
    'application/com.github.proto-openapi.spec.v3@v1.0+protobuf',
  ],
} as const;
const yearMs = 365 * 24 * 3_600_000;

export class OpenApi {
  readonly #shown: ShownDefinitions;
  readonly #remotes: RemoteApis | undefined;
  readonly #info: DocumentInfo;
  readonly #cache: DocumentCache;
  readonly #clock: Clock;
  readonly #sources = new WeakMap<ServedSurface, ReadonlyMap<string, Source>>();
  /** Hashes outlive documents: the index needs all of them, and nothing else of what they are of. */
  readonly #hashes = new Map<string, string>();
  /** Those of OpenAPI v2 that are being built: who asks meanwhile waits for the same. */
  readonly #swaggers = new Map<string, Promise<StaticDocument>>();

  constructor(
    shown: ShownDefinitions,
    info: DocumentInfo,
    cache: DocumentCache,
    clock: Clock,
    remotes?: RemoteApis,
  ) {
    this.#shown = shown;
    this.#remotes = remotes;
    this.#info = info;
    this.#cache = cache;
    this.#clock = clock;
  }

  /** The response to a GET below `/openapi`, or undefined where there is no such document. */
  async respond(tenant: ShownTo, request: OpenApiRequest): Promise<StaticDocument | undefined> {
    const served = servedSurface(this.#shown(tenant));
    const { path, accept } = request;
    if (path === '/openapi/v2') {
      const form = negotiate(accept, protobufTypes.v2);
      if (form === undefined) return notAcceptable();
      const remotes = (await this.#remotes?.swaggers(tenant.id)) ?? [];
      return conditional(await this.#swagger(served, remotes, form), request);
    }
    if (path !== '/openapi/v3' && !path.startsWith('/openapi/v3/')) return undefined;
    const prefix = surfacePrefix(tenant.surface);
    const name = path.slice('/openapi/v3/'.length);
    if (name === '') {
      return conditional(
        await this.#index(served, prefix, this.#remotes?.versions(tenant.id) ?? []),
        request,
      );
    }
    const source = this.#sourcesOf(served).get(name);
    if (source === undefined) return undefined;
    const form = negotiate(accept, protobufTypes.v3);
    if (form === undefined) return notAcceptable();
    return conditional(this.#addressed(this.#document(source, form), prefix, request), request);
  }

  /** Under its own hash a document never changes; under another it has moved; under none it must be asked again. */
  #addressed(document: StaticDocument, prefix: string, { path, query }: OpenApiRequest): StaticDocument {
    const hash = query.get('hash') ?? '';
    if (hash === '') return document;
    const { headers } = document;
    const current = hashOf(document);
    if (hash !== current) {
      return emptyDocument(301, { ...headers, location: `${prefix}${path}?hash=${current}` });
    }
    const expires = new Date(this.#clock.now() + yearMs).toUTCString();
    return { ...document, headers: { ...headers, 'cache-control': 'public, immutable', expires } };
  }

  #sourcesOf(served: ServedSurface): ReadonlyMap<string, Source> {
    let sources = this.#sources.get(served);
    if (sources === undefined) {
      sources = new Map(this.#v3Sources(served).sort(([a], [b]) => (a < b ? -1 : 1)));
      this.#sources.set(served, sources);
    }
    return sources;
  }

  #v3Sources({ groups }: ServedSurface): [string, Source][] {
    const roots = Object.entries(rootPaths);
    const named = groups
      .filter(({ group }) => group !== '')
      .map(({ group }) => [`apis/${group}`, groupPath(group)] as const);
    const versions = groups.flatMap((group) =>
      group.versions.map((version): [string, Source] => [
        groupVersionRoot(version).slice(1),
        {
          key: `${groupVersionRoot(version)} ${keyOfGroups([{ ...group, versions: [version] }])}`,
          build: () => openApiV3(version, this.#info),
        },
      ]),
    );
    const ofPaths = [...roots, ...named].map(([name, path]): [string, Source] => [
      name,
      { key: name, build: () => openApiV3Root(path, this.#info) },
    ]);
    return [...ofPaths, ...versions];
  }

  #document({ key, build }: Source, mediaType: string): StaticDocument {
    const json = this.#json(`v3 ${key}`, build);
    this.#rememberHash(key, hashOf(json));
    if (mediaType === jsonType) return json;
    return this.#protobuf(`v3 protobuf ${key}`, json, mediaType, encodeOpenApiV3);
  }

  async #swagger(
    served: ServedSurface,
    remotes: readonly SwaggerSource[],
    mediaType: string,
  ): Promise<StaticDocument> {
    const content = [served.key, ...remotes.map(({ hash }) => hash)].join(' ');
    const key = `v2 ${content}`;
    let document = this.#swaggers.get(key);
    if (document === undefined) {
      document = this.#buildSwagger(key, served, remotes).finally(() => this.#swaggers.delete(key));
      this.#swaggers.set(key, document);
    }
    const json = await document;
    if (mediaType === jsonType) return json;
    return this.#protobuf(`v2 protobuf ${content}`, json, mediaType, encodeSwagger);
  }

  async #buildSwagger(
    key: string,
    { groups }: ServedSurface,
    remotes: readonly SwaggerSource[],
  ): Promise<StaticDocument> {
    const known = this.#cache.find(key);
    if (known !== undefined) return known;
    const local = await inTurns(openApiV2(groups, this.#info));
    const read = remotes.map((remote) => remote.read());
    const document = read.length === 0 ? local : await inTurns(mergeSwagger(local, read));
    return this.#json(key, () => document);
  }

  #json(key: string, build: () => object): StaticDocument {
    return this.#cache.get(key, () => jsonDocument(build(), { hash: true, headers: this.#headers() }));
  }

  /** Has the ETag of the JSON it is made of: the Vary header tells them apart. */
  #protobuf(
    key: string,
    json: StaticDocument,
    mediaType: string,
    encode: (document: JsonObject) => Buffer,
  ): StaticDocument {
    return this.#cache.get(key, () =>
      staticDocument(encode(JSON.parse(json.body.toString())), mediaType, {
        hash: hashOf(json),
        headers: json.headers,
      }),
    );
  }

  #headers(): Record<string, string> {
    return { vary: 'Accept', 'last-modified': new Date(this.#clock.now()).toUTCString() };
  }

  /** Where hashes are missing, other requests have their turn between one document and the next. */
  async #index(
    served: ServedSurface,
    prefix: string,
    remotes: readonly GroupVersion[],
  ): Promise<StaticDocument> {
    const paths: Record<string, object> = {};
    for (const [name, source] of this.#sourcesOf(served)) {
      let hash = this.#hashes.get(source.key);
      if (hash === undefined) {
        hash = hashOf(this.#document(source, jsonType));
        await nextTurn();
      }
      paths[name] = { serverRelativeURL: `${prefix}/openapi/v3/${name}?hash=${hash}` };
    }
    // Documents of other servers are theirs: nobody here knows whether they have changed.
    for (const remote of remotes) {
      const name = groupVersionRoot(remote).slice(1);
      paths[name] ??= { serverRelativeURL: `${prefix}/openapi/v3/${name}` };
    }
    return jsonDocument({ paths }, { hash: true });
  }

  #rememberHash(key: string, hash: string): void {
    this.#hashes.delete(key);
    this.#hashes.set(key, hash);
    if (this.#hashes.size <= limits.documentHashes) return;
    for (const oldest of this.#hashes.keys()) {
      this.#hashes.delete(oldest);
      return;
    }
  }
}

/** Other requests have their turn between one group and version, or one server, and the next. */
async function inTurns(steps: Generator<void, SwaggerDocument>): Promise<SwaggerDocument> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await nextTurn();
  }
}

function hashOf(document: StaticDocument): string {
  return document.etag.slice(1, -1);
}

function notAcceptable(): StaticDocument {
  return emptyDocument(406, { vary: 'Accept' });
}

/** The media type to answer with: the first that the client accepts, in the client's order. */
function negotiate(accept: string | undefined, protobuf: readonly [string, ...string[]]): string | undefined {
  if (accept === undefined || accept === '') return jsonType;
  for (const range of parseAccept(accept)) {
    const found = [jsonType, ...protobuf].find((type) => covers(range, type));
    if (found !== undefined) return found === jsonType ? found : protobuf[0];
  }
  return undefined;
}

function covers(range: MediaRange, mediaType: string): boolean {
  if (range.type === '*') return true;
  return range.subtype === '*'
    ? mediaType.startsWith(`${range.type}/`)
    : mediaType === `${range.type}/${range.subtype}`;
}
