/**
 * Objects as the server-side tables and metadata-only forms of meta.k8s.io, v1 and v1beta1. Takes decoded
 * objects and gives plain ones: choosing the form, converting versions and writing bytes happen elsewhere.
 */
import { humanAge } from '../apimachinery/human-duration.ts';
import type { JsonValue, KubeObject, ObjectMeta } from '../apimachinery/object-meta.ts';
import type { ColumnDefinition, ResourceDefinition } from '../apimachinery/resource-definition.ts';

/** What a table row carries of its object; the `includeObject` query parameter. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';
export type MetaVersion = 'v1' | 'v1beta1';

/** The metadata of a list, carried over into the table or metadata list made of it. */
export interface ListMeta {
  readonly resourceVersion?: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}
export interface TableRow {
  readonly cells: readonly JsonValue[];
  readonly object: KubeObject | null;
}
export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: string;
  readonly metadata: ListMeta;
  /** Null in every event of a watch but the first. */
  readonly columnDefinitions: readonly TableColumn[] | null;
  readonly rows: readonly TableRow[];
}

export interface TableOptions {
  readonly includeObject: IncludeObject;
  readonly nowMs: number;
  readonly listMeta: ListMeta;
  /** v1 unless said otherwise. */
  readonly metaVersion?: MetaVersion;
  /** False for the second and later events of a watch: the client keeps the columns of the first. */
  readonly hasColumns?: boolean;
}

export function renderTable(
  definition: Pick<ResourceDefinition, 'columns'>,
  objects: readonly KubeObject[],
  options: TableOptions,
): Table {
  const metaVersion = options.metaVersion ?? 'v1';
  const { columns } = definition;
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${metaVersion}`,
    metadata: options.listMeta,
    columnDefinitions: options.hasColumns === false ? null : columns.map(tableColumn),
    rows: objects.map((object) => ({
      cells: columns.map((column) => cell(column, object, options.nowMs)),
      object: includedObject(object, options.includeObject, metaVersion),
    })),
  };
}

/**
 * A watch bookmark as a table: one row that has a resourceVersion and nothing else. Columns are not asked for
 * their cells, because a bookmark's object has none of the fields they read.
 */
export function renderBookmarkTable(
  definition: Pick<ResourceDefinition, 'columns'>,
  bookmark: KubeObject,
  options: Omit<TableOptions, 'nowMs' | 'listMeta'>,
): Table {
  const metaVersion = options.metaVersion ?? 'v1';
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${metaVersion}`,
    metadata: resourceVersionOf(bookmark.metadata),
    columnDefinitions: options.hasColumns === false ? null : definition.columns.map(tableColumn),
    rows: [
      {
        cells: definition.columns.map(() => null),
        object: includedObject(bookmark, options.includeObject, metaVersion),
      },
    ],
  };
}

/** The list metadata of the table of one object. */
export function resourceVersionOf(metadata: ObjectMeta): ListMeta {
  return metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion };
}

export function partialObjectMetadata(object: KubeObject, metaVersion: MetaVersion = 'v1'): KubeObject {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${metaVersion}`,
    metadata: object.metadata,
  };
}

export interface PartialObjectMetadataList {
  readonly kind: 'PartialObjectMetadataList';
  readonly apiVersion: string;
  readonly metadata: ListMeta;
  readonly items: readonly KubeObject[];
}

export function partialObjectMetadataList(
  objects: readonly KubeObject[],
  listMeta: ListMeta,
  metaVersion: MetaVersion = 'v1',
): PartialObjectMetadataList {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${metaVersion}`,
    metadata: listMeta,
    items: objects.map((object) => partialObjectMetadata(object, metaVersion)),
  };
}

function tableColumn(column: ColumnDefinition): TableColumn {
  return {
    name: column.name,
    type: column.type,
    format: column.format ?? '',
    description: column.description,
    priority: column.priority ?? 0,
  };
}

function cell(column: ColumnDefinition, object: KubeObject, nowMs: number): JsonValue {
  const value = column.value(object);
  if (value === undefined || value === null) return null;
  return column.isAge === true && typeof value === 'string' ? humanAge(value, nowMs) : value;
}

function includedObject(
  object: KubeObject,
  include: IncludeObject,
  metaVersion: MetaVersion,
): KubeObject | null {
  switch (include) {
    case 'None':
      return null;
    case 'Metadata':
      return partialObjectMetadata(object, metaVersion);
    case 'Object':
      return object;
  }
}
