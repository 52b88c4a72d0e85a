/**
 * What every control plane shows from its start: the `sharedObjects` of all kinds, by kind and name, and the
 * `platformObjects` on the platform. Nothing here grows with control planes.
 */
import type { GroupResource } from '../apimachinery/gvk.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import type { ObjectKey } from '../storage/store.ts';
import type { DefinitionTable } from './definition-table.ts';
import { SharedDefault } from './shared-default.ts';

export interface ResourceDefaults {
  readonly group: string;
  /** In the order of keys. */
  readonly names: readonly string[];
  readonly byName: ReadonlyMap<string, SharedDefault>;
}

export class SharedDefaults {
  /** Of projects, and of the platform. */
  readonly #projects = new Map<string, ResourceDefaults[]>();
  readonly #platform = new Map<string, ResourceDefaults[]>();

  constructor(definitions: DefinitionTable) {
    for (const definition of definitions.all) {
      const { sharedObjects = [], platformObjects = [], storage } = definition;
      if (sharedObjects.length + platformObjects.length === 0) continue;
      const form = definitions.storageOf(definition);
      const shared = sharedObjects.map((object) => new SharedDefault(form, object));
      const platform = platformObjects.map((object) => new SharedDefault(form, object));
      addDefaults(this.#projects, storage, shared);
      addDefaults(this.#platform, storage, [...shared, ...platform]);
    }
  }

  /** Of all projects alike; undefined for the many kinds that have none. */
  of({
    tenant,
    group,
    resource,
  }: Pick<ObjectKey, 'tenant' | 'group' | 'resource'>): ResourceDefaults | undefined {
    const defaults = tenant === tenantOfPlatform ? this.#platform : this.#projects;
    return defaults.get(resource)?.find((each) => each.group === group);
  }

  /** The record of a new object in place of a default that was deleted; undefined where the key has none. */
  renewed(key: ObjectKey, uid: string, nowMs: number): Buffer | undefined {
    return this.of(key)?.byName.get(key.name)?.made(uid, nowMs);
  }
}

function addDefaults(
  to: Map<string, ResourceDefaults[]>,
  { group, resource }: GroupResource,
  defaults: readonly SharedDefault[],
): void {
  const byName = new Map(defaults.map((each) => [each.name, each]));
  to.set(resource, [...(to.get(resource) ?? []), { group, names: [...byName.keys()].sort(), byName }]);
}
