import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { encodeRecord, serializeObject } from './record.ts';
import { servedItems } from './served-items.ts';
import { SlabEntry } from './slab-entry.ts';
import type { RangeQuery, StoredEntry } from './store.ts';

const scope = {
  tenant: 'x',
  group: '',
  resource: 'things',
  maxEntries: 9,
  maxBytes: 9,
} as unknown as RangeQuery;
const keyBytes = 'x\0\0things\0default\0name'.length;

function recordOf(object: object): Buffer {
  const { json, rvOffset } = serializeObject(object as KubeObject);
  return encodeRecord({ deleting: false, uid: 'uid', labels: {}, fields: {}, indexes: [] }, json, rvOffset);
}

/** Entries as a range leaves them in a slab, with so many bytes before each record and behind the last. */
function inSlab(records: readonly Buffer[], gap: number, room: number): StoredEntry[] {
  const bytes = records.reduce((sum, record) => sum + gap + record.length, room);
  const slab = Buffer.alloc(bytes, '#');
  let at = 0;
  return records.map((record, i) => {
    const start = at + gap;
    record.copy(slab, start);
    at = start + record.length;
    return new SlabEntry(scope, revisionOf(i), slab, start, start, start, at);
  });
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

test('each in memory of its own', () => {
  const entries = objects.map(
    (object, i) => ({ record: recordOf(object), revision: revisionOf(i) }) as StoredEntry,
  );
  check(entries, expected);
  check([], []);
  check(entries.slice(1, 2), expected.slice(1, 2), '', '');
});

test('all in one slab: there where they lie, if there is room for what comes', () => {
  const records = objects.map(recordOf);
  for (const gap of [0, 1, 12, keyBytes, 100]) {
    for (const room of [0, 1, 2, 1_000]) {
      check(inSlab(records, gap, room), expected);
      check(inSlab(records, gap, room), served.map(withTypes), '[', ']', true);
    }
  }
  const [entry] = inSlab(records.slice(0, 1), 200, 10);
  assert.equal(servedItems([entry!], { isTyped: false }).buffer, (entry as SlabEntry).slab.buffer);
});

test('no room for one of them: those before it are not lost, nor is it', () => {
  const bare = recordOf({ metadata: { name: 'bare' } });
  const records = [recordOf(objects[0]!), bare, bare, bare, bare, recordOf(objects[2]!)];
  const items = [0, 1, 2, 3, 4].map((i) => ({
    metadata: { resourceVersion: String(revisionOf(i)), name: 'bare' },
  }));
  const last = {
    metadata: { resourceVersion: String(revisionOf(5)), name: 'c', labels: { x: 'y' } },
    list: ['}', '{'],
  };
  check(inSlab(records, 0, 0), [expected[0]!, ...items.slice(1), last]);
});

test('some elsewhere', () => {
  const records = objects.map(recordOf);
  const apart = { record: records[1]!, revision: revisionOf(1) } as StoredEntry;
  const [first, , third] = inSlab(records, keyBytes, 100);
  check([first!, apart, third!], expected);
  const [other] = inSlab(records, keyBytes, 100);
  check([apart, other!], [expected[1]!, expected[0]!]);
});
