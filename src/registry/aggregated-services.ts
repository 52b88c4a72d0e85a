/**
 * Which versions of which groups other servers serve, for each control plane: those that its own APIServices name, and
 * those of the platform's that it is given. Found when they are asked for, forgotten when they change; a control plane
 * without APIServices of its own shares one list with all others.
 */
import type { GroupResource } from '../apimachinery/gvk.ts';
import { limits } from '../apimachinery/limits.ts';
import type { ContextKind } from '../apimachinery/resource-definition.ts';
import { BoundedCache } from '../lib/bounded-cache.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import { parseRecord } from '../storage/record.ts';
import { allEntries } from '../storage/scans.ts';
import type { Change, Store, StoredEntry, TenantId } from '../storage/store.ts';
import type { ServiceReference } from './service-address.ts';

export interface AggregatedService {
  /** Of the APIService. */
  readonly name: string;
  /** The control plane that has it, and in which its Service is. */
  readonly home: TenantId;
  readonly group: string;
  readonly version: string;
  readonly service: ServiceReference;
  /** PEM; the system's roots when not given. */
  readonly ca: string | undefined;
  readonly isInsecure: boolean;
  readonly groupPriority: number;
  readonly versionPriority: number;
  /** Requests of projects reach it without the project in their path. */
  readonly hasPlainPaths: boolean;
  /** It was looked at and not found there: whoever asks is told at once. */
  readonly isMissing: boolean;
  /** Of the APIService: another one is another service. */
  readonly revision: number;
}

/** What a control plane has. */
interface Services {
  readonly list: readonly AggregatedService[];
  /** By group and version. */
  readonly byVersion: ReadonlyMap<string, AggregatedService>;
  /** Of its own, roughly; those that it is given are kept once for all. */
  readonly bytes: number;
}

export interface AggregatedServicesOptions {
  readonly store: Store;
  /** Where APIServices lie. */
  readonly storage: GroupResource;
  contextsOf(group: string, annotations: Readonly<Record<string, string>>): readonly ContextKind[];
}

/** On an APIService: `Plain` for servers that know no projects, and read ordinary paths alone. */
const pathsAnnotation = 'aggregation.miloapis.com/project-paths';
const none: readonly AggregatedService[] = [];
/** Of one service beside its certificates. */
const serviceBytes = 512;

export class AggregatedServices {
  readonly #options: AggregatedServicesOptions;
  readonly #tenants = new BoundedCache<Services>({
    entriesMax: limits.tenantCacheEntries,
    weightMax: limits.knownServicesBytes,
    weightOf: ({ bytes }) => bytes,
  });
  /** Of the platform, by the surface that is given them. */
  #given = new Map<ContextKind, Services>();
  readonly #unsubscribe: () => void;

  constructor(options: AggregatedServicesOptions) {
    this.#options = options;
    this.#unsubscribe = options.store.subscribe((changes) => this.#follow(changes));
  }

  close(): void {
    this.#unsubscribe();
  }

  /** For who tells how full it is. */
  get cache(): BoundedCache<unknown> {
    return this.#tenants;
  }

  /** The same list for as long as nothing changes. */
  of(tenant: string): readonly AggregatedService[] {
    return this.#of(tenant).list;
  }

  find(tenant: string, group: string, version: string): AggregatedService | undefined {
    const { list, byVersion } = this.#of(tenant);
    return list.length === 0 ? undefined : byVersion.get(versionKey({ group, version }));
  }

  /** What the platform gives a control plane, whether or not it is one of its own. */
  given(tenant: string): readonly AggregatedService[] {
    return tenant === tenantOfPlatform ? none : this.#from('Project').list;
  }

  forget(): void {
    this.#given = new Map();
    this.#tenants.clear();
  }

  #of(tenant: string): Services {
    let services = this.#tenants.get(tenant);
    if (services === undefined) {
      services = tenant === tenantOfPlatform ? this.#from('Platform') : this.#ofProject(tenant as TenantId);
      this.#tenants.set(tenant, services);
    }
    return services;
  }

  #ofProject(tenant: TenantId): Services {
    const given = this.#from('Project');
    const { group, resource } = this.#options.storage;
    if (this.#options.store.counter(tenant, group, resource).objects === 0) return given;
    const own = this.#read(tenant).map(({ service }) => service);
    const added = own.filter((service) => !given.byVersion.has(versionKey(service)));
    if (added.length === 0) return given;
    const bytes = added.reduce((sum, { ca }) => sum + serviceBytes + (ca?.length ?? 0), 0);
    return servicesOf([...given.list, ...added], bytes);
  }

  #from(surface: ContextKind): Services {
    let services = this.#given.get(surface);
    if (services === undefined) {
      const list = this.#read(tenantOfPlatform)
        .filter(({ contexts }) => contexts.includes(surface))
        .map(({ service }) => service);
      services = servicesOf(list, 0);
      this.#given.set(surface, services);
    }
    return services;
  }

  #read(home: TenantId): { service: AggregatedService; contexts: readonly ContextKind[] }[] {
    return [...allEntries(this.#options.store, { tenant: home, ...this.#options.storage })].flatMap(
      (entry) => {
        const read = serviceIn(entry);
        if (read === undefined) return [];
        return [
          { service: read.service, contexts: this.#options.contextsOf(read.service.group, read.annotations) },
        ];
      },
    );
  }

  #follow(changes: readonly Change[]): void {
    const { group, resource } = this.#options.storage;
    for (const { key } of changes) {
      if (key.group !== group || key.resource !== resource) continue;
      if (key.tenant === tenantOfPlatform) this.forget();
      else this.#tenants.delete(key.tenant);
    }
  }
}

const versionKey = ({ group, version }: Pick<AggregatedService, 'group' | 'version'>): string =>
  `${group}/${version}`;

function servicesOf(list: readonly AggregatedService[], bytes: number): Services {
  return { list, byVersion: new Map(list.map((each) => [versionKey(each), each])), bytes };
}

/** Undefined for a version that this server serves itself. */
export function serviceIn(
  entry: StoredEntry,
): { service: AggregatedService; annotations: Readonly<Record<string, string>> } | undefined {
  const { metadata, spec, status } = parseRecord(entry.record, entry.revision);
  if (spec?.service === undefined) return undefined;
  const { namespace = '', name = '', port = 443 } = spec.service;
  const annotations = metadata.annotations ?? {};
  const service: AggregatedService = {
    name: entry.key.name,
    home: entry.key.tenant,
    group: spec.group ?? '',
    version: spec.version ?? '',
    service: { namespace, name, port },
    ca: spec.caBundle === undefined ? undefined : Buffer.from(spec.caBundle, 'base64').toString(),
    isInsecure: spec.insecureSkipTLSVerify === true,
    groupPriority: spec.groupPriorityMinimum ?? 0,
    versionPriority: spec.versionPriority ?? 0,
    hasPlainPaths: annotations[pathsAnnotation] === 'Plain',
    isMissing: isMissing(status?.conditions),
    revision: entry.revision,
  };
  return { service, annotations };
}

function isMissing(conditions: unknown): boolean {
  if (!Array.isArray(conditions)) return false;
  return (conditions as readonly { readonly type?: string; readonly status?: string }[]).some(
    ({ type, status }) => type === 'Available' && status === 'False',
  );
}
