/**
 * What a set of definitions says of itself to clients: groups, versions and resources, in the shapes of
 * discovery (meta/v1 APIGroupList and APIResourceList, apidiscovery.k8s.io APIGroupDiscoveryList). Pure:
 * the caller has already left out what the surface does not show, and serves the result.
 */
import { createHash } from 'node:crypto';
import { apiVersionOf, type GroupVersionKind } from '../../apimachinery/gvk.ts';
import type { ResourceDefinition } from '../../apimachinery/resource-definition.ts';
import { compareVersions } from '../../apimachinery/version-order.ts';
import type { RemoteResource } from '../aggregation/remote-discovery.ts';
import type { RemoteVersion } from '../aggregation/remote-versions.ts';
import { compareGroups } from './group-priority.ts';

export interface ServedVersion {
  readonly group: string;
  readonly version: string;
  /** Sorted by resource name. */
  readonly definitions: readonly ResourceDefinition[];
  /** Where another server serves it: what that says of itself. */
  readonly remote?: RemoteVersion;
}
export interface ServedGroup {
  readonly group: string;
  /** Preferred first. */
  readonly versions: readonly ServedVersion[];
}

/** Groups by their priority, those of other servers among them. */
export function servedGroups(
  definitions: readonly ResourceDefinition[],
  remotes: readonly RemoteVersion[] = [],
): ServedGroup[] {
  const local = localGroups(definitions);
  if (remotes.length === 0) return local;
  const groups = new Map(local.map((group): [string, ServedGroup] => [group.group, group]));
  const priorities = new Map<string, number>();
  for (const remote of [...remotes].sort((a, b) => b.versionPriority - a.versionPriority)) {
    const { group, version, groupPriority } = remote;
    const versions = groups.get(group)?.versions ?? [];
    // What this server has itself goes first.
    if (versions.some((each) => each.version === version)) continue;
    groups.set(group, { group, versions: [...versions, { group, version, definitions: [], remote }] });
    priorities.set(group, Math.max(priorities.get(group) ?? 0, groupPriority));
  }
  return [...groups.values()].sort((a, b) => compareGroups(a.group, b.group, priorities));
}

function localGroups(definitions: readonly ResourceDefinition[]): ServedGroup[] {
  const groups = new Map<string, Map<string, ResourceDefinition[]>>();
  for (const definition of definitions) {
    const versions = groups.get(definition.group) ?? new Map<string, ResourceDefinition[]>();
    groups.set(definition.group, versions);
    for (const { version } of definition.versions) {
      versions.set(version, [...(versions.get(version) ?? []), definition]);
    }
  }
  const byPriority = [...groups].sort(([a], [b]) => compareGroups(a, b));
  return byPriority.map(([group, versions]) => ({
    group,
    versions: [...versions]
      .sort(([a], [b]) => compareVersions(a, b))
      .map(([version, served]) => ({
        group,
        version,
        definitions: served.toSorted((a, b) => (a.resource < b.resource ? -1 : 1)),
      })),
  }));
}

export function apiGroup({ group, versions }: ServedGroup): Record<string, unknown> {
  const forms = versions.map(({ version }) => ({ groupVersion: apiVersionOf({ group, version }), version }));
  return { name: group, versions: forms, preferredVersion: forms[0] };
}

/** What names a document in itself. */
export interface TypedDocument {
  readonly kind: string;
  readonly apiVersion: string;
}

export function apiResourceList({ group, version, definitions, remote }: ServedVersion): TypedDocument {
  const document = {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources:
      remote?.resources ??
      definitions.flatMap((definition) => [
        {
          name: definition.resource,
          singularName: definition.singular,
          namespaced: definition.scope === 'Namespaced',
          kind: definition.kind,
          verbs: shownVerbs(definition),
          ...namesOf(definition),
          ...(definition.isVirtual === true ? {} : { storageVersionHash: storageVersionHash(definition) }),
        },
        ...sortedSubresources(definition).map((sub) => ({
          name: `${definition.resource}/${sub.name}`,
          singularName: '',
          namespaced: definition.scope === 'Namespaced',
          ...(sub.form === undefined ? {} : { group: sub.form.group, version: sub.form.version }),
          kind: sub.form?.kind ?? definition.kind,
          verbs: sub.verbs.toSorted(),
        })),
      ]),
  };
  return document;
}

/** Those of custom resources are told in an order of their own. */
const shownVerbs = ({ verbs, writtenBy }: ResourceDefinition): readonly string[] =>
  writtenBy === undefined ? verbs.toSorted() : verbs;

/** One item of an APIGroupDiscoveryList; v2 and v2beta1 have the same shape. */
export function groupDiscovery({ group, versions }: ServedGroup): unknown {
  return {
    metadata: { ...(group === '' ? {} : { name: group }), creationTimestamp: null },
    versions: versions.map(({ version, definitions, remote }) => ({
      version,
      resources:
        remote === undefined
          ? definitions.map((definition) => {
              const responseKind = { group, version, kind: definition.kind };
              const subresources = sortedSubresources(definition).map((sub) => ({
                subresource: sub.name,
                responseKind: sub.form === undefined ? responseKind : gvkOf(sub.form),
                verbs: sub.verbs.toSorted(),
              }));
              return {
                resource: definition.resource,
                responseKind,
                scope: definition.scope,
                singularResource: definition.singular,
                verbs: shownVerbs(definition),
                ...namesOf(definition),
                ...(subresources.length === 0 ? {} : { subresources }),
              };
            })
          : remoteResources(remote),
      freshness: remote === undefined || remote.isCurrent ? 'Current' : 'Stale',
    })),
  };
}

/** The entries of an APIResourceList in the other form: subresources stand below what they are of. */
function remoteResources({ group, version, resources }: RemoteVersion): unknown[] {
  const kindOf = (resource: RemoteResource): GroupVersionKind => ({
    group: resource.group ?? group,
    version: resource.version ?? version,
    kind: resource.kind,
  });
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((resource) => {
      const subresources = resources
        .filter(({ name }) => name.startsWith(`${resource.name}/`))
        .map((sub) => ({
          subresource: sub.name.slice(resource.name.length + 1),
          responseKind: kindOf(sub),
          verbs: sub.verbs,
        }));
      return {
        resource: resource.name,
        responseKind: kindOf(resource),
        scope: resource.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: resource.singularName,
        verbs: resource.verbs,
        ...namesOf(resource),
        ...(subresources.length === 0 ? {} : { subresources }),
      };
    });
}

const gvkOf = ({ group, version, kind }: GroupVersionKind): GroupVersionKind => ({ group, version, kind });

/** Changes when the stored form of a kind does: eight bytes of SHA-256 over group/version/kind, in base64. */
export function storageVersionHash(definition: Pick<ResourceDefinition, 'storage'>): string {
  const { group, version, kind } = definition.storage;
  return createHash('sha256')
    .update(`${group}/${version}/${kind}`)
    .digest()
    .subarray(0, 8)
    .toString('base64');
}

function namesOf({
  shortNames = [],
  categories = [],
}: Pick<ResourceDefinition, 'shortNames' | 'categories'>): Record<string, unknown> {
  return {
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
  };
}

function sortedSubresources(definition: ResourceDefinition): ResourceDefinition['subresources'] {
  if (definition.writtenBy !== undefined) return definition.subresources;
  return definition.subresources.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
