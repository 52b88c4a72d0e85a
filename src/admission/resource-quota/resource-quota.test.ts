import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { builtInDefinitions } from '../../apis/definitions.ts';
import type { AdmissionRequest } from '../../registry/admission.ts';
import { bootstrapUser } from '../../request/system-users.ts';
import { ReferenceStore } from '../../storage/conformance/reference-store.ts';
import { tenantOfPlatform } from '../../storage/keys.ts';
import { encodeRecord, serializeObject } from '../../storage/record.ts';
import type { RangePage, RangeQuery } from '../../storage/store.ts';
import { resourceQuota } from './resource-quota.ts';

/** Tells how many ranges were read. */
class WatchedStore extends ReferenceStore {
  ranges = 0;
  override range(query: RangeQuery): RangePage {
    this.ranges += 1;
    return super.range(query);
  }
}

async function put(store: ReferenceStore, object: KubeObject): Promise<void> {
  const { json, rvOffset } = serializeObject(object);
  const { name = '', namespace = '' } = object.metadata;
  const key = { tenant: tenantOfPlatform, group: '', resource: 'resourcequotas', namespace, name };
  const header = { uid: name, deleting: false, labels: {}, fields: {}, indexes: [] };
  const record = encodeRecord(header, json, rvOffset);
  assert.ok((await store.commit([{ kind: 'put', key, record, expect: 0 }])).ok);
}
const quota = (status: object, spec: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q', namespace: 'n' },
  spec,
  status,
});

function request(resource: string, changes: Partial<AdmissionRequest> = {}): AdmissionRequest {
  const definition = builtInDefinitions.find((each) => each.group === '' && each.resource === resource)!;
  const metadata = { name: 'o', ...(definition.scope === 'Namespaced' ? { namespace: 'n' } : {}) };
  return {
    operation: 'create',
    isFirst: true,
    definition,
    subresource: '',
    tenant: { id: tenantOfPlatform, surface: { kind: 'Platform', name: '' }, startRevision: 0 },
    user: bootstrapUser,
    object: { apiVersion: 'v1', kind: definition.kind, metadata },
    old: undefined,
    ...changes,
  };
}

async function charged(given: KubeObject | undefined, asked: AdmissionRequest): Promise<unknown[]> {
  const store = new WatchedStore();
  if (given !== undefined) await put(store, given);
  const charges = resourceQuota(store).charge?.(asked) ?? [];
  return charges.map(({ object }) => object.status);
}

test('where there is no quota, none is looked for', () => {
  const store = new WatchedStore();
  assert.deepEqual(resourceQuota(store).charge?.(request('configmaps')), []);
  assert.equal(store.ranges, 0);
});

describe('charges', () => {
  const hard = { configmaps: '2' };
  const status = { hard, used: { configmaps: '1', secrets: '7' } };
  test('what is asked for is added, the rest stays', async () => {
    const used = { configmaps: '2', secrets: '7' };
    assert.deepEqual(await charged(quota(status), request('configmaps')), [{ hard, used }]);
  });
  test('nothing for what is not bounded', async () =>
    assert.deepEqual(await charged(quota(status), request('serviceaccounts')), []));
  test('nothing while no bound is in force', async () =>
    assert.deepEqual(await charged(quota({}, { hard }), request('configmaps')), []));
  test('nothing in a scope', async () =>
    assert.deepEqual(await charged(quota(status, { scopes: ['Terminating'] }), request('configmaps')), []));
  test('nothing outside of namespaces', async () =>
    assert.deepEqual(await charged(quota(status), request('namespaces')), []));
  for (const changes of [{ operation: 'update' }, { operation: 'delete' }, { subresource: 'x' }] as const) {
    test(`nothing for ${JSON.stringify(changes)}`, async () =>
      assert.deepEqual(await charged(quota(status), request('configmaps', changes)), []));
  }
  test('without knowing what is used, nothing is let in', async () => {
    await assert.rejects(charged(quota({ hard }), request('configmaps')), {
      message: 'configmaps "o" is forbidden: status unknown for quota: q, resources: configmaps',
    });
  });
});
