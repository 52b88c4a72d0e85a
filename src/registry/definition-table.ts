/**
 * The definitions a server serves, looked up by path. Holds no state of any project: what a surface shows
 * depends on its kind alone.
 */

import { apiVersionOf, type GroupResource, parseApiVersion } from '../apimachinery/gvk.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type {
  ContextKind,
  ResourceDefinition,
  SubresourceDefinition,
  VersionDefinition,
} from '../apimachinery/resource-definition.ts';
import { scaleSubresource } from '../apimachinery/scale/scale-subresource.ts';
import { must } from '../lib/assert.ts';

export interface ServedResource {
  readonly definition: ResourceDefinition;
  readonly version: VersionDefinition;
  /** The version is the stored one: its bytes are served as they lie. */
  readonly isStoredForm: boolean;
  /** As what its objects lie in the store. */
  readonly form: StorageForm;
}

/** In what form objects lie in the store, whichever of their views wrote them. */
export interface StorageForm {
  readonly definition: ResourceDefinition;
  /** As it is served in the very version that is stored. */
  readonly served: ServedResource;
  /** By apiVersion, those of every view. */
  readonly versions: ReadonlyMap<string, VersionDefinition>;
  /** Those of every view, so that each view's selectors find what another wrote. */
  readonly selectableFields: Readonly<Record<string, (stored: KubeObject) => string>>;
}

/** What one control plane serves at this moment. Many control planes share one. */
export interface ServedDefinitions {
  /** The resource at a path. */
  find(group: string, version: string, resource: string): ServedResource | undefined;
  /** The resource of a kind that is served in that version. */
  findKind(apiVersion: string, kind: string): ResourceDefinition | undefined;
  /** The form in which a stored resource lies, whether or not this control plane shows it. */
  stored(gr: GroupResource): StorageForm | undefined;
  /** All of it: the same list for as long as nothing changes. */
  readonly shown: readonly ResourceDefinition[];
}

export class DefinitionTable {
  readonly #served = new Map<string, ServedResource>();
  readonly #stored = new Map<string, StorageForm>();
  readonly #surfaces = new Map<ContextKind, ServedDefinitions>();
  readonly all: readonly ResourceDefinition[];

  constructor(given: readonly ResourceDefinition[]) {
    const definitions = given.map(withScale);
    this.all = definitions;
    for (const definition of definitions) {
      for (const version of definition.versions) {
        const name = `${definition.group}/${version.version}/${definition.resource}`;
        this.#served.set(name, this.#servedAs(definition, version));
      }
    }
    for (const definition of definitions.filter(ownsStorage)) {
      const views = definitions.filter((other) => storageName(other) === storageName(definition));
      const selectableFields = Object.assign({}, ...views.map((view) => view.selectableFields));
      const versions = new Map(views.flatMap(versionEntries));
      const served = this.#servedAs(definition, storedVersion(definition));
      this.#stored.set(storageName(definition), { definition, served, versions, selectableFields });
    }
  }

  /** Views come before what they are views of, so forms are looked up when they are asked for. */
  #servedAs(definition: ResourceDefinition, version: VersionDefinition): ServedResource {
    const formOf = (): StorageForm => this.storageOf(definition);
    return {
      definition,
      version,
      isStoredForm: version.convert === undefined,
      get form() {
        return formOf();
      },
    };
  }

  /** What a surface shows; the same object every time. */
  on(surface: ContextKind): ServedDefinitions {
    let served = this.#surfaces.get(surface);
    if (served === undefined) {
      served = {
        find: (group, version, resource) => this.find(surface, group, version, resource),
        findKind: (apiVersion, kind) => this.#findKind(surface, apiVersion, kind),
        stored: (gr) => this.stored(gr),
        shown: this.all.filter((definition) => definition.contexts.includes(surface)),
      };
      this.#surfaces.set(surface, served);
    }
    return served;
  }

  /** The resource at a path, if the surface shows it. */
  find(surface: ContextKind, group: string, version: string, resource: string): ServedResource | undefined {
    const served = this.#served.get(`${group}/${version}/${resource}`);
    return served?.definition.contexts.includes(surface) ? served : undefined;
  }

  #findKind(surface: ContextKind, apiVersion: string, kind: string): ResourceDefinition | undefined {
    const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: '' };
    return this.all.find(
      (definition) =>
        definition.kind === kind &&
        definition.group === group &&
        definition.contexts.includes(surface) &&
        definition.versions.some((served) => served.version === version),
    );
  }

  /** The form in which a stored resource lies. */
  stored(gr: GroupResource): StorageForm | undefined {
    return this.#stored.get(`${gr.group}/${gr.resource}`);
  }

  storageOf(definition: ResourceDefinition): StorageForm {
    return must(this.#stored.get(storageName(definition)), `storage of ${storageName(definition)}`);
  }
}

/** False for a view of another definition's objects (events.k8s.io over core events). */
function ownsStorage(definition: ResourceDefinition): boolean {
  return definition.storage.group === definition.group && definition.storage.resource === definition.resource;
}

export function findSubresource(
  definition: ResourceDefinition,
  name: string,
): SubresourceDefinition | undefined {
  return definition.subresources.find((sub) => sub.name === name);
}

function withScale(definition: ResourceDefinition): ResourceDefinition {
  if (definition.scale === undefined) return definition;
  return { ...definition, subresources: [...definition.subresources, scaleSubresource(definition.scale)] };
}

function storedVersion({ storage, versions }: ResourceDefinition): VersionDefinition {
  return must(
    versions.find(({ version }) => version === storage.version),
    'storage version',
  );
}

function versionEntries({ group, versions }: ResourceDefinition): [string, VersionDefinition][] {
  return versions.map((version) => [apiVersionOf({ group, version: version.version }), version]);
}

function storageName(definition: ResourceDefinition): string {
  return `${definition.storage.group}/${definition.storage.resource}`;
}
