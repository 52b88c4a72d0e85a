/** The place in the pipeline where a request turns out to be for another server. */
import type { AggregatedService, AggregatedServices } from '../../registry/aggregated-services.ts';
import type { DefinitionTable } from '../../registry/definition-table.ts';
import type { ServiceClient } from '../../registry/service-client.ts';
import type { RequestInfo, Tenant } from '../../request/context.ts';
import { isStream, type ProxiedRequest, proxyToService } from './proxy.ts';

export class Aggregation {
  readonly #builtIn: DefinitionTable;
  readonly #services: AggregatedServices;
  readonly #client: ServiceClient;
  readonly #projectGroup: string;
  readonly #open = new Set<{
    readonly tenant: string;
    readonly isStream: boolean;
    readonly ending: AbortController;
  }>();

  constructor(
    builtIn: DefinitionTable,
    services: AggregatedServices,
    client: ServiceClient,
    projectGroup: string,
  ) {
    this.#builtIn = builtIn;
    this.#services = services;
    this.#client = client;
    this.#projectGroup = projectGroup;
  }

  /** Who answers a request, if that is another server. */
  serviceFor({ id, surface }: Tenant, { path, resource }: RequestInfo): AggregatedService | undefined {
    // Nobody may claim what is built in (admission/api-services), so that the store need not be asked who does.
    if (
      resource !== undefined &&
      this.#builtIn.find(surface.kind, resource.group, resource.version, resource.resource) !== undefined
    )
      return undefined;
    // Most control planes have none, and most paths are none of theirs.
    if (this.#services.of(id).length === 0 || isDevious(path)) return undefined;
    if (resource !== undefined) return this.#services.find(id, resource.group, resource.version);
    // What is no resource's has been authorized as a path: of the service, only its own documents may be had that way.
    const [, group, version] = /^(?:\/openapi\/v3)?\/apis\/([^/]+)\/([^/]+)\/?$/.exec(path) ?? [];
    if (group === undefined || version === undefined) return undefined;
    return this.#services.find(id, group, version);
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
