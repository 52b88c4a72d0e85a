/**
 * What every control plane shows from its start: the `sharedObjects` of all kinds, by kind and name. Nothing here
 * grows with control planes.
 */
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
  readonly #byResource = new Map<string, ResourceDefaults[]>();

  constructor(definitions: DefinitionTable) {
    for (const definition of definitions.all) {
      const { sharedObjects = [], storage } = definition;
      if (sharedObjects.length === 0) continue;
      const form = definitions.storageOf(definition);
      const defaults = sharedObjects.map((object) => new SharedDefault(form, object));
      const byName = new Map(defaults.map((each) => [each.name, each]));
      const names = [...byName.keys()].sort();
      const others = this.#byResource.get(storage.resource) ?? [];
      this.#byResource.set(storage.resource, [...others, { group: storage.group, names, byName }]);
    }
  }

  /** Of all control planes alike; undefined for the many kinds that have none. */
  of({
    group,
    resource,
  }: {
    readonly group: string;
    readonly resource: string;
  }): ResourceDefaults | undefined {
    return this.#byResource.get(resource)?.find((each) => each.group === group);
  }

  /** The record of a new object in place of a default that was deleted; undefined where the key has none. */
  renewed(key: ObjectKey, uid: string, nowMs: number): Buffer | undefined {
    return this.of(key)?.byName.get(key.name)?.made(uid, nowMs);
  }
}
