/**
 * What the servers behind APIServices say that they serve: read when a service is looked at, kept while it is there and
 * beyond, since what was served yesterday is told as stale rather than as gone. Bounded, and only for services that are
 * registered.
 */
import { limits } from '../../apimachinery/limits.ts';
import { BoundedCache } from '../../lib/bounded-cache.ts';
import type { AggregatedService, AggregatedServices } from '../../registry/aggregated-services.ts';
import { serviceProblem } from '../../registry/service-address.ts';
import type { ServiceClient } from '../../registry/service-client.ts';
import type { ObjectKey, Store } from '../../storage/store.ts';
import {
  aggregatedTypes,
  isAggregated,
  type RemoteResource,
  resourcesInGroups,
  resourcesInList,
} from './remote-discovery.ts';
import { jsonIn, remoteDocument } from './remote-document.ts';

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

interface Found {
  readonly resources: readonly RemoteResource[];
  readonly bytes: number;
}
const acceptedGroups = [...aggregatedTypes, 'application/json'].join();

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

  /** In the newer form first, which has everything in one document; upstream's aggregator asks in this order too. */
  async #ask(service: AggregatedService, ending: AbortSignal): Promise<Found> {
    const { group, version } = service;
    const signal = AbortSignal.any([ending, AbortSignal.timeout(limits.serviceProbeTimeoutMs)]);
    const inGroups = await this.#askForGroups(service, signal);
    if (inGroups !== undefined) return inGroups;
    const path = `/apis/${group}/${version}`;
    const answer = await remoteDocument(this.#client, service, path, { accept: 'application/json' }, signal);
    const { status, text } = answer;
    if (status < 200 || status > 299) throw new Error(`bad status from the service: ${status}`);
    return { resources: resourcesInList(jsonIn(answer)), bytes: text.length };
  }

  /** Undefined where nothing is learnt that way: whether the service is there is judged by the older form then. */
  async #askForGroups(service: AggregatedService, ending: AbortSignal): Promise<Found | undefined> {
    const signal = AbortSignal.any([ending, AbortSignal.timeout(limits.serviceProbeTimeoutMs / 2)]);
    try {
      const answer = await remoteDocument(this.#client, service, '/apis', { accept: acceptedGroups }, signal);
      if (answer.status !== 200 || !isAggregated(answer.headers['content-type'] ?? '')) return undefined;
      const resources = resourcesInGroups(jsonIn(answer), service.group, service.version);
      return resources === undefined ? undefined : { resources, bytes: answer.text.length };
    } catch (error) {
      if (ending.aborted) throw error;
      return undefined;
    }
  }
}

const keyOf = ({ home, name }: AggregatedService): string => `${home}\0${name}`;

/** In upstream's reason and words (kube-aggregator pkg/controllers/status). */
function undiscovered({ group, version, service }: AggregatedService, error: unknown): Availability {
  const { namespace, name, port } = service;
  const url = `https://${name}.${namespace}.svc:${port}/apis/${group}/${version}`;
  const isLate = error instanceof DOMException && error.name === 'TimeoutError';
  const text = isLate ? 'context deadline exceeded' : (error as Error).message;
  const message = `failing or missing response from ${url}: ${text}`;
  return { status: 'False', reason: 'FailedDiscoveryCheck', message };
}
