/** Objects over all control planes: added up in steps, told as one where they have no name, and not counted all the time. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { GroupResource } from '../apimachinery/gvk.ts';
import { limits } from '../apimachinery/limits.ts';
import { customResourceDefinitionDefinition } from '../apis/apiextensions/v1/customresourcedefinition/custom-resource-definition-definition.ts';
import { ReferenceStore } from '../storage/conformance/reference-store.ts';
import { committed, put, sample } from '../storage/conformance/sample.ts';
import { tenantOfPlatform, tenantOfProject } from '../storage/keys.ts';
import type { ObjectKey, Put, TenantId } from '../storage/store.ts';
import { ObjectCounts } from './object-counts.ts';
import type { ResourceNames } from './resource-names.ts';

const configMaps = { group: '', resource: 'configmaps' };
const gadgets = { group: 'own.example.com', resource: 'gadgets' };
const { group, resource } = customResourceDefinitionDefinition.storage;
const definitions = { group, resource };

const names = {
  *all(): Iterable<GroupResource> {
    yield configMaps;
    yield definitions;
  },
} as unknown as ResourceNames;

function putOf(tenant: TenantId, of: GroupResource, name: string): Put {
  const key: ObjectKey = { tenant, ...of, namespace: '', name };
  return put(key, sample('x')) as Put;
}

function told(counts: ObjectCounts): Record<string, number> {
  return Object.fromEntries(counts.counts.map((count) => [count.resource, count.objects]));
}

test('what is named is told by its name, and all that projects have defined as one', async () => {
  const store = new ReferenceStore();
  const [one, two] = [tenantOfProject('one', 'u'), tenantOfProject('two', 'u')];
  await committed(
    store,
    putOf(tenantOfPlatform, configMaps, 'a'),
    putOf(one, configMaps, 'a'),
    putOf(one, configMaps, 'b'),
    putOf(one, definitions, 'gadgets.own.example.com'),
    putOf(one, gadgets, 'a'),
    putOf(two, definitions, 'gadgets.own.example.com'),
    putOf(two, gadgets, 'a'),
    putOf(two, gadgets, 'b'),
  );
  const counts = new ObjectCounts(store, names);
  assert.deepEqual(told(counts), {});
  await counts.refresh();
  assert.deepEqual(told(counts), { configmaps: 3, customresourcedefinitions: 2, 'project-defined': 3 });
  const bytes = counts.counts.map((count) => count.bytes);
  assert.ok(bytes.every((each) => each > 0));
});

test('more control planes than fit one step are all counted', async () => {
  const store = new ReferenceStore();
  const planes = limits.countStepEntries * 2 + 1;
  const tenants = Array.from({ length: planes }, (_, i) => tenantOfProject(`p${i}`, 'u'));
  await committed(store, ...tenants.map((tenant) => putOf(tenant, configMaps, 'a')));
  const counts = new ObjectCounts(store, names);
  await counts.refresh();
  assert.equal(told(counts).configmaps, planes);
});

test('counting takes a hundredth of the time, and who does not wait for it is told the last figures', async () => {
  const store = new ReferenceStore();
  let nowMs = 1_000;
  let countingMs = 10;
  const now = mock.method(performance, 'now', () => nowMs);
  const slow = {
    *all(): Iterable<GroupResource> {
      nowMs += countingMs;
      yield configMaps;
    },
  } as unknown as ResourceNames;
  const counts = new ObjectCounts(store, slow);
  await counts.refresh();
  await committed(store, putOf(tenantOfPlatform, configMaps, 'a'));
  nowMs += 990;
  await counts.refresh();
  assert.equal(told(counts).configmaps, 0, 'it is not time yet');
  nowMs += 20;
  countingMs = 500;
  await counts.refresh();
  assert.equal(told(counts).configmaps, 1, 'what was quick is waited for');
  await committed(store, putOf(tenantOfPlatform, configMaps, 'b'));
  nowMs += 50_001;
  await counts.refresh();
  assert.equal(told(counts).configmaps, 1, 'what was slow is not');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(told(counts).configmaps, 2);
  now.mock.restore();
});

test('a count that fails leaves the figures, is tried again when it is time to, and is heard of once', async () => {
  const store = new ReferenceStore();
  await committed(store, putOf(tenantOfPlatform, configMaps, 'a'));
  let nowMs = 1_000;
  const now = mock.method(performance, 'now', () => nowMs);
  let isBroken = false;
  const slow = {
    *all(): Iterable<GroupResource> {
      nowMs += 500;
      if (isBroken) throw new Error('unreadable');
      yield configMaps;
    },
  } as unknown as ResourceNames;
  const counts = new ObjectCounts(store, slow);
  isBroken = true;
  await assert.rejects(counts.refresh(), /unreadable/);
  assert.deepEqual(told(counts), {});
  await counts.refresh();
  isBroken = false;
  nowMs += 50_001;
  await counts.refresh();
  assert.equal(told(counts).configmaps, 1);
  // Nobody waits for the next.
  isBroken = true;
  nowMs += 50_001;
  await counts.refresh();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(told(counts).configmaps, 1);
  await assert.rejects(counts.refresh(), /unreadable/);
  await counts.refresh();
  assert.equal(told(counts).configmaps, 1);
  now.mock.restore();
});
