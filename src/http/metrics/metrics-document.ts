/** `/metrics` on the platform. Who may read it is authorization's business, as for any path. */
import { exposition, expositionType } from '../../metrics/exposition.ts';
import type { Registry } from '../../metrics/registry.ts';
import type { Tenant } from '../../request/context.ts';
import { type StaticDocument, staticDocument } from '../static-document.ts';

export class MetricsDocument {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Undefined where it is not served: what is counted is the whole server's. */
  async of({ surface }: Tenant): Promise<StaticDocument | undefined> {
    if (surface.kind !== 'Platform') return undefined;
    return staticDocument(await exposition(this.#registry), expositionType);
  }
}
