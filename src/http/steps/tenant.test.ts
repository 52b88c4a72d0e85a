/** Which control plane a path leads to, and what the resolver keeps of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../apimachinery/limits.ts';
import type { Surface } from '../../request/context.ts';
import { ReferenceStore } from '../../storage/conformance/reference-store.ts';
import { committed, put, remove } from '../../storage/conformance/sample.ts';
import { tenantOfPlatform, tenantOfProject } from '../../storage/keys.ts';
import { encodeRecord, serializeObject } from '../../storage/record.ts';
import type { ObjectKey } from '../../storage/store.ts';
import { TenantResolver } from './tenant.ts';

const projects = { group: 'g', resource: 'projects' };
const keyOf = (name: string): ObjectKey => ({ tenant: tenantOfPlatform, ...projects, namespace: '', name });
const surface = (name: string): Surface => ({ kind: 'Project', name });

function record(uid: string, startRevision = 0): Buffer {
  const { json, rvOffset } = serializeObject({ apiVersion: 'g/v1', kind: 'Project', metadata: { uid } });
  const fields = { start: String(startRevision) };
  return encodeRecord({ uid, deleting: false, labels: {}, fields, indexes: [] }, json, rvOffset);
}

function resolver(store: ReferenceStore): TenantResolver {
  return new TenantResolver(store, { ...projects, startRevisionField: 'start' });
}

test('a project is known by name and uid', async () => {
  const store = new ReferenceStore();
  const tenants = resolver(store);
  await committed(store, put(keyOf('p'), record('u1', 7)));
  const found = tenants.resolve(surface('p'));
  assert.deepEqual(found, { id: tenantOfProject('p', 'u1'), surface: surface('p'), startRevision: 7 });
  assert.equal(tenants.resolve(surface('p')), found, 'the second time from memory');
  assert.equal(tenants.resolve({ kind: 'Platform', name: '' })?.id, tenantOfPlatform);
  assert.equal(tenants.resolve({ kind: 'Organization', name: 'p' }), undefined);
});

test('what does not exist is not remembered', async () => {
  const store = new ReferenceStore();
  const tenants = resolver(store);
  for (let i = 0; i < 100; i++) assert.equal(tenants.resolve(surface(`ghost-${i}`)), undefined);
  assert.equal(tenants.size, 0);
  await committed(store, put(keyOf('ghost-1'), record('u1')));
  assert.equal(tenants.resolve(surface('ghost-1'))?.id, tenantOfProject('ghost-1', 'u1'));
});

test('a change, a deletion and a namesake are seen at once', async () => {
  const store = new ReferenceStore();
  const tenants = resolver(store);
  const [created] = await committed(store, put(keyOf('p'), record('u1', 1)));
  tenants.resolve(surface('p'));
  const [updated] = await committed(store, put(keyOf('p'), record('u1', 2), created));
  assert.equal(tenants.resolve(surface('p'))?.startRevision, 2);
  await committed(store, remove(keyOf('p'), updated!));
  assert.equal(tenants.resolve(surface('p')), undefined);
  assert.equal(tenants.size, 0);
  await committed(store, put(keyOf('p'), record('u2')));
  assert.equal(tenants.resolve(surface('p'))?.id, tenantOfProject('p', 'u2'));
});

test('objects of the same name elsewhere are not the project', async () => {
  const store = new ReferenceStore();
  const tenants = resolver(store);
  await committed(store, put({ ...keyOf('p'), tenant: tenantOfProject('q', 'u9') }, record('u1')));
  await committed(store, put({ ...keyOf('p'), resource: 'folders' }, record('u1')));
  assert.equal(tenants.resolve(surface('p')), undefined);
});

test('the most recently used are kept, up to a bound', async () => {
  const store = new ReferenceStore();
  const tenants = resolver(store);
  const names = Array.from({ length: limits.tenantCacheEntries + 1 }, (_, i) => `p${i}`);
  for (const name of names) await store.commit([put(keyOf(name), record('u'))]);
  const kept = names.slice(0, -1).map((name) => tenants.resolve(surface(name)));
  tenants.resolve(surface('p0'));
  tenants.resolve(surface(names.at(-1)!));
  assert.equal(tenants.size, limits.tenantCacheEntries);
  assert.equal(tenants.resolve(surface('p0')), kept[0]);
  assert.equal(tenants.resolve(surface('p2')), kept[2]);
  const again = tenants.resolve(surface('p1'));
  assert.notEqual(again, kept[1], 'the one used least lately is read again');
  assert.deepEqual(again, kept[1]);
  assert.equal(tenants.size, limits.tenantCacheEntries);
  tenants.close();
});
