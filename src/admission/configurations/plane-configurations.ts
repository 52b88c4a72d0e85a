/**
 * What each control plane has configured of dynamic admission, as objects. Control planes that were asked about most
 * recently are remembered, bounded in number and bytes, and forgotten the moment one of their configurations changes; of
 * one without any no more than that is remembered. Knows nothing of what the objects mean.
 */
import { limits } from '../../apimachinery/limits.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { admissionGroup } from '../../apis/admissionregistration/v1/admission-schemas.ts';
import { BoundedCache } from '../../lib/bounded-cache.ts';
import { parseRecord } from '../../storage/record.ts';
import type { Change, Store, StoredEntry, TenantId } from '../../storage/store.ts';

export const configurationResources = [
  'mutatingwebhookconfigurations',
  'validatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
] as const;
export type ConfigurationResource = (typeof configurationResources)[number];

/** By resource, each list in the order of the names. Never changed: what follows from it may be remembered by it. */
export type PlaneConfigurations = Readonly<Record<ConfigurationResource, readonly KubeObject[]>> & {
  readonly bytes: number;
};

const nothing: PlaneConfigurations = {
  mutatingwebhookconfigurations: [],
  validatingwebhookconfigurations: [],
  validatingadmissionpolicies: [],
  validatingadmissionpolicybindings: [],
  mutatingadmissionpolicies: [],
  mutatingadmissionpolicybindings: [],
  bytes: 0,
};

export class Configurations {
  readonly #store: Store;
  readonly #unsubscribe: () => void;
  readonly #planes = new BoundedCache<PlaneConfigurations>({
    entriesMax: limits.admissionPlanes,
    weightMax: limits.admissionPlanesBytes,
    weightOf: ({ bytes }) => bytes,
  });
  /** By key and revision: where one of many changes, the others are not read again. */
  readonly #objects = new BoundedCache<{ readonly object: KubeObject; readonly bytes: number }>({
    entriesMax: limits.admissionConfigurations,
    weightMax: limits.admissionPlanesBytes,
    weightOf: ({ bytes }) => bytes,
  });

  constructor(store: Store) {
    this.#store = store;
    this.#unsubscribe = store.subscribe((changes) => this.#forget(changes));
  }

  of(tenant: string): PlaneConfigurations {
    const known = this.#planes.get(tenant);
    if (known !== undefined) return known;
    const read = this.#read(tenant as TenantId);
    this.#planes.set(tenant, read);
    return read;
  }

  /** For who tells how full they are. */
  get caches(): Readonly<Record<'admission-planes' | 'admission-configurations', BoundedCache<unknown>>> {
    return { 'admission-planes': this.#planes, 'admission-configurations': this.#objects };
  }

  close(): void {
    this.#unsubscribe();
  }

  #read(tenant: TenantId): PlaneConfigurations {
    const found: { [R in ConfigurationResource]?: readonly KubeObject[] } = {};
    let bytes = 0;
    for (const resource of configurationResources) {
      const counter = this.#store.counter(tenant, admissionGroup, resource);
      if (counter.objects === 0) continue;
      bytes += counter.bytes;
      found[resource] = [...this.#entries(tenant, resource)].map((entry) => this.#parsed(entry));
    }
    return bytes === 0 ? nothing : { ...nothing, ...found, bytes };
  }

  *#entries(tenant: TenantId, resource: string): Iterable<StoredEntry> {
    let after: { namespace: string; name: string } | undefined;
    do {
      const page = this.#store.range({
        tenant,
        group: admissionGroup,
        resource,
        maxEntries: limits.rangeStepRows,
        maxBytes: limits.listStepBytes,
        ...(after === undefined ? {} : { after }),
      });
      yield* page.entries;
      after = page.next;
    } while (after !== undefined);
  }

  #parsed({ key, revision, record }: StoredEntry): KubeObject {
    const name = `${key.tenant}/${key.resource}/${key.name}/${revision}`;
    const known = this.#objects.get(name);
    if (known !== undefined) return known.object;
    const object = parseRecord(record, revision);
    this.#objects.set(name, { object, bytes: record.length });
    return object;
  }

  #forget(changes: readonly Change[]): void {
    for (const { key } of changes) if (key.group === admissionGroup) this.#planes.delete(key.tenant);
  }
}
