/**
 * The discovery documents of every surface: `/`, `/api`, `/apis` and below, in the legacy and the aggregated form. A
 * document depends on the definitions in it alone, is built when first asked for, and shared by all surfaces that show
 * the same. Who may read them is not decided here.
 */
import { encodeProtobuf } from '../../apimachinery/codec/protobuf-documents.ts';
import { stringifyYaml } from '../../apimachinery/codec/yaml.ts';
import { apiVersionOf } from '../../apimachinery/gvk.ts';
import type { ObjectSchema } from '../../apimachinery/schema/schema.ts';
import { noRepresentation, notAcceptable } from '../../apimachinery/status.ts';
import type { DocumentCache } from '../document-cache.ts';
import { type MediaRange, parseAccept } from '../negotiation/media-range.ts';
import {
  type Conditions,
  conditional,
  indentedDocument,
  jsonLine,
  type StaticDocument,
  staticDocument,
} from '../static-document.ts';
import {
  apiGroupListSchema,
  apiGroupSchema,
  apiResourceListSchema,
  apiVersionsSchema,
} from './discovery-schemas.ts';
import {
  apiGroup,
  apiResourceList,
  groupDiscovery,
  type ServedGroup,
  type TypedDocument,
} from './resource-lists.ts';
import {
  keyOfGroups,
  type ServedSurface,
  type ShownDefinitions,
  type ShownRemotes,
  type ShownTo,
  servedSurface,
} from './served-surface.ts';

export interface DiscoveryOptions {
  /** `host:port` at which clients reach the server; told in `/api`. */
  readonly serverAddress: string;
  /** Paths served besides the APIs (health, version, OpenAPI), for the index at `/`. */
  readonly otherPaths: readonly string[];
  /** What other servers serve. */
  readonly remotes?: ShownRemotes;
}

export interface DiscoveryRequest extends Pick<Conditions, 'ifNoneMatch'> {
  /** Behind the surface's prefix. */
  readonly path: string;
  readonly accept: string | undefined;
}

type Encoding = 'json' | 'yaml' | 'protobuf';
type Form =
  | { readonly aggregated?: never; readonly encoding: Encoding }
  | { readonly aggregated: 'v2' | 'v2beta1'; readonly encoding: 'json' };

/** A document before it is written in a form. */
interface Source {
  /** Equal where the content is. */
  readonly key: string;
  readonly schema: ObjectSchema;
  build(): TypedDocument;
  /** What the aggregated form of it holds; absent below the roots. */
  readonly groups?: readonly ServedGroup[];
}

const mediaTypes: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};
const vary = { headers: { vary: 'Accept' } };

export class Discovery {
  readonly #shown: ShownDefinitions;
  readonly #options: DiscoveryOptions;
  readonly #cache: DocumentCache;
  readonly #sources = new WeakMap<ServedSurface, ReadonlyMap<string, Source>>();

  constructor(shown: ShownDefinitions, options: DiscoveryOptions, cache: DocumentCache) {
    this.#shown = shown;
    this.#options = options;
    this.#cache = cache;
  }

  /**
   * The response to a GET, or undefined where there is no such document. Throws the 406 StatusError when the client
   * accepts none of its forms.
   */
  respond(tenant: ShownTo, request: DiscoveryRequest): StaticDocument | undefined {
    const { path, accept } = request;
    const normal = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    const sources = this.#sourcesOf(servedSurface(this.#shown(tenant), this.#options.remotes?.(tenant)));
    // The index of paths has one form, whatever is accepted.
    if (normal === '/' || normal === '/index.html') return this.#index([...sources.keys()]);
    const source = sources.get(normal);
    if (source === undefined) return undefined;
    const form = negotiate(accept, source.groups !== undefined);
    const key = `${normal} ${form.aggregated ?? ''} ${form.encoding} ${source.key}`;
    return conditional(
      this.#cache.get(key, () =>
        form.aggregated === undefined
          ? written(source, form.encoding)
          : aggregated(source.groups ?? [], form.aggregated),
      ),
      form.aggregated === undefined ? {} : { ifNoneMatch: request.ifNoneMatch },
    );
  }

  #index(paths: readonly string[]): StaticDocument {
    const all = [...paths, ...this.#options.otherPaths].sort();
    return this.#cache.get(`index ${all.join()}`, () => indentedDocument({ paths: all }));
  }

  #sourcesOf(served: ServedSurface): ReadonlyMap<string, Source> {
    let sources = this.#sources.get(served);
    if (sources === undefined) {
      sources = this.#list(served);
      this.#sources.set(served, sources);
    }
    return sources;
  }

  #list({ groups }: ServedSurface): Map<string, Source> {
    const core = groups.filter(({ group }) => group === '');
    const named = groups.filter(({ group }) => group !== '');
    const serverAddressByClientCIDRs = [
      { clientCIDR: '0.0.0.0/0', serverAddress: this.#options.serverAddress },
    ];
    const sources = new Map<string, Source>();
    const add = (path: string, shown: readonly ServedGroup[], source: Omit<Source, 'key'>): void => {
      sources.set(path, { ...source, key: keyOfGroups(shown) });
    };
    add('/api', core, {
      schema: apiVersionsSchema,
      groups: core,
      build: () => ({
        kind: 'APIVersions',
        apiVersion: 'v1',
        versions: core.flatMap(({ versions }) => versions.map(({ version }) => version)),
        serverAddressByClientCIDRs,
      }),
    });
    add('/apis', named, {
      schema: apiGroupListSchema,
      groups: named,
      build: () => ({ kind: 'APIGroupList', apiVersion: 'v1', groups: named.map(apiGroup) }),
    });
    for (const group of named) {
      add(`/apis/${group.group}`, [group], {
        schema: apiGroupSchema,
        build: () => ({ kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) }),
      });
    }
    for (const group of groups) {
      for (const version of group.versions) {
        const root = group.group === '' ? '/api' : '/apis';
        add(`${root}/${apiVersionOf(version)}`, [{ ...group, versions: [version] }], {
          schema: apiResourceListSchema,
          build: () => apiResourceList(version),
        });
      }
    }
    return sources;
  }
}

function written({ build, schema, groups }: Source, encoding: Encoding): StaticDocument {
  const value = build();
  const options = groups === undefined ? {} : vary;
  switch (encoding) {
    case 'json':
      return jsonLine(value.kind === 'APIVersions' ? withoutVersion(value) : value, options);
    case 'yaml':
      return staticDocument(Buffer.from(stringifyYaml(value)), mediaTypes.yaml, options);
    case 'protobuf':
      return staticDocument(encodeProtobuf(value, schema), mediaTypes.protobuf, options);
  }
}

function aggregated(groups: readonly ServedGroup[], version: 'v2' | 'v2beta1'): StaticDocument {
  const list = {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(groupDiscovery),
  };
  // client-go reads from the Content-Type which form it was given.
  return {
    ...jsonLine(list, { hash: true, headers: { vary: 'Accept', 'cache-control': 'public' } }),
    contentType: `${mediaTypes.json};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
  };
}

function negotiate(accept: string | undefined, isRoot: boolean): Form {
  if (accept === undefined || accept === '') return { encoding: 'json' };
  for (const range of parseAccept(accept)) {
    const form = formOf(range, isRoot);
    if (form !== undefined) return form;
  }
  // What is aggregated stands before upstream's router.
  throw (isRoot ? notAcceptable : noRepresentation)(Object.values(mediaTypes));
}

function formOf(range: MediaRange, isRoot: boolean): Form | undefined {
  const encoding = encodings.find((each) => covers(range, mediaTypes[each]));
  if (encoding === undefined) return undefined;
  const { parameters } = range;
  if (!parameters.has('as') && !parameters.has('g') && !parameters.has('v')) return { encoding };
  const version = parameters.get('v');
  const isAggregated =
    parameters.get('as') === 'APIGroupDiscoveryList' && parameters.get('g') === 'apidiscovery.k8s.io';
  if (!isRoot || !isAggregated || encoding !== 'json') return undefined;
  return version === 'v2' || version === 'v2beta1' ? { aggregated: version, encoding } : undefined;
}

const encodings = ['json', 'yaml', 'protobuf'] as const;

function covers({ type, subtype }: MediaRange, mediaType: string): boolean {
  if (type === '*') return true;
  return subtype === '*' ? mediaType.startsWith(`${type}/`) : mediaType === `${type}/${subtype}`;
}

/** Upstream leaves it out of this one. */
function withoutVersion({ apiVersion: _, ...rest }: TypedDocument): object {
  return rest;
}
