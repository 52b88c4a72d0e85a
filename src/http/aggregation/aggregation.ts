/** The place in the pipeline where a request turns out to be for another server. */
import type { AggregatedService, AggregatedServices } from '../../registry/aggregated-services.ts';
import type { ServiceClient } from '../../registry/service-client.ts';
import type { RequestInfo } from '../../request/context.ts';
import { isStream, type ProxiedRequest, proxyToService } from './proxy.ts';

export class Aggregation {
  readonly #services: AggregatedServices;
  readonly #client: ServiceClient;
  readonly #projectGroup: string;
  readonly #open = new Set<{
    readonly tenant: string;
    readonly isStream: boolean;
    readonly ending: AbortController;
  }>();

  constructor(services: AggregatedServices, client: ServiceClient, projectGroup: string) {
    this.#services = services;
    this.#client = client;
    this.#projectGroup = projectGroup;
  }

  /** Who answers a request, if that is another server. */
  serviceFor(tenant: string, { path, resource }: RequestInfo): AggregatedService | undefined {
    // Most control planes have none, and most paths are none of theirs.
    if (this.#services.of(tenant).length === 0 || isDevious(path)) return undefined;
    if (resource !== undefined) return this.#services.find(tenant, resource.group, resource.version);
    // What is no resource's has been authorized as a path: of the service, only its own documents may be had that way.
    const [, group, version] = /^(?:\/openapi\/v3)?\/apis\/([^/]+)\/([^/]+)\/?$/.exec(path) ?? [];
    if (group === undefined || version === undefined) return undefined;
    return this.#services.find(tenant, group, version);
  }

  async proxy(service: AggregatedService, request: ProxiedRequest): Promise<void> {
    const ending = new AbortController();
    const open = { tenant: request.tenant.id, isStream: isStream(request), ending };
    this.#open.add(open);
    try {
      await proxyToService(this.#client, service, request, this.#projectGroup, ending.signal);
    } finally {
      this.#open.delete(open);
    }
  }

  /** Ends what lasts as long as its client wants; what has its time goes on. */
  finishStreams(): void {
    for (const { isStream: isEndless, ending } of this.#open) if (isEndless) ending.abort();
  }

  /** Ends everything of a control plane. */
  finishTenant(tenant: string): void {
    for (const open of this.#open) if (open.tenant === tenant) open.ending.abort();
  }
}

/** A segment that the service would read as another path than the one that was authorized. */
function isDevious(path: string): boolean {
  return path.split('/').some((segment) => {
    let text: string;
    try {
      text = decodeURIComponent(segment);
    } catch {
      return true;
    }
    return text === '.' || text === '..' || /[/\\]/.test(text);
  });
}
