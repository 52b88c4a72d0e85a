import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { ColumnDefinition } from '../apimachinery/resource-definition.ts';
import {
  partialObjectMetadata,
  partialObjectMetadataList,
  renderBookmarkTable,
  renderTable,
  type TableOptions,
} from './table.ts';

const nowMs = Date.parse('2026-01-06T03:00:00Z');
const columns: ColumnDefinition[] = [
  {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: 'Its name.',
    value: (object) => object.metadata.name,
  },
  {
    name: 'Data',
    type: 'integer',
    description: 'Entries.',
    value: (object) => Object.keys(object.data).length,
  },
  { name: 'Note', type: 'string', description: 'A note.', priority: 1, value: (object) => object.note },
  {
    name: 'Age',
    type: 'string',
    isAge: true,
    description: 'Since creation.',
    value: (object) => object.metadata.creationTimestamp ?? undefined,
  },
  {
    name: 'Created At',
    type: 'date',
    description: 'Of creation.',
    value: (object) => object.metadata.creationTimestamp ?? undefined,
  },
];
const thing: KubeObject = {
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: {
    name: 'a',
    resourceVersion: '7',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { x: 'y' },
  },
  data: { k: 'v' },
};
const options: TableOptions = { includeObject: 'Metadata', nowMs, listMeta: { resourceVersion: '9' } };

test('a table has columns, cells and the metadata of its objects', () => {
  assert.deepEqual(renderTable({ columns }, [thing], options), {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '9' },
    columnDefinitions: [
      { name: 'Name', type: 'string', format: 'name', description: 'Its name.', priority: 0 },
      { name: 'Data', type: 'integer', format: '', description: 'Entries.', priority: 0 },
      { name: 'Note', type: 'string', format: '', description: 'A note.', priority: 1 },
      { name: 'Age', type: 'string', format: '', description: 'Since creation.', priority: 0 },
      { name: 'Created At', type: 'date', format: '', description: 'Of creation.', priority: 0 },
    ],
    rows: [
      {
        cells: ['a', 1, null, '5d3h', '2026-01-01T00:00:00Z'],
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: thing.metadata },
      },
    ],
  });
});

test('rows carry what includeObject asks for', () => {
  const check = (partial: Partial<TableOptions>, expected: unknown): void =>
    assert.deepEqual(renderTable({ columns }, [thing], { ...options, ...partial }).rows[0]?.object, expected);
  check({ includeObject: 'None' }, null);
  check({ includeObject: 'Object' }, thing);
  check(
    { includeObject: 'Metadata', metaVersion: 'v1beta1' },
    {
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1beta1',
      metadata: thing.metadata,
    },
  );
});

test('list metadata is carried over whole, and an empty list keeps its columns', () => {
  const listMeta = { resourceVersion: '9', continue: 'token', remainingItemCount: 3 };
  const table = renderTable({ columns }, [], { ...options, listMeta });
  assert.deepEqual(table.metadata, listMeta);
  assert.equal(table.columnDefinitions?.length, 5);
  assert.deepEqual(table.rows, []);
});

test('later watch events and bookmarks', () => {
  assert.equal(renderTable({ columns }, [thing], { ...options, hasColumns: false }).columnDefinitions, null);
  const bookmark = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { resourceVersion: '12' } };
  const table = renderBookmarkTable({ columns }, bookmark, { includeObject: 'Metadata', hasColumns: false });
  assert.deepEqual(table, {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '12' },
    columnDefinitions: null,
    rows: [
      {
        cells: [null, null, null, null, null],
        object: {
          kind: 'PartialObjectMetadata',
          apiVersion: 'meta.k8s.io/v1',
          metadata: { resourceVersion: '12' },
        },
      },
    ],
  });
});

test('metadata-only forms', () => {
  assert.deepEqual(partialObjectMetadata(thing), {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: thing.metadata,
  });
  const list = partialObjectMetadataList([thing], { resourceVersion: '3' }, 'v1beta1');
  assert.equal(list.apiVersion, 'meta.k8s.io/v1beta1');
  assert.deepEqual(list.metadata, { resourceVersion: '3' });
  assert.deepEqual(list.items, [partialObjectMetadata(thing, 'v1beta1')]);
});
