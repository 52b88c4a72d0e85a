import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { encodeRecord, serializeObject } from './record.ts';
import { servedItems } from './served-items.ts';
import type { StoredEntry } from './store.ts';

function recordOf(object: object): Buffer {
  const { json, rvOffset } = serializeObject(object as KubeObject);
  return encodeRecord({ deleting: false, uid: 'uid', labels: {}, fields: {}, indexes: [] }, json, rvOffset);
}

const revisionOf = (i: number): number => 9 ** (i + 1);

const objects: readonly KubeObject[] = [
  { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' }, data: { key: 'värde' } },
  { apiVersion: 'v1', kind: 'Thing', metadata: {} },
  { apiVersion: 'example.com/v1', kind: 'T', metadata: { name: 'c', labels: { x: 'y' } }, list: ['}', '{'] },
];
const withoutTypes = ({ kind: _, apiVersion: __, ...rest }: KubeObject): object => rest;
const withTypes = ({ kind, apiVersion, ...rest }: KubeObject): object => ({ kind, apiVersion, ...rest });
const served = objects.map((object, i) => ({
  ...object,
  metadata: { resourceVersion: String(revisionOf(i)), ...object.metadata },
}));
const expected = served.map(withoutTypes);

function check(
  entries: readonly StoredEntry[],
  items: readonly object[],
  before = '{"items":[',
  after = ']}',
  isTyped = false,
): void {
  assert.equal(
    servedItems(entries, { isTyped, before, after }).toString(),
    `${before}${items.map((item) => JSON.stringify(item)).join(',')}${after}`,
  );
}

test('items stand between two texts, with or without their types', () => {
  const entries = objects.map(
    (object, i) => ({ record: recordOf(object), revision: revisionOf(i) }) as StoredEntry,
  );
  check(entries, expected);
  check(entries, served.map(withTypes), '[', ']', true);
  check([], []);
  check(entries.slice(1, 2), expected.slice(1, 2), '', '');
});
