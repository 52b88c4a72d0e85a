/** Which services a control plane has, and what is kept of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { ReferenceStore } from '../storage/conformance/reference-store.ts';
import { committed, put } from '../storage/conformance/sample.ts';
import { tenantOfPlatform, tenantOfProject } from '../storage/keys.ts';
import { encodeRecord, serializeObject } from '../storage/record.ts';
import type { TenantId, Write } from '../storage/store.ts';
import { AggregatedServices } from './aggregated-services.ts';

const storage = { group: 'apiregistration.k8s.io', resource: 'apiservices' };
const ca = '-'.repeat(10_000);

function registered(tenant: TenantId, group: string): Write {
  const name = `v1.${group}`;
  const object: KubeObject = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name },
    spec: {
      group,
      version: 'v1',
      service: { namespace: 'n', name: 'api' },
      caBundle: Buffer.from(ca).toString('base64'),
    },
  };
  const { json, rvOffset } = serializeObject(object);
  const header = { uid: 'u', deleting: false, labels: {}, fields: {}, indexes: [] };
  return put({ tenant, ...storage, namespace: '', name }, encodeRecord(header, json, rvOffset));
}

test('a control plane finds its own services and those it is given, and is charged for its own', async () => {
  const store = new ReferenceStore();
  const [own, other] = [tenantOfProject('own', 'u'), tenantOfProject('other', 'u')];
  await committed(
    store,
    registered(tenantOfPlatform, 'given.example'),
    registered(own, 'mine.example'),
    registered(own, 'given.example'),
  );
  const services = new AggregatedServices({ store, storage, contextsOf: () => ['Platform', 'Project'] });
  const homeOf = (tenant: string, group: string): string | undefined =>
    services.find(tenant, group, 'v1')?.home;
  assert.equal(homeOf(other, 'given.example'), tenantOfPlatform);
  assert.equal(homeOf(other, 'mine.example'), undefined);
  assert.equal(homeOf(tenantOfPlatform, 'given.example'), tenantOfPlatform);
  assert.equal(services.cache.weight, 0);
  assert.equal(homeOf(own, 'mine.example'), own);
  assert.equal(homeOf(own, 'given.example'), tenantOfPlatform);
  assert.equal(services.find(own, 'mine.example', 'v2'), undefined);
  assert.ok(services.cache.weight > ca.length && services.cache.weight < 2 * ca.length);
  await committed(store, registered(own, 'more.example'));
  assert.equal(homeOf(own, 'more.example'), own);
  assert.ok(services.cache.weight > 2 * ca.length);
  services.close();
});
