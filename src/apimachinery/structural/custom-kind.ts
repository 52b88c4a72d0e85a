/**
 * From a CustomResourceDefinition to the definitions that the engine serves: one for each version, since subresources,
 * columns and selectable fields are each version's own. Light: names and paths. What the schemas make of objects is
 * compiled elsewhere, and asked for when it is needed.
 */
import { createHash } from 'node:crypto';
import { stringifyJson } from '../codec/json.ts';
import { apiVersionOf } from '../gvk.ts';
import type { JsonValue, KubeObject } from '../object-meta.ts';
import type {
  ColumnDefinition,
  ContextKind,
  CustomForm,
  RemoteConversion,
  ResourceDefinition,
  SubresourceDefinition,
  VersionDefinition,
} from '../resource-definition.ts';
import { scaleSubresource } from '../scale/scale-subresource.ts';
import { objectMetaSchema } from '../schema/meta.ts';
import { componentName } from '../schema/openapi.ts';
import { byValue, field, type ObjectSchema, object, string } from '../schema/schema.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';

export interface CustomNames {
  readonly plural: string;
  readonly singular?: string;
  readonly kind: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

export interface CustomVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: JsonSchemaProps };
  readonly subresources?: {
    readonly status?: object;
    readonly scale?: {
      readonly specReplicasPath: string;
      readonly statusReplicasPath: string;
      readonly labelSelectorPath?: string;
    };
  };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

/** What serving reads of a CustomResourceDefinition. It has been validated, and its defaults are set. */
export interface CustomSpec {
  readonly group: string;
  readonly names: CustomNames;
  readonly scope: 'Cluster' | 'Namespaced';
  readonly versions: readonly CustomVersion[];
  readonly conversion?: { readonly strategy: 'None' | 'Webhook'; readonly webhook?: RemoteConversion };
}

/** What a version's schema and columns are compiled to; by whom, and for how long it is kept, is the caller's. */
export interface CompiledParts {
  form(version: string): CustomForm;
  columns(columns: CustomVersion['additionalPrinterColumns']): readonly ColumnDefinition[];
  /** Reads a field by its path, as text. */
  selectableField(jsonPath: string): (object: KubeObject) => string;
}

export interface CustomKind {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
  /** One for each version, in the order of the definition. */
  readonly versions: readonly { readonly definition: ResourceDefinition; readonly isServed: boolean }[];
  readonly storageVersion: string;
}

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** Whose definition it is, and which surfaces show what it defines. */
export interface CustomSight {
  readonly definedBy: NonNullable<ResourceDefinition['definedBy']>;
  readonly contexts: readonly ContextKind[];
}

export function customKind(
  crd: KubeObject,
  { definedBy, contexts }: CustomSight,
  parts: CompiledParts,
): CustomKind {
  const spec = crd.spec as CustomSpec;
  const names: CustomNames = crd.status?.acceptedNames ?? spec.names;
  const stored = storedVersion(spec);
  const writtenBy = writtenByName(stored);
  const common = {
    group: spec.group,
    resource: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    scope: spec.scope,
    verbs,
    contexts,
    storage: { group: spec.group, version: stored.name, kind: names.kind, resource: names.plural },
    strategy: { hasGeneration: true },
    writtenBy,
    definedBy,
    ...(spec.conversion?.webhook === undefined ? {} : { remoteConversion: spec.conversion.webhook }),
    strategicMergePatch: false,
  };
  const versions = spec.versions.map((version) => ({
    definition: definitionOf(common, names, version, parts),
    isServed: version.served,
  }));
  return {
    group: spec.group,
    resource: names.plural,
    kind: names.kind,
    versions,
    storageVersion: stored.name,
  };
}

/** Stands by itself, so that nothing it makes holds on to the definition: schemas are what is large in one. */
function definitionOf(
  common: Omit<ResourceDefinition, 'description' | 'versions' | 'subresources' | 'columns'>,
  names: CustomNames,
  version: CustomVersion,
  parts: CompiledParts,
): ResourceDefinition {
  const { additionalPrinterColumns, selectableFields = [] } = version;
  const { status, scale } = version.subresources ?? {};
  const selectable = selectableFields.map(({ jsonPath }): [string, (o: KubeObject) => string] => [
    jsonPath.slice(1),
    parts.selectableField(jsonPath),
  ]);
  let columns: readonly ColumnDefinition[] | undefined;
  return {
    ...common,
    description: version.schema?.openAPIV3Schema?.description ?? '',
    versions: [versionDefinition(common.group, names.kind, version, parts)],
    subresources: [
      ...(status === undefined ? [] : [statusSubresource]),
      ...(scale === undefined ? [] : [scaleSubresource(scale)]),
    ],
    ...(scale === undefined ? {} : { scale }),
    ...(selectable.length === 0 ? {} : { selectableFields: Object.fromEntries(selectable) }),
    // Most are never shown as a table.
    get columns() {
      columns ??= parts.columns(additionalPrinterColumns);
      return columns;
    },
  };
}

function versionDefinition(
  group: string,
  kind: string,
  { name, storage, deprecated, deprecationWarning }: CustomVersion,
  parts: CompiledParts,
): VersionDefinition {
  return {
    version: name,
    schema: customSchema(componentName({ group, version: name, kind })),
    get custom() {
      return parts.form(name);
    },
    ...(deprecated === true
      ? {
          deprecationWarning:
            deprecationWarning ?? `${apiVersionOf({ group, version: name })} ${kind} is deprecated`,
        }
      : {}),
    ...(storage ? {} : { convert: relabelled(group, name) }),
  };
}

/** The strategy None: between versions nothing but their name changes. */
function relabelled(group: string, version: string): NonNullable<VersionDefinition['convert']> {
  const apiVersion = apiVersionOf({ group, version });
  return {
    toStorage: (object) => object,
    fromStorage: (object) => ({ ...object, apiVersion }),
  };
}

/** All that is known of a custom resource before its schema: no field has a number, so it has no protobuf form. */
function customSchema(name: string): ObjectSchema {
  return object(
    {
      apiVersion: field(0, string(), 'Group and version of this form of the object.'),
      kind: field(0, string(), 'What the object is, in CamelCase.'),
      metadata: byValue(0, objectMetaSchema, 'Standard metadata of the object.'),
    },
    { name },
  );
}

/** Writes status alone. Source of the fields that cannot be applied here: statusStrategy of apiextensions-apiserver. */
const statusSubresource: SubresourceDefinition = {
  name: 'status',
  verbs: ['get', 'patch', 'update'],
  merge(stored, incoming) {
    if (incoming.status === undefined) delete stored.status;
    else stored.status = incoming.status;
  },
  resetFields: [['metadata'], ['spec']],
};

function storedVersion({ versions }: CustomSpec): CustomVersion {
  const stored = versions.find(({ storage }) => storage);
  if (stored === undefined) throw new Error('a CustomResourceDefinition stores no version');
  return stored;
}

/**
 * Names all that serving depends on; "" while the kind is not to be served. Control planes whose definitions have one
 * name share what is compiled of them.
 */
export function servedFormOf(crd: KubeObject): string {
  const { conditions = [], acceptedNames } = crd.status ?? {};
  const isEstablished = conditions.some(
    ({ type, status }: { type: string; status: string }) => type === 'Established' && status === 'True',
  );
  if (!isEstablished) return '';
  return hashOf({ spec: crd.spec, acceptedNames });
}

const writtenByName = ({ name, schema }: CustomVersion): string =>
  `${name}/${hashOf(schema ?? null).slice(0, 12)}`;

const hashOf = (value: unknown): string =>
  createHash('sha256')
    .update(stringifyJson(value as JsonValue))
    .digest('base64url');
