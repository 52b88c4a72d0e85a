/**
 * The local APIServices of custom resources, which upstream's crdregistration controller keeps: one for each version that
 * definitions serve in a control plane. They follow from the definitions, so they are shown beside the built-in ones and
 * stored nowhere, and nobody writes them. A watch of APIServices cannot tell of them: it ends when they may have changed,
 * as expired, and one from before that is expired at once, so its client lists anew.
 */
import type { GroupResource } from '../apimachinery/gvk.ts';
import { limits } from '../apimachinery/limits.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';
import { apiServiceDefinition } from '../apis/apiregistration/v1/apiservice/api-service-definition.ts';
import type { WatchStreams } from '../http/verbs/watch-streams.ts';
import type { Definitions } from '../registry/definitions.ts';
import type { DerivedObjects } from '../registry/shared-defaults.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import type { Revision, TenantId } from '../storage/store.ts';
import { localApiService } from './local-api-services.ts';

/** As upstream ranks them. */
const priorities = { groupPriorityMinimum: 1_000, versionPriority: 100 };
const { group, resource } = apiServiceDefinition.storage;

export function customApiServices(definitions: Definitions): DerivedObjects {
  /** By what a control plane serves, which those that define the same share. */
  const known = new WeakMap<readonly ResourceDefinition[], readonly KubeObject[]>();
  return {
    group,
    resource,
    of(tenant) {
      const { shown } = definitions.of(tenant);
      let objects = known.get(shown);
      if (objects === undefined) {
        objects = objectsOf(shown, definitions.builtIn.all);
        known.set(shown, objects);
      }
      return objects;
    },
  };
}

function objectsOf(
  shown: readonly ResourceDefinition[],
  builtIn: readonly ResourceDefinition[],
): readonly KubeObject[] {
  const own = new Set(builtIn);
  const versions = new Map<string, KubeObject>();
  for (const definition of shown) {
    if (own.has(definition)) continue;
    for (const { version } of definition.versions) {
      const made = localApiService(definition.group, version, 'true', priorities);
      versions.set(made.metadata.name ?? '', made);
    }
  }
  return [...versions.values()];
}

/** Since when what control planes show is as it is now, as far as it follows from definitions. */
export class DefinitionChanges {
  readonly #streams: WatchStreams;
  /** Of all control planes: what was before the start is not known. */
  #ofAll: Revision;
  readonly #planes = new Map<string, Revision>();

  constructor(streams: WatchStreams, start: Revision) {
    this.#streams = streams;
    this.#ofAll = start;
  }

  /** Definitions of a control plane have changed. */
  note(tenant: TenantId, revision: Revision): void {
    const isOfAll = tenant === tenantOfPlatform;
    if (isOfAll || this.#planes.size >= limits.tenantCacheEntries) {
      // Whoever lists once more than it must loses little.
      this.#ofAll = revision;
      this.#planes.clear();
    }
    if (!isOfAll) this.#planes.set(tenant, revision);
    this.#streams.expireResource({ group, resource }, isOfAll ? undefined : tenant);
  }

  /** Watches from before it would miss something. */
  since(tenant: string, watched: GroupResource): Revision {
    if (watched.group !== group || watched.resource !== resource) return 0;
    return Math.max(this.#ofAll, this.#planes.get(tenant) ?? 0);
  }
}
