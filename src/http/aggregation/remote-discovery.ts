/**
 * What a server behind an APIService says of the resources of a version, in either form of discovery: one entry of an
 * APIResourceList each. What lacks a name or a kind is no resource, and the document that has it is not believed. Pure.
 */
import type { JsonObject, JsonValue } from '../../apimachinery/object-meta.ts';

/** As in an APIResourceList. */
export interface RemoteResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** As upstream's aggregator accepts it; answered in no other type. */
export const aggregatedTypes = ['v2', 'v2beta1'].map(
  (version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
);

/** Whether an answer is in that form: most servers that do not know it answer in another one. */
export function isAggregated(contentType: string): boolean {
  const written = contentType.toLowerCase().split(/\s*;\s*/);
  return aggregatedTypes.some((type) =>
    type
      .toLowerCase()
      .split(';')
      .every((part) => written.includes(part)),
  );
}

/** Throws where the document is no APIResourceList. */
export function resourcesInList(document: JsonValue): readonly RemoteResource[] {
  const { kind, resources } = (document ?? {}) as JsonObject;
  if (kind !== 'APIResourceList' || !Array.isArray(resources)) {
    throw new Error('the answer is no APIResourceList');
  }
  return resources.map((each) => {
    const { name, singularName, namespaced, kind: own, verbs, ...rest } = (each ?? {}) as JsonObject;
    const isResource = typeof name === 'string' && typeof own === 'string' && areTexts(verbs);
    if (!isResource || !areTexts(rest.shortNames ?? []) || !areTexts(rest.categories ?? [])) {
      throw new Error('the answer has entries that are no resources');
    }
    return {
      ...(rest as object),
      name,
      singularName: textOf(singularName),
      namespaced: namespaced === true,
      kind: own,
      verbs: verbs as readonly string[],
    };
  });
}

/** Of one version in an APIGroupDiscoveryList; undefined where it is none, or has not the version. Throws as above. */
export function resourcesInGroups(
  document: JsonValue,
  group: string,
  version: string,
): readonly RemoteResource[] | undefined {
  const { kind, items } = (document ?? {}) as JsonObject;
  if (kind !== 'APIGroupDiscoveryList') return undefined;
  const found = objectsIn(items).find(({ metadata }) => (metadata as JsonObject | undefined)?.name === group);
  const own = objectsIn(found?.versions).find((each) => each.version === version);
  if (own === undefined) return undefined;
  const resources = objectsIn(own.resources).flatMap((resource) => {
    const { resource: name, singularResource, scope } = resource;
    const common = { namespaced: scope === 'Namespaced', group, version };
    return [
      { ...listed(resource, common), name: name ?? null, singularName: textOf(singularResource) },
      ...objectsIn(resource.subresources).map((sub) => ({
        ...listed(sub, common),
        name: `${textOf(name)}/${textOf(sub.subresource)}`,
        singularName: '',
      })),
    ];
  });
  return resourcesInList({ kind: 'APIResourceList', resources });
}

/** What resources and subresources have alike. Their group and version are told where they are others than the version's. */
function listed(
  { responseKind, verbs, shortNames, categories }: JsonObject,
  { namespaced, group, version }: { namespaced: boolean; group: string; version: string },
): JsonObject {
  const kind = (responseKind ?? {}) as JsonObject;
  const isOther = typeof kind.group === 'string' && typeof kind.version === 'string';
  const isForeign = isOther && (kind.group !== group || kind.version !== version);
  return {
    namespaced,
    kind: kind.kind ?? null,
    verbs: verbs ?? null,
    ...(isForeign ? { group: textOf(kind.group), version: textOf(kind.version) } : {}),
    ...(shortNames === undefined ? {} : { shortNames }),
    ...(categories === undefined ? {} : { categories }),
  };
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const areTexts = (value: JsonValue | undefined): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
const objectsIn = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value)
    ? value.filter(
        (each): each is JsonObject => typeof each === 'object' && each !== null && !Array.isArray(each),
      )
    : [];
