/**
 * The discovery documents of every surface: `/`, `/api`, `/apis` and below, in the legacy and the aggregated
 * form. A document depends on the surface's kind alone, so ten thousand projects share the same bytes; there are
 * five kinds. Built when first asked for. Who may read them is not decided here.
 */
import { apiVersionOf } from '../../apimachinery/gvk.ts';
import type { ContextKind, ResourceDefinition } from '../../apimachinery/resource-definition.ts';
import { notAcceptable } from '../../apimachinery/status.ts';
import { type MediaRange, parseAccept } from '../negotiation/media-range.ts';
import { conditional, jsonDocument, type StaticDocument } from '../static-document.ts';
import {
  apiGroup,
  apiResourceList,
  groupDiscovery,
  type ServedGroup,
  servedGroups,
} from './resource-lists.ts';

export interface DiscoveryOptions {
  /** `host:port` at which clients reach the server; told in `/api`. */
  readonly serverAddress: string;
  /** Paths served besides the APIs (health, version, OpenAPI), for the index at `/`. */
  readonly otherPaths: readonly string[];
}

type AggregatedVersion = 'v2' | 'v2beta1';
type Form = 'legacy' | AggregatedVersion;

interface SurfaceDocuments {
  readonly legacy: ReadonlyMap<string, StaticDocument>;
  readonly aggregated: Readonly<Record<AggregatedVersion, ReadonlyMap<string, StaticDocument>>>;
}

const jsonType = 'application/json';

export class Discovery {
  readonly #definitions: readonly ResourceDefinition[];
  readonly #options: DiscoveryOptions;
  readonly #surfaces = new Map<ContextKind, SurfaceDocuments>();

  constructor(definitions: readonly ResourceDefinition[], options: DiscoveryOptions) {
    this.#definitions = definitions;
    this.#options = options;
  }

  /**
   * The response to a GET of `path` (behind the surface's prefix), or undefined where there is no such document.
   * Throws the 406 StatusError when the client accepts no JSON.
   */
  respond(
    surface: ContextKind,
    path: string,
    accept: string | undefined,
    ifNoneMatch: string | undefined,
  ): StaticDocument | undefined {
    const documents = this.#documentsOf(surface);
    const normal = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    const legacy = documents.legacy.get(normal);
    if (legacy === undefined) return undefined;
    if (!normal.startsWith('/api')) return legacy; // The index of paths has one form, whatever is accepted.
    const form = negotiateForm(accept, normal === '/api' || normal === '/apis');
    if (form === 'legacy') return legacy;
    return conditional(documents.aggregated[form].get(normal) ?? legacy, ifNoneMatch);
  }

  #documentsOf(surface: ContextKind): SurfaceDocuments {
    const known = this.#surfaces.get(surface);
    if (known !== undefined) return known;
    const visible = this.#definitions.filter((definition) => definition.contexts.includes(surface));
    const groups = servedGroups(visible);
    const documents: SurfaceDocuments = {
      legacy: this.#legacy(groups),
      aggregated: { v2: aggregated(groups, 'v2'), v2beta1: aggregated(groups, 'v2beta1') },
    };
    this.#surfaces.set(surface, documents);
    return documents;
  }

  #legacy(groups: readonly ServedGroup[]): Map<string, StaticDocument> {
    const core = groups.find(({ group }) => group === '');
    const named = groups.filter(({ group }) => group !== '');
    const varies = { headers: { vary: 'Accept' } };
    const documents = new Map<string, StaticDocument>();
    documents.set(
      '/api',
      jsonDocument(
        {
          kind: 'APIVersions',
          versions: core?.versions.map(({ version }) => version) ?? [],
          serverAddressByClientCIDRs: [
            { clientCIDR: '0.0.0.0/0', serverAddress: this.#options.serverAddress },
          ],
        },
        varies,
      ),
    );
    documents.set(
      '/apis',
      jsonDocument({ kind: 'APIGroupList', apiVersion: 'v1', groups: named.map(apiGroup) }, varies),
    );
    for (const group of named) {
      documents.set(
        `/apis/${group.group}`,
        jsonDocument({ kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) }),
      );
    }
    for (const version of groups.flatMap(({ versions }) => versions)) {
      const root = version.group === '' ? '/api' : '/apis';
      documents.set(`${root}/${apiVersionOf(version)}`, jsonDocument(apiResourceList(version)));
    }
    const paths = [...documents.keys(), ...this.#options.otherPaths].sort();
    documents.set('/', jsonDocument({ paths }));
    documents.set('/index.html', jsonDocument({ paths }));
    return documents;
  }
}

function aggregated(groups: readonly ServedGroup[], version: AggregatedVersion): Map<string, StaticDocument> {
  const document = (shown: readonly ServedGroup[]): StaticDocument => {
    const list = {
      kind: 'APIGroupDiscoveryList',
      apiVersion: `apidiscovery.k8s.io/${version}`,
      metadata: {},
      items: shown.map(groupDiscovery),
    };
    // client-go reads from the Content-Type which form it was given.
    return {
      ...jsonDocument(list, { hash: true, headers: { vary: 'Accept', 'cache-control': 'public' } }),
      contentType: `${jsonType};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    };
  };
  return new Map([
    ['/api', document(groups.filter(({ group }) => group === ''))],
    ['/apis', document(groups.filter(({ group }) => group !== ''))],
  ]);
}

function negotiateForm(accept: string | undefined, isRoot: boolean): Form {
  if (accept === undefined || accept === '') return 'legacy';
  for (const range of parseAccept(accept)) {
    const form = formOf(range, isRoot);
    if (form !== undefined) return form;
  }
  throw notAcceptable([jsonType]);
}

function formOf(range: MediaRange, isRoot: boolean): Form | undefined {
  const isJson =
    range.type === '*' || (range.type === 'application' && ['*', 'json'].includes(range.subtype));
  if (!isJson) return undefined;
  const { parameters } = range;
  if (!parameters.has('as') && !parameters.has('g') && !parameters.has('v')) return 'legacy';
  const version = parameters.get('v');
  const isAggregated =
    parameters.get('as') === 'APIGroupDiscoveryList' && parameters.get('g') === 'apidiscovery.k8s.io';
  return isRoot && isAggregated && (version === 'v2' || version === 'v2beta1') ? version : undefined;
}
