/**
 * The custom resources of every control plane, found in the store when they are asked for and forgotten when their
 * definitions change. A project without definitions of its own shares one list with all others; those that define the
 * same share another. Everything kept is bounded, and nothing of it belongs to one project but the way to it.
 */
import type { GroupResource } from '../apimachinery/gvk.ts';
import { apiVersionOf } from '../apimachinery/gvk.ts';
import { limits } from '../apimachinery/limits.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type {
  ContextKind,
  ResourceDefinition,
  VersionDefinition,
} from '../apimachinery/resource-definition.ts';
import type { CustomKind, CustomSight } from '../apimachinery/structural/custom-kind.ts';
import { must } from '../lib/assert.ts';
import { BoundedCache } from '../lib/bounded-cache.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import { fieldsOf, parseRecord } from '../storage/record.ts';
import { allEntries } from '../storage/scans.ts';
import type { Change, Store, StoredEntry, TenantId } from '../storage/store.ts';
import type { DefinitionTable, ServedDefinitions, ServedResource, StorageForm } from './definition-table.ts';
import type { Definitions } from './definitions.ts';

/** A definition as it lies in the store: its bytes are kept for as long as what it serves is, and read when needed. */
export interface DefinitionSource {
  /** Equal where what is served is. */
  readonly name: string;
  read(): KubeObject;
}

export interface CustomDefinitionsOptions {
  readonly store: Store;
  readonly builtIn: DefinitionTable;
  /** Where CustomResourceDefinitions lie. */
  readonly storage: GroupResource;
  /** Header field of theirs that names what they serve (structural/custom-kind.ts). */
  readonly servedFormField: string;
  /** Which surfaces admit a kind that the platform defines. Reads the record's header. */
  contextsOf(entry: StoredEntry): readonly ContextKind[];
  compile(source: DefinitionSource, sight: CustomSight): CustomKind;
}

/** A kind as it is served, with how its objects are stored. */
interface ServedKind {
  readonly kind: CustomKind;
  readonly form: StorageForm;
  /** By version. */
  readonly served: ReadonlyMap<string, ServedResource>;
  /** Bytes of the definition. */
  readonly bytes: number;
}

/** What a control plane serves, for as long as what it defines stays the same. */
interface Layer {
  readonly served: ServedDefinitions;
  readonly kinds: number;
}
const definesNothing = '';
const inProjects: CustomSight = { definedBy: 'Project', contexts: ['Project'] };

export class CustomDefinitions implements Definitions {
  readonly builtIn: DefinitionTable;
  readonly #options: CustomDefinitionsOptions;
  /** By what they serve, whose they are, and where. */
  readonly #kinds = new BoundedCache<ServedKind>({
    entriesMax: limits.customKinds,
    weightMax: limits.customKindBytes,
    weightOf: ({ bytes }) => bytes,
  });
  /** The way of control planes to their lists. */
  readonly #tenants = new BoundedCache<string>({ entriesMax: limits.tenantCacheEntries });
  /** By what a control plane defines. Goes when the platform's definitions change. */
  readonly #layers = new BoundedCache<Layer>({
    entriesMax: limits.customLayers,
    weightMax: limits.customLayerKinds,
    weightOf: ({ kinds }) => kinds,
  });
  #platform = new Map<ContextKind, ServedDefinitions>();
  readonly #unsubscribe: () => void;

  constructor(options: CustomDefinitionsOptions) {
    this.builtIn = options.builtIn;
    this.#options = options;
    this.#unsubscribe = options.store.subscribe((changes) => this.#forget(changes));
  }

  close(): void {
    this.#unsubscribe();
  }

  /** For who tells how full they are. */
  get caches(): Readonly<Record<'custom-kinds' | 'custom-tenants' | 'custom-layers', BoundedCache<unknown>>> {
    return { 'custom-kinds': this.#kinds, 'custom-tenants': this.#tenants, 'custom-layers': this.#layers };
  }

  given(tenant: string): ServedDefinitions {
    return tenant === tenantOfPlatform ? this.builtIn.on('Platform') : this.#given('Project');
  }

  of(tenant: string): ServedDefinitions {
    if (tenant === tenantOfPlatform) return this.#given('Platform');
    const key = this.#tenants.get(tenant);
    if (key === definesNothing) return this.#given('Project');
    const layer = key === undefined ? undefined : this.#layers.get(key);
    return layer === undefined ? this.#ofProject(tenant as TenantId) : layer.served;
  }

  /** Forgets which surfaces admit what the platform defines. */
  forgetPlatform(): void {
    this.#platform = new Map();
    this.#layers.clear();
    this.#tenants.clear();
  }

  /** What the platform gives a surface. */
  #given(surface: ContextKind): ServedDefinitions {
    let given = this.#platform.get(surface);
    if (given === undefined) {
      const sightOf = (entry: StoredEntry): CustomSight => ({
        definedBy: 'Platform',
        contexts: this.#options.contextsOf(entry),
      });
      const kinds = this.#defined(tenantOfPlatform, sightOf).filter(
        ({ kind }) => kind.versions[0]?.definition.contexts.includes(surface) === true,
      );
      given = layered(this.builtIn.on(surface), kinds);
      this.#platform.set(surface, given);
    }
    return given;
  }

  #ofProject(tenant: TenantId): ServedDefinitions {
    const given = this.#given('Project');
    const { group, resource } = this.#options.storage;
    const definesSome = this.#options.store.counter(tenant, group, resource).objects > 0;
    const kinds = definesSome ? this.#defined(tenant, () => inProjects) : [];
    const key = kinds.length === 0 ? definesNothing : kinds.map(({ form }) => numberOf(form)).join();
    this.#tenants.set(tenant, key);
    if (key === definesNothing) return given;
    let layer = this.#layers.get(key);
    if (layer === undefined) {
      layer = { served: layered(given, kinds), kinds: kinds.length };
      this.#layers.set(key, layer);
    }
    return layer.served;
  }

  /** The kinds that a control plane's definitions establish, in the order of their names. */
  #defined(tenant: TenantId, sightOf: (entry: StoredEntry) => CustomSight): readonly ServedKind[] {
    const kinds: ServedKind[] = [];
    for (const entry of allEntries(this.#options.store, { tenant, ...this.#options.storage })) {
      const servedForm = fieldsOf(entry.record)[this.#options.servedFormField] ?? '';
      if (servedForm !== '') kinds.push(this.#kind(servedForm, entry, sightOf(entry)));
    }
    return kinds;
  }

  #kind(servedForm: string, entry: StoredEntry, sight: CustomSight): ServedKind {
    const key = `${servedForm} ${sight.definedBy} ${sight.contexts.join()}`;
    let served = this.#kinds.get(key);
    if (served === undefined) {
      const { record, revision } = entry;
      const source = { name: servedForm, read: () => parseRecord(record, revision) };
      served = servedKind(this.#options.compile(source, sight), record.length);
      this.#kinds.set(key, served);
    }
    return served;
  }

  #forget(changes: readonly Change[]): void {
    const { group, resource } = this.#options.storage;
    for (const { key } of changes) {
      if (key.group !== group || key.resource !== resource) continue;
      if (key.tenant === tenantOfPlatform) this.forgetPlatform();
      else this.#tenants.delete(key.tenant);
    }
  }
}

function servedKind(kind: CustomKind, bytes: number): ServedKind {
  const served = new Map<string, ServedResource>();
  const versions = new Map<string, VersionDefinition>();
  const selectableFields = {};
  const form: StorageForm = {
    definition: must(
      kind.versions.find(({ definition }) => versionOf(definition).version === kind.storageVersion),
      'the stored version of a custom resource',
    ).definition,
    get served() {
      return must(served.get(kind.storageVersion), 'the stored version of a custom resource');
    },
    versions,
    selectableFields,
  };
  for (const { definition } of kind.versions) {
    const version = versionOf(definition);
    const isStoredForm = version.version === kind.storageVersion;
    served.set(version.version, { definition, version, isStoredForm, form });
    versions.set(apiVersionOf({ group: kind.group, version: version.version }), version);
    Object.assign(selectableFields, definition.selectableFields);
  }
  return { kind, form, served, bytes };
}

/** The definition of a custom resource is of one version. */
const versionOf = ({ versions }: ResourceDefinition): VersionDefinition => must(versions[0], 'a version');

/** What lies below, and kinds on top of it. A kind that is below already stays hidden by the one on top. */
function layered(below: ServedDefinitions, kinds: readonly ServedKind[]): ServedDefinitions {
  if (kinds.length === 0) return below;
  const byPath = new Map<string, ServedResource>();
  const byStorage = new Map<string, ServedKind>();
  const own: ResourceDefinition[] = [];
  for (const each of kinds) {
    const { group, resource } = each.kind;
    byStorage.set(`${group}/${resource}`, each);
    for (const { definition, isServed } of each.kind.versions) {
      if (!isServed) continue;
      const { version } = versionOf(definition);
      byPath.set(`${group}/${version}/${resource}`, must(each.served.get(version), 'a served version'));
      own.push(definition);
    }
  }
  const isHidden = ({ group, resource }: GroupResource): boolean => byStorage.has(`${group}/${resource}`);
  return {
    find: (group, version, resource) =>
      byPath.get(`${group}/${version}/${resource}`) ??
      (isHidden({ group, resource }) ? undefined : below.find(group, version, resource)),
    findKind(apiVersion, kind) {
      const isAsked = (definition: ResourceDefinition): boolean =>
        definition.kind === kind &&
        apiVersionOf({ group: definition.group, version: versionOf(definition).version }) === apiVersion;
      return own.find(isAsked) ?? below.findKind(apiVersion, kind);
    },
    stored: (gr) => byStorage.get(`${gr.group}/${gr.resource}`)?.form ?? below.stored(gr),
    shown: [...below.shown.filter((definition) => !isHidden(definition)), ...own],
  };
}

const numbers = new WeakMap<StorageForm, number>();
let newest = 0;
function numberOf(form: StorageForm): number {
  let number = numbers.get(form);
  if (number === undefined) {
    number = ++newest;
    numbers.set(form, number);
  }
  return number;
}
