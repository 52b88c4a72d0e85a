/**
 * What the servers behind APIServices say that they serve: read when a service is looked at, kept while it is there and
 * beyond, since what was served yesterday is told as stale rather than as gone. Bounded, and only for services that are
 * registered.
 */
import type { IncomingMessage } from 'node:http';
import { parseJson } from '../../apimachinery/codec/json.ts';
import { JsonSyntaxError } from '../../apimachinery/codec/json-parser.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonObject, JsonValue } from '../../apimachinery/object-meta.ts';
import { BoundedCache } from '../../lib/bounded-cache.ts';
import type { AggregatedService, AggregatedServices } from '../../registry/aggregated-services.ts';
import { serviceProblem } from '../../registry/service-address.ts';
import type { ServiceClient } from '../../registry/service-client.ts';
import type { UserInfo } from '../../request/context.ts';
import type { ObjectKey, Store } from '../../storage/store.ts';

/** One entry of an APIResourceList, as the service wrote it. */
export interface RemoteResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface RemoteVersion {
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
  readonly resources: readonly RemoteResource[];
  /** The service was there when it was looked at last. */
  readonly isCurrent: boolean;
}

export interface Availability {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** Whom services answer when the server itself asks. */
const aggregator: UserInfo = {
  name: 'system:kube-aggregator',
  uid: '',
  groups: ['system:masters'],
  extra: {},
};

interface Known {
  readonly resources: readonly RemoteResource[];
  readonly isCurrent: boolean;
  readonly bytes: number;
}

export class RemoteVersions {
  readonly #store: Store;
  readonly #services: AggregatedServices;
  readonly #client: ServiceClient;
  readonly #known = new BoundedCache<Known>({
    entriesMax: limits.customLayers,
    weightMax: limits.documentBytes,
    weightOf: ({ bytes }) => bytes,
  });
  #lists = new WeakMap<readonly AggregatedService[], readonly RemoteVersion[]>();

  constructor(store: Store, services: AggregatedServices, client: ServiceClient) {
    this.#store = store;
    this.#services = services;
    this.#client = client;
  }

  /** The same list for as long as nothing changes. */
  of(tenant: string): readonly RemoteVersion[] {
    const services = this.#services.of(tenant);
    let list = this.#lists.get(services);
    if (list === undefined) {
      list = services.map((service) => {
        const { group, version, groupPriority, versionPriority } = service;
        const { resources = [], isCurrent = false } = this.#known.get(keyOf(service)) ?? {};
        return { group, version, groupPriority, versionPriority, resources, isCurrent };
      });
      this.#lists.set(services, list);
    }
    return list;
  }

  /** Looks at a service, and remembers what it says. */
  async check(service: AggregatedService, signal: AbortSignal): Promise<Availability> {
    const key = keyOf(service);
    const before = this.#known.get(key);
    try {
      const { resources, bytes } = await this.#ask(service, signal);
      const isSame =
        before?.isCurrent === true && JSON.stringify(before.resources) === JSON.stringify(resources);
      if (!isSame) this.#remember(key, { resources, isCurrent: true, bytes });
      return { status: 'True', reason: 'Passed', message: 'all checks passed' };
    } catch (error) {
      if (before?.isCurrent !== false) {
        this.#remember(key, {
          resources: before?.resources ?? [],
          isCurrent: false,
          bytes: before?.bytes ?? 0,
        });
      }
      const problem = serviceProblem(this.#store, service.home, service.service);
      return problem === undefined ? undiscovered(service, error) : { status: 'False', ...problem };
    }
  }

  forget({ tenant, name }: Pick<ObjectKey, 'tenant' | 'name'>): void {
    this.#known.delete(`${tenant}\0${name}`);
    this.#lists = new WeakMap();
  }

  #remember(key: string, known: Known): void {
    this.#known.set(key, known);
    // Lists are few, and made of what is known.
    this.#lists = new WeakMap();
  }

  async #ask(
    service: AggregatedService,
    signal: AbortSignal,
  ): Promise<{ resources: readonly RemoteResource[]; bytes: number }> {
    const answer = await this.#client.send(service, {
      method: 'GET',
      path: `/apis/${service.group}/${service.version}`,
      headers: { accept: 'application/json', 'user-agent': 'milo-aggregation' },
      user: aggregator,
      signal: AbortSignal.any([signal, AbortSignal.timeout(limits.serviceProbeTimeoutMs)]),
    });
    if (answer === undefined) throw new Error('the connection was upgraded');
    const { statusCode = 0 } = answer;
    const text = await collected(answer);
    if (statusCode < 200 || statusCode > 299) throw new Error(`bad status from the service: ${statusCode}`);
    return { resources: resourcesIn(parsed(text)), bytes: text.length };
  }
}

const keyOf = ({ home, name }: AggregatedService): string => `${home}\0${name}`;

async function collected(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limits.serviceDocumentBytes) {
      answer.destroy();
      throw new Error(`the answer is longer than ${limits.serviceDocumentBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new Error(`the answer is no JSON: ${error.message}`);
    throw error;
  }
}

/** What lacks a name or a kind is no resource, and the list that has it is not believed. */
function resourcesIn(document: JsonValue): readonly RemoteResource[] {
  const { kind, resources } = (document ?? {}) as JsonObject;
  if (kind !== 'APIResourceList' || !Array.isArray(resources))
    throw new Error('the answer is no APIResourceList');
  return resources.map((each) => {
    const { name, singularName, namespaced, kind: own, verbs, ...rest } = (each ?? {}) as JsonObject;
    const isResource = typeof name === 'string' && typeof own === 'string' && areTexts(verbs);
    if (!isResource || !areTexts(rest.shortNames ?? []) || !areTexts(rest.categories ?? [])) {
      throw new Error('the answer has entries that are no resources');
    }
    return {
      ...(rest as object),
      name,
      singularName: typeof singularName === 'string' ? singularName : '',
      namespaced: namespaced === true,
      kind: own,
      verbs: verbs as readonly string[],
    };
  });
}
const areTexts = (value: JsonValue | undefined): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/** In upstream's reason and words (kube-aggregator pkg/controllers/status). */
function undiscovered({ group, version, service }: AggregatedService, error: unknown): Availability {
  const { namespace, name, port } = service;
  const url = `https://${name}.${namespace}.svc:${port}/apis/${group}/${version}`;
  const isLate = error instanceof DOMException && error.name === 'TimeoutError';
  const text = isLate ? 'context deadline exceeded' : (error as Error).message;
  const message = `failing or missing response from ${url}: ${text}`;
  return { status: 'False', reason: 'FailedDiscoveryCheck', message };
}
