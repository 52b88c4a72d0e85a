/**
 * Bodies that say they are of another kind or version than their path names. Upstream's decoder reads whatever its
 * scheme knows, and then fails to convert it; so the words depend on whether the kind is one at all.
 * Sources: apimachinery/pkg/runtime/serializer, apiserver/pkg/endpoints/handlers/{create,rest}.go.
 */
import { invalidValue } from '../../apimachinery/field-error.ts';
import { apiVersionOf, parseApiVersion } from '../../apimachinery/gvk.ts';
import type { JsonObject, JsonValue } from '../../apimachinery/object-meta.ts';
import { hasProtobufForm } from '../../apimachinery/schema/protobuf-form.ts';
import { invalid } from '../../apimachinery/status.ts';
import type { DefinitionTable, ServedResource } from '../../registry/definition-table.ts';

/** The data say that they are of another kind or version. */
export class OtherKind extends Error {
  /** The message of the 400. */
  readonly refusal: string;
  constructor(problem: string, prefix = '') {
    super(problem);
    this.name = 'OtherKind';
    this.refusal = prefix + problem;
  }
}

/**
 * The object with version and kind of what is served, where it does not say that it is something else. Throws OtherKind;
 * of a custom resource, whose kind is only looked at once it has been read, a 422.
 */
export function withKindOf(
  definitions: DefinitionTable,
  served: ServedResource,
  value: JsonObject,
): JsonObject {
  const { definition, version } = served;
  const expected = apiVersionOf({ group: definition.group, version: version.version });
  const apiVersion = isNamed(value.apiVersion) ? value.apiVersion : expected;
  const kind = isNamed(value.kind) ? value.kind : definition.kind;
  if (apiVersion !== expected || kind !== definition.kind) {
    const isOfGo = hasProtobufForm(version.schema);
    if (isOfGo) refuseKind(definitions, served, apiVersion, kind);
    if (apiVersion !== expected) throw otherVersion(apiVersion, expected);
    const { name } = (value.metadata ?? {}) as JsonObject;
    const error = invalidValue('kind', kind, `must be ${definition.kind}`);
    const own = { group: definition.group, version: version.version, kind };
    throw invalid(own, isNamed(name) ? name : '', [error]);
  }
  return {
    ...value,
    // What is no text at all is left to the decoder, which says so.
    apiVersion: isTextOrAbsent(value.apiVersion) ? expected : value.apiVersion!,
    kind: isTextOrAbsent(value.kind) ? definition.kind : value.kind!,
  };
}

const otherVersion = (given: string, expected: string): OtherKind =>
  new OtherKind(
    `the API version in the data (${given}) does not match the expected API version (${expected})`,
  );

function refuseKind(
  definitions: DefinitionTable,
  { definition, version }: ServedResource,
  apiVersion: string,
  kind: string,
): void {
  const given = parseApiVersion(apiVersion) ?? { group: '', version: apiVersion };
  const prefix = `${kind} in version "${given.version}" cannot be handled as a ${definition.kind}: `;
  if (!isKind(definitions, apiVersion, kind)) {
    throw new OtherKind(
      `no kind "${kind}" is registered for version "${apiVersion}" in scheme "${scheme}"`,
      prefix,
    );
  }
  const isView = definitions.all.some(
    (other) =>
      other.kind === kind &&
      other.group === given.group &&
      other.storage.group === definition.storage.group &&
      other.storage.resource === definition.storage.resource,
  );
  // That can be read as what is served, but was sent to the wrong place.
  if (isView)
    throw otherVersion(apiVersion, apiVersionOf({ group: definition.group, version: version.version }));
  const to = `${internalPackage(definition.storage.group)}.${definition.kind}`;
  throw new OtherKind(`converting (${given.version}.${kind}) to (${to}): unknown conversion`, prefix);
}

/** Where upstream's scheme of built-in kinds is made: it names itself so. */
const scheme = 'k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30';

/** The Go package of a group's kinds without a version. */
const internalPackage = (group: string): string => (group === '' ? 'core' : group.split('.', 1)[0]!);

/** Kinds that every group version has. */
const optionKinds = [
  'WatchEvent',
  'ListOptions',
  'GetOptions',
  'DeleteOptions',
  'CreateOptions',
  'UpdateOptions',
  'PatchOptions',
];
/** Kinds of no resource, in v1. */
const loneKinds = ['Status', 'List', 'APIVersions', 'APIGroupList', 'APIGroup', 'APIResourceList'];

function isKind(definitions: DefinitionTable, apiVersion: string, kind: string): boolean {
  if (apiVersion === 'v1' && loneKinds.includes(kind)) return true;
  return definitions.all.some(({ group, kind: own, listKind, versions, subresources }) => {
    const isForm = subresources.some(
      ({ form }) => form !== undefined && form.kind === kind && apiVersionOf(form) === apiVersion,
    );
    if (isForm) return true;
    const isVersion = versions.some(
      ({ version, schema }) => apiVersionOf({ group, version }) === apiVersion && hasProtobufForm(schema),
    );
    return isVersion && [own, listKind, ...optionKinds].includes(kind);
  });
}

const isNamed = (value: JsonValue | undefined): value is string => typeof value === 'string' && value !== '';
const isTextOrAbsent = (value: JsonValue | undefined): boolean =>
  value === undefined || value === null || typeof value === 'string';
