/**
 * `/metrics` and `/metrics/slis`: the platform's say all of the server, a project's `/metrics` what is its own. Who may
 * read them is authorization's business, as for any path.
 */
import { exposition, expositionType } from '../../metrics/exposition.ts';
import type { Registry } from '../../metrics/registry.ts';
import type { Tenant } from '../../request/context.ts';
import { type StaticDocument, staticDocument } from '../static-document.ts';

/** What is told of: the whole server, its health checks, or one project. */
export type MetricsScope =
  | { readonly of: 'server' }
  | { readonly of: 'slis' }
  | { readonly of: 'project'; readonly tenant: string };

export interface MetricsSources {
  /** What this process knows. */
  registryOf(scope: MetricsScope): Registry;
  /** What all processes of a server know together, as text; undefined where there is one. */
  readonly together: ((scope: MetricsScope) => Promise<Buffer>) | undefined;
}

export class MetricsDocument {
  readonly #sources: MetricsSources;

  constructor(sources: MetricsSources) {
    this.#sources = sources;
  }

  /** Undefined where nothing is served. */
  async respond(path: string, tenant: Tenant): Promise<StaticDocument | undefined> {
    const scope = scopeOf(path, tenant);
    if (scope === undefined) return undefined;
    const { together } = this.#sources;
    const text = together === undefined ? exposition(this.#sources.registryOf(scope)) : together(scope);
    return staticDocument(await text, expositionType);
  }
}

function scopeOf(path: string, tenant: Tenant): MetricsScope | undefined {
  const { kind } = tenant.surface;
  if (path === '/metrics' && kind === 'Platform') return { of: 'server' };
  if (path === '/metrics' && kind === 'Project') return { of: 'project', tenant: tenant.id };
  return path === '/metrics/slis' && kind === 'Platform' ? { of: 'slis' } : undefined;
}
