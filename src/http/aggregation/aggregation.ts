/** The place in the pipeline where a request turns out to be for another server. */
import type { AggregatedService, AggregatedServices } from '../../registry/aggregated-services.ts';
import type { ServiceClient } from '../../registry/service-client.ts';
import { type ProxiedRequest, proxyToService } from './proxy.ts';

export class Aggregation {
  readonly #services: AggregatedServices;
  readonly #client: ServiceClient;
  readonly #projectGroup: string;

  constructor(services: AggregatedServices, client: ServiceClient, projectGroup: string) {
    this.#services = services;
    this.#client = client;
    this.#projectGroup = projectGroup;
  }

  /** Who answers below a path of a control plane, if that is another server. */
  serviceFor(tenant: string, path: string): AggregatedService | undefined {
    // Most control planes have none, and most paths are none of theirs.
    if (this.#services.of(tenant).length === 0) return undefined;
    const [, group, version] = /^(?:\/openapi\/v3)?\/apis\/([^/]+)\/([^/]+)(?:\/|$)/.exec(path) ?? [];
    if (group === undefined || version === undefined) return undefined;
    return this.#services.find(tenant, group, version);
  }

  async proxy(service: AggregatedService, request: ProxiedRequest): Promise<void> {
    await proxyToService(this.#client, service, request, this.#projectGroup);
  }
}
