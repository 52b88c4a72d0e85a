/**
 * `/metrics` and `/metrics/slis`: the platform's say all of the server, a project's `/metrics` what is its own. Who may
 * read them is authorization's business, as for any path.
 */
import { exposition, expositionType } from '../../metrics/exposition.ts';
import type { Registry } from '../../metrics/registry.ts';
import type { Tenant } from '../../request/context.ts';
import { type StaticDocument, staticDocument } from '../static-document.ts';

export interface MetricsSources {
  /** Of the whole server. */
  readonly server: Registry;
  /** Of its health checks. */
  readonly slis: Registry;
  /** Of one project. */
  ofProject(tenant: Tenant): Registry;
}

export class MetricsDocument {
  readonly #sources: MetricsSources;

  constructor(sources: MetricsSources) {
    this.#sources = sources;
  }

  /** Undefined where nothing is served. */
  async respond(path: string, tenant: Tenant): Promise<StaticDocument | undefined> {
    const registry = this.#find(path, tenant);
    return registry && staticDocument(await exposition(registry), expositionType);
  }

  #find(path: string, tenant: Tenant): Registry | undefined {
    const { server, slis } = this.#sources;
    const { kind } = tenant.surface;
    if (path === '/metrics') {
      return kind === 'Platform' ? server : kind === 'Project' ? this.#sources.ofProject(tenant) : undefined;
    }
    return path === '/metrics/slis' && kind === 'Platform' ? slis : undefined;
  }
}
