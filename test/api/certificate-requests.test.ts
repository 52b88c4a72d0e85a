/** A certificate request through its life: asked, approved, issued, each by its own endpoint. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import { sampleCertificateRequest } from '../sample-certificate-request.ts';
import { type Manifest, must } from './control-planes.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
});
after(() => server.stop());

const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const manifest = (name: string, spec: object = {}): Manifest => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name },
  spec: {
    request: Buffer.from(sampleCertificateRequest).toString('base64'),
    signerName: 'example.com/signer',
    usages: ['client auth'],
    ...spec,
  },
});
const approved = { type: 'Approved', status: 'True', reason: 'Test' };

test('who asks is recorded, whatever the request says of it', async () => {
  const given = manifest('mine', { username: 'root', groups: ['system:masters'] });
  const created = await must(server.post(requests, { ...given, status: { conditions: [approved] } }), 201);
  assert.equal(created.spec.username, 'admin');
  assert.ok(created.spec.groups.includes('system:authenticated'));
  assert.equal(created.status?.conditions, undefined);
});

test('what is asked does not change', async () => {
  const changed = await must(server.patch(`${requests}/mine`, { spec: { signerName: 'other.com/x' } }), 200);
  assert.equal(changed.spec.signerName, 'example.com/signer');
});

test('it is approved, and only so', async () => {
  const refused = await server.patch(`${requests}/mine/status`, { status: { conditions: [approved] } });
  assert.equal(refused.status, 422);
  assert.match(refused.json.message, /updates may not add a condition of type "Approved"/);
  const decided = await must(
    server.patch(`${requests}/mine/approval`, { status: { conditions: [approved], certificate: 'AAAA' } }),
    200,
  );
  assert.equal(decided.status.certificate, undefined);
  const [condition] = decided.status.conditions;
  assert.match(condition.lastUpdateTime, /^20/);
  assert.equal(condition.lastTransitionTime, condition.lastUpdateTime);
  const read = await must(server.get(`${requests}/mine/approval`), 200);
  assert.deepEqual(read.status, decided.status);
});

test('requests are found by their signer', async () => {
  await must(server.post(requests, manifest('theirs', { signerName: 'other.com/signer' })), 201);
  const list = await must(server.get(`${requests}?fieldSelector=spec.signerName%3Dother.com%2Fsigner`), 200);
  assert.deepEqual(
    list.items.map(({ metadata }: Manifest) => metadata.name),
    ['theirs'],
  );
});

test('a request that is none is refused', async () => {
  const { status, json } = await server.post(requests, manifest('bad', { request: 'aGVsbG8=', usages: [] }));
  assert.equal(status, 422);
  assert.deepEqual(
    json.details.causes.map(({ field }: Manifest) => field),
    ['spec.request', 'spec.usages'],
  );
});
