/**
 * From the surface in the path to the tenant in the store. Knows a project by its stored record alone; keeps
 * the most recently used answers, bounded, and forgets one the moment its project changes. A project that
 * does not exist is not remembered at all.
 */

import type { GroupResource } from '../../apimachinery/gvk.ts';
import { limits } from '../../apimachinery/limits.ts';
import { BoundedCache } from '../../lib/bounded-cache.ts';
import type { Surface, Tenant } from '../../request/context.ts';
import { tenantOfPlatform, tenantOfProject } from '../../storage/keys.ts';
import { fieldsOf, uidOf } from '../../storage/record.ts';
import type { Change, ObjectKey, Store } from '../../storage/store.ts';

export interface ProjectStorage extends GroupResource {
  /** The selectable field that holds the revision its control plane began behind. */
  readonly startRevisionField: string;
}

export class TenantResolver {
  readonly #store: Store;
  readonly #project: ProjectStorage;
  readonly #known = new BoundedCache<Tenant>({ entriesMax: limits.tenantCacheEntries });
  readonly #platform: Tenant = {
    id: tenantOfPlatform,
    surface: { kind: 'Platform', name: '' },
    startRevision: 0,
  };
  readonly #unsubscribe: () => void;

  constructor(store: Store, project: ProjectStorage) {
    this.#store = store;
    this.#project = project;
    this.#unsubscribe = store.subscribe((changes) => this.#forget(changes));
  }

  /** Undefined when nothing of that name exists. */
  resolve(surface: Surface): Tenant | undefined {
    if (surface.kind === 'Platform') return this.#platform;
    if (surface.kind !== 'Project') return undefined;
    return this.#known.get(surface.name) ?? this.#read(surface);
  }

  /** Projects whose answers are kept. */
  get size(): number {
    return this.#known.size;
  }

  close(): void {
    this.#unsubscribe();
  }

  #read(surface: Surface): Tenant | undefined {
    const key: ObjectKey = {
      tenant: tenantOfPlatform,
      group: this.#project.group,
      resource: this.#project.resource,
      namespace: '',
      name: surface.name,
    };
    const stored = this.#store.get(key);
    if (stored === undefined) return undefined;
    const tenant: Tenant = {
      id: tenantOfProject(surface.name, uidOf(stored.record)),
      surface,
      startRevision: Number(fieldsOf(stored.record)[this.#project.startRevisionField] ?? 0),
    };
    this.#known.set(surface.name, tenant);
    return tenant;
  }

  #forget(changes: readonly Change[]): void {
    for (const { key } of changes) {
      const isProject =
        key.tenant === tenantOfPlatform &&
        key.group === this.#project.group &&
        key.resource === this.#project.resource;
      if (isProject) this.#known.delete(key.name);
    }
  }
}
