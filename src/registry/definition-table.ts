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

export class DefinitionTable {
  readonly #served = new Map<string, ServedResource>();
  readonly #stored = new Map<string, StorageForm>();
  readonly #visible = new Map<ContextKind, readonly ResourceDefinition[]>();
  readonly all: readonly ResourceDefinition[];

  constructor(given: readonly ResourceDefinition[]) {
    const definitions = given.map(withScale);
    this.all = definitions;
    for (const definition of definitions) {
      for (const version of definition.versions) {
        this.#served.set(`${definition.group}/${version.version}/${definition.resource}`, {
          definition,
          version,
          isStoredForm: version.convert === undefined,
        });
      }
    }
    for (const definition of definitions.filter(ownsStorage)) {
      const views = definitions.filter((other) => storageName(other) === storageName(definition));
      const selectableFields = Object.assign({}, ...views.map((view) => view.selectableFields));
      const versions = new Map(views.flatMap(versionEntries));
      const served = { definition, version: storedVersion(definition), isStoredForm: true };
      this.#stored.set(storageName(definition), { definition, served, versions, selectableFields });
    }
  }

  /** The resource at a path, if the surface shows it. */
  find(surface: ContextKind, group: string, version: string, resource: string): ServedResource | undefined {
    const served = this.#served.get(`${group}/${version}/${resource}`);
    return served?.definition.contexts.includes(surface) ? served : undefined;
  }

  /** The resource of a kind, if the surface shows it in that version. */
  findKind(surface: ContextKind, apiVersion: string, kind: string): ResourceDefinition | undefined {
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

  /** The same list every time. */
  visibleOn(surface: ContextKind): readonly ResourceDefinition[] {
    let visible = this.#visible.get(surface);
    if (visible === undefined) {
      visible = this.all.filter((definition) => definition.contexts.includes(surface));
      this.#visible.set(surface, visible);
    }
    return visible;
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
