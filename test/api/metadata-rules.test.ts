/** What in metadata is the server's, what is refused, and in which words. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Answer, ApiServer } from '../api-client.ts';
import { configmap, createOrganization, group, must } from './control-planes.ts';

let server: ApiServer;
let count = 0;
before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'acme');
});
after(() => server.stop());

const configmaps = '/api/v1/namespaces/default/configmaps';
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const fresh = (): string => `object-${count++}`;
const at = (name: string): string => `${configmaps}/${name}`;
async function made(metadata: object = {}): Promise<string> {
  const name = fresh();
  await must(server.post(configmaps, configmap(name, metadata)), 201);
  return name;
}
function refused(answer: Answer, status: number, message: RegExp | string): void {
  assert.equal(answer.status, status, answer.text);
  if (typeof message === 'string') assert.equal(answer.json.message, message);
  else assert.match(answer.json.message, message);
}

describe('not the client’s to change', () => {
  const cases: readonly (readonly [title: string, change: object, message: RegExp])[] = [
    ['uid, by a patch', { uid: 'other' }, /: metadata\.uid: Invalid value: "other": field is immutable$/],
    [
      'a deletion mark',
      { deletionTimestamp: '1999-01-01T00:00:00Z' },
      /: metadata\.deletionTimestamp: Invalid value: "1999-01-01T00:00:00Z": field is immutable$/,
    ],
    [
      'a grace period',
      { deletionGracePeriodSeconds: 5 },
      /: metadata\.deletionGracePeriodSeconds: Invalid value: 5: field is immutable$/,
    ],
  ];
  for (const [title, change, message] of cases) {
    test(`${title}: refused`, async () => {
      const name = await made();
      refused(await server.patch(at(name), { metadata: change }), 422, message);
    });
  }
  test('uid, by a PUT: a demand that does not hold', async () => {
    const name = await made();
    const { uid } = (await server.get(at(name))).json.metadata;
    refused(
      await server.put(at(name), configmap(name, { uid: 'other' })),
      409,
      `Operation cannot be fulfilled on configmaps "${name}": Precondition failed: UID in precondition: other, UID in object meta: ${uid}`,
    );
  });
  test('time and generation: kept without a word', async () => {
    const name = await made();
    const before = (await server.get(at(name))).json.metadata;
    const change = { creationTimestamp: '1999-01-01T00:00:00Z', generation: 9, selfLink: '/x' };
    const after = await must(server.patch(at(name), { metadata: change }), 200);
    assert.equal(after.metadata.resourceVersion, before.resourceVersion);
  });
  test('the mark of one that is deleted: kept without a word', async () => {
    const name = await made({ finalizers: ['example.com/hold'] });
    const { metadata } = await must(server.remove(at(name)), 200);
    const change = { deletionTimestamp: null, deletionGracePeriodSeconds: null, labels: { a: 'b' } };
    const after = await must(server.patch(at(name), { metadata: change }), 200);
    assert.equal(after.metadata.deletionTimestamp, metadata.deletionTimestamp);
    assert.equal(after.metadata.deletionGracePeriodSeconds, 0);
    refused(
      await server.patch(at(name), { metadata: { deletionGracePeriodSeconds: 30 } }),
      422,
      /: metadata\.deletionGracePeriodSeconds: Invalid value: 30: field is immutable$/,
    );
    await must(server.patch(at(name), { metadata: { finalizers: null } }), 200);
  });
});

describe('resourceVersion', () => {
  test('of an object to be created', async () => {
    const answer = await server.post(configmaps, configmap(fresh(), { resourceVersion: '7' }));
    assert.deepEqual(answer.json, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'resourceVersion should not be set on objects to be created',
      code: 500,
    });
    assert.equal(answer.status, 500);
    await must(server.post(configmaps, configmap(fresh(), { resourceVersion: '0' })), 201);
  });
  test('what is wrong with the object comes first, and that it exists afterwards', async () => {
    const wrong = configmap('Not A Name', { resourceVersion: '7' });
    assert.equal((await server.post(configmaps, wrong)).status, 422);
    assert.equal(
      (await server.post(configmaps, configmap(await made(), { resourceVersion: '7' }))).status,
      500,
    );
  });
  for (const [text, problem] of [
    ['soon', 'invalid syntax'],
    ['-1', 'invalid syntax'],
    ['18446744073709551616', 'value out of range'],
  ]) {
    test(`${text} of an update`, async () => {
      const name = await made();
      refused(
        await server.put(at(name), configmap(name, { resourceVersion: text })),
        500,
        `strconv.ParseUint: parsing "${text}": ${problem}`,
      );
    });
  }
  test('written otherwise, but the same number', async () => {
    const name = await made();
    const { resourceVersion } = (await server.get(at(name))).json.metadata;
    await must(server.put(at(name), configmap(name, { resourceVersion: `00${resourceVersion}` })), 200);
  });
});

describe('owner references', () => {
  const owner = { apiVersion: 'v1', kind: 'Secret', name: 's', uid: 'u' };
  const foreign = { ...owner, apiVersion: 'example.com/v1', kind: 'Widget' };
  const post = (ownerReferences: readonly object[]) =>
    server.post(configmaps, configmap(fresh(), { ownerReferences }));
  const cases: readonly (readonly [title: string, references: readonly object[], message: RegExp])[] = [
    [
      'no kind',
      [{ ...owner, kind: '' }],
      /metadata\.ownerReferences\.kind: Invalid value: "": must not be empty$/,
    ],
    [
      'no name',
      [{ ...owner, name: '' }],
      /metadata\.ownerReferences\.name: Invalid value: "": must not be empty$/,
    ],
    [
      'no uid',
      [{ ...owner, uid: '' }],
      /metadata\.ownerReferences\.uid: Invalid value: "": must not be empty$/,
    ],
    [
      'no version',
      [{ ...owner, apiVersion: '' }],
      /metadata\.ownerReferences\.apiVersion: Invalid value: "": version must not be empty$/,
    ],
    ['an Event', [{ ...owner, kind: 'Event' }], /\/v1, Kind=Event is disallowed from being an owner$/],
    [
      'two controllers',
      [
        { ...owner, controller: true },
        { ...foreign, name: 't', controller: true },
      ],
      /Only one reference can have Controller set to true\. Found "true" in references for Secret\/s and Widget\/t$/,
    ],
  ];
  for (const [title, references, message] of cases) {
    test(`${title}: refused`, async () => refused(await post(references), 422, message));
  }

  const repeated = (when: string): string =>
    `299 - ".metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: u, u"`;
  test('repeated ones are kept once, with a warning', async () => {
    const other = { ...foreign, blockOwnerDeletion: true };
    const answer = await post([foreign, other, foreign, other]);
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual(answer.json.metadata.ownerReferences, [foreign, other]);
    assert.equal(answer.headers.warning, repeated(''));
    const patched = await server.patch(at(answer.json.metadata.name), {
      metadata: { ownerReferences: [foreign, foreign, foreign] },
    });
    assert.deepEqual(patched.json.metadata.ownerReferences, [foreign]);
    assert.equal(patched.headers.warning, repeated(' after mutating admission happens'));
  });
});

describe('sizes', () => {
  test('annotations, all together', async () => {
    const metadata = { annotations: { a: 'x'.repeat(200_000), b: 'y'.repeat(70_000) } };
    refused(
      await server.post(configmaps, configmap(fresh(), metadata)),
      422,
      /metadata\.annotations: Too long: may not be more than 262144 bytes$/,
    );
  });
  test('a generated name leaves room for what is generated', async () => {
    const { json } = await server.post(configmaps, { metadata: { generateName: 'x'.repeat(80) } });
    assert.match(json.metadata.name, /^x{58}[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });
  test('an object that no record takes', async () => {
    const answer = await server.post('/apis/coordination.k8s.io/v1/namespaces/default/leases', {
      metadata: { name: 'large' },
      spec: { holderIdentity: 'x'.repeat(2_000_000) },
    });
    assert.deepEqual([answer.status, answer.json.reason], [413, 'RequestEntityTooLarge']);
    assert.match(answer.json.message, /^Request entity too large: /);
  });
});

describe('names that are taken', () => {
  test('by one that is on its way out', async () => {
    const name = await made({ finalizers: ['example.com/hold'] });
    await must(server.remove(at(name)), 200);
    refused(
      await server.post(configmaps, configmap(name)),
      409,
      `object is being deleted: configmaps "${name}" already exists`,
    );
    await must(server.patch(at(name), { metadata: { finalizers: null } }), 200);
  });
  test('of one that also asked for a generated one', async () => {
    const name = await made();
    const answer = await server.post(configmaps, configmap(name, { generateName: 'x-' }));
    refused(
      answer,
      409,
      `configmaps "${name}" already exists, the server was not able to generate a unique name for the object`,
    );
    assert.deepEqual(answer.json.details, { name, kind: 'configmaps', retryAfterSeconds: 1 });
    assert.equal(answer.headers['retry-after'], '1');
  });
});

describe('PUT where nothing is', () => {
  test('creates, where the kind lets it', async () => {
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'put' },
      spec: {},
    };
    const created = await must(server.put(`${leases}/put`, lease), 201);
    assert.ok(created.metadata.uid);
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'put' },
      involvedObject: { namespace: 'default' },
      reason: 'R',
    };
    await must(server.put('/api/v1/namespaces/default/events/put', event), 201);
    await must(server.put('/api/v1/namespaces/default/events/put', event), 200);
  });
  test('does not create under a uid', async () => {
    const lease = { metadata: { name: 'nobody', uid: 'u' }, spec: {} };
    refused(
      await server.put(`${leases}/nobody`, lease),
      409,
      'Operation cannot be fulfilled on leases.coordination.k8s.io "nobody": Precondition failed: UID in precondition: u, UID in object meta: ',
    );
  });
  test('is a 404 elsewhere', async () => {
    const name = fresh();
    refused(await server.put(at(name), configmap(name)), 404, `configmaps "${name}" not found`);
  });
  test('a patch never creates', async () => {
    const answer = await server.patch(`${leases}/nobody`, { spec: {} });
    refused(answer, 404, 'leases.coordination.k8s.io "nobody" not found');
  });
});

describe('generation', () => {
  const path = `${group}/organizations/acme`;
  const generation = async (): Promise<number> => (await server.get(path)).json.metadata.generation;
  test('counts changes of the spec, and nothing else', async () => {
    const first = await generation();
    await must(server.patch(path, { metadata: { labels: { a: 'b' } } }), 200);
    await must(server.patch(path, { status: { conditions: [] } }), 200);
    assert.equal(await generation(), first);
    await must(server.patch(path, { spec: { type: 'Personal' } }), 200);
    assert.equal(await generation(), first + 1);
    await must(server.patch(path, { spec: { type: 'Personal' } }), 200);
    assert.equal(await generation(), first + 1);
  });
  test('of a kind that counts none is what the client made it, then stays', async () => {
    const name = await made({ generation: 4 });
    const changed = await must(
      server.patch(at(name), { metadata: { generation: 6 }, data: { k: 'w' } }),
      200,
    );
    assert.equal(changed.metadata.generation, 4);
    refused(
      await server.post(configmaps, configmap(fresh(), { generation: -1 })),
      422,
      /metadata\.generation: Invalid value: -1: must be greater than or equal to 0$/,
    );
  });
});
