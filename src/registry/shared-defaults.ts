/**
 * What every control plane shows from its start: the `sharedObjects` of all kinds, by kind and name, and the
 * `platformObjects` on the platform. Nothing here grows with control planes. Beside them objects of one kind that follow from
 * what a control plane serves: shown like the others, and never anybody's to write.
 */
import type { GroupResource } from '../apimachinery/gvk.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { must } from '../lib/assert.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import type { ObjectKey, TenantId } from '../storage/store.ts';
import type { DefinitionTable, StorageForm } from './definition-table.ts';
import { SharedDefault } from './shared-default.ts';

export interface ResourceDefaults {
  readonly group: string;
  /** In the order of keys. */
  readonly names: readonly string[];
  readonly byName: ReadonlyMap<string, SharedDefault>;
}

export interface DerivedObjects extends GroupResource {
  /** The same list for as long as nothing changes; control planes that show the same share one. */
  of(tenant: TenantId): readonly KubeObject[];
}

export class SharedDefaults {
  /** Of projects, and of the platform. */
  readonly #projects = new Map<string, ResourceDefaults[]>();
  readonly #platform = new Map<string, ResourceDefaults[]>();
  readonly #derived: DerivedObjects | undefined;
  readonly #formOfDerived: StorageForm | undefined;
  /** By the list that they are of. */
  readonly #withDerived = new WeakMap<readonly KubeObject[], ResourceDefaults>();

  constructor(definitions: DefinitionTable, derived?: DerivedObjects) {
    this.#derived = derived;
    this.#formOfDerived = derived && definitions.stored(derived);
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

  /** Of all projects alike, but for what is derived; undefined for the many kinds that have none. */
  of(key: Pick<ObjectKey, 'tenant' | 'group' | 'resource'>): ResourceDefaults | undefined {
    const shared = this.#shared(key);
    const derived = this.#derived;
    if (derived === undefined || derived.resource !== key.resource || derived.group !== key.group)
      return shared;
    const objects = derived.of(key.tenant);
    return objects.length === 0 ? shared : this.#with(shared, key.group, objects);
  }

  #shared({
    tenant,
    group,
    resource,
  }: Pick<ObjectKey, 'tenant' | 'group' | 'resource'>): ResourceDefaults | undefined {
    const defaults = tenant === tenantOfPlatform ? this.#platform : this.#projects;
    return defaults.get(resource)?.find((each) => each.group === group);
  }

  #with(
    shared: ResourceDefaults | undefined,
    group: string,
    objects: readonly KubeObject[],
  ): ResourceDefaults {
    let all = this.#withDerived.get(objects);
    if (all === undefined) {
      const form = must(this.#formOfDerived, 'how derived objects are stored');
      const derived = objects.map((object) => new SharedDefault(form, object));
      // A built-in one of that name is the older.
      const byName = new Map([
        ...derived.map((each) => [each.name, each] as const),
        ...(shared?.byName ?? []),
      ]);
      all = { group, names: [...byName.keys()].sort(), byName };
      this.#withDerived.set(objects, all);
    }
    return all;
  }

  /**
   * The record of a new object in place of a default that was deleted; undefined where the key has none. Nothing takes the
   * place of what hid a derived one: that shows again.
   */
  renewed(key: ObjectKey, uid: string, nowMs: number): Buffer | undefined {
    return this.#shared(key)?.byName.get(key.name)?.made(uid, nowMs);
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
