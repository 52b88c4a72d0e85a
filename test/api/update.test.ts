/** PUT: whose it must be, what it may not change, and when it writes nothing. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, ApiServer, makeProjects } from '../api-client.ts';

const core = '/api/v1/namespaces/default';
const configMaps = `${core}/configmaps`;
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const organizations = '/apis/resourcemanager.miloapis.com/v1alpha1/organizations';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await makeProjects(server, 'acme', ['p']);
});
after(() => server.stop());

/** Creates an object and gives its path. */
async function made(
  collection: string,
  object: { metadata: { name: string; [field: string]: unknown }; [field: string]: unknown },
): Promise<string> {
  const answer = await server.post(collection, object);
  assert.equal(answer.status, 201, answer.text);
  return `${collection}/${object.metadata.name}`;
}
function refused(answer: Answer, code: number, message: string): void {
  assert.equal(answer.status, code, answer.text);
  assert.equal(answer.json.message, message);
}

test('the body names the object of the path', async () => {
  const path = await made(configMaps, { metadata: { name: 'named' } });
  refused(
    await server.put(path, { metadata: { name: 'other' } }),
    400,
    'the name of the object (other) does not match the name on the URL (named)',
  );
  refused(
    await server.put(path, { metadata: {} }),
    400,
    'the name of the object (named based on URL) was undeterminable: name must be provided',
  );
  refused(
    await server.put(path, { metadata: { name: 'named', namespace: 'other' } }),
    400,
    'the namespace of the provided object does not match the namespace sent on the request',
  );
  assert.equal((await server.put(path, { metadata: { name: 'named' } })).status, 200);
  // A namespace means nothing on what has none.
  const own = await server.put('/api/v1/namespaces/default', {
    metadata: { name: 'default', namespace: 'x' },
  });
  assert.deepEqual([own.status, own.json.metadata.namespace], [200, undefined]);
});

test('an update of a version that is no more is a conflict', async () => {
  const path = await made(configMaps, { metadata: { name: 'versions' }, data: { n: '0' } });
  const first = (await server.get(path)).json;
  const second = await server.put(path, { ...first, data: { n: '1' } });
  assert.equal(second.status, 200);
  assert.ok(Number(second.json.metadata.resourceVersion) > Number(first.metadata.resourceVersion));
  for (const resourceVersion of [first.metadata.resourceVersion, '999999999']) {
    refused(
      await server.put(path, { metadata: { name: 'versions', resourceVersion } }),
      409,
      'Operation cannot be fulfilled on configmaps "versions": the object has been modified; please apply your changes to the latest version and try again',
    );
  }
  assert.equal((await server.get(path)).text, second.text);
});

test('without a version: as the kind has it', async () => {
  const unconditional = [
    [configMaps, {}],
    [`${core}/secrets`, {}],
    [`${core}/serviceaccounts`, {}],
    [`${core}/events`, { involvedObject: { namespace: 'default' } }],
    ['/api/v1/namespaces', {}],
  ] as const;
  for (const [collection, fields] of unconditional) {
    const path = await made(collection, { metadata: { name: 'free' }, ...fields });
    for (const resourceVersion of [undefined, '', '0']) {
      const labels = { v: `v${resourceVersion}` };
      const answer = await server.put(path, {
        ...fields,
        metadata: { name: 'free', resourceVersion, labels },
      });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json.metadata.labels.v, labels.v);
    }
  }
  const conditional = [
    [leases, 'leases.coordination.k8s.io', 'coordination.k8s.io', 'leases'],
    [
      organizations,
      'organizations.resourcemanager.miloapis.com',
      'resourcemanager.miloapis.com',
      'organizations',
    ],
  ] as const;
  for (const [collection, resource, group, kind] of conditional) {
    const path = await made(collection, { metadata: { name: 'strict' } });
    const { status, json } = await server.put(path, { metadata: { name: 'strict' } });
    assert.equal(status, 422);
    const message = 'Invalid value: 0: must be specified for an update';
    assert.equal(json.message, `${resource} "strict" is invalid: metadata.resourceVersion: ${message}`);
    assert.deepEqual(json.details, {
      name: 'strict',
      group,
      kind,
      causes: [{ reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' }],
    });
  }
});

test('identity and history cannot be rewritten', async () => {
  const path = await made(configMaps, { metadata: { name: 'fixed', labels: { a: '1' } } });
  const before = (await server.get(path)).json.metadata;
  const { status, json } = await server.put(path, {
    metadata: {
      name: 'fixed',
      uid: before.uid,
      creationTimestamp: '1999-01-01T00:00:00Z',
      generation: 5,
      selfLink: '/x',
      managedFields: [{ manager: 'm' }],
      labels: { a: '2' },
    },
  });
  assert.equal(status, 200);
  const { resourceVersion } = json.metadata;
  assert.deepEqual(json.metadata, { ...before, labels: { a: '2' }, resourceVersion });
});

test('an update that changes nothing writes nothing', async () => {
  const path = await made(configMaps, {
    metadata: { name: 'same', labels: { a: '1', b: '2' } },
    data: { x: 'y' },
  });
  const stream = await server.watch(`${configMaps}?fieldSelector=metadata.name%3Dsame`).opened();
  const before = await server.get(path);
  const reordered =
    '{ "data": {"x": "y"},\n "metadata": {"labels": {"b":"2", "a":"1"}, "name": "same"}, "unknown": 1 }';
  for (const answer of [
    await server.put(path, before.json),
    await server.put(path, reordered),
    await server.put(`${path}?dryRun=All`, reordered),
    await server.patch(path, { data: { x: 'y', gone: null } }),
    await server.patch(path, [{ op: 'test', path: '/data/x', value: 'y' }], 'json'),
    await server.patch(path, {}, 'strategic-merge'),
  ]) {
    assert.equal(answer.status, 200);
    assert.equal(answer.text, before.text);
  }
  assert.equal((await server.get(path)).text, before.text);
  // The next real change is the next event.
  await server.patch(path, { data: { x: 'z' } });
  const events = await stream.until((all) => all.length >= 2);
  assert.deepEqual(
    events.map(({ type, object }) => [type, object.data.x]),
    [
      ['ADDED', 'y'],
      ['MODIFIED', 'z'],
    ],
  );
  stream.close();
});

test('releasing the last finalizer of a deleted object removes it', async () => {
  const finalizers = ['example.com/a', 'example.com/b'];
  const path = await made(configMaps, {
    metadata: { name: 'released', finalizers },
    data: { last: 'words' },
  });
  const { resourceVersion } = (await server.get(path)).json.metadata;
  const stream = await server
    .watch(`${configMaps}?fieldSelector=metadata.name%3Dreleased&resourceVersion=${resourceVersion}`)
    .opened();
  await server.remove(path);
  const deleting = (await server.get(path)).json;
  const added = await server.put(path, {
    ...deleting,
    metadata: { ...deleting.metadata, finalizers: [...finalizers, 'example.com/c'] },
  });
  assert.equal(added.status, 422);
  const cause = {
    reason: 'FieldValueForbidden',
    message:
      'Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/c"}',
    field: 'metadata.finalizers',
  };
  assert.deepEqual(added.json.details.causes, [cause, cause]);
  const one = await server.patch(path, { metadata: { finalizers: ['example.com/b'] } });
  assert.deepEqual(one.json.metadata.finalizers, ['example.com/b']);
  const dry = await server.put(`${path}?dryRun=All`, { metadata: { name: 'released' } });
  assert.equal(dry.status, 200);
  assert.equal((await server.get(path)).status, 200);
  const last = await server.put(path, { metadata: { name: 'released' }, data: { last: 'words' } });
  assert.deepEqual([last.status, last.json.kind, last.json.data.last], [200, 'ConfigMap', 'words']);
  assert.equal((await server.get(path)).status, 404);
  const events = await stream.until((all) => all.at(-1)?.type === 'DELETED');
  assert.deepEqual(
    events.map(({ type }) => type),
    ['MODIFIED', 'MODIFIED', 'DELETED'],
  );
  const end = events[2]!.object.metadata;
  assert.ok(Number(end.resourceVersion) > Number(one.json.metadata.resourceVersion));
  assert.ok(end.deletionTimestamp);
  stream.close();
});

test('create on update: only where the kind has it', async () => {
  const lease = { metadata: { name: 'new' }, spec: { holderIdentity: 'me' } };
  const mismatch = await server.put(`${leases}/new`, { metadata: { name: 'other' } });
  refused(mismatch, 400, 'the name of the object (other) does not match the name on the URL (new)');
  assert.equal((await server.put(`${leases}/new`, { metadata: { generateName: 'new' } })).status, 400);
  assert.equal((await server.put(`${leases}/new`, { metadata: { name: 'new', uid: 'some' } })).status, 409);
  const dry = await server.put(`${leases}/new?dryRun=All`, lease);
  assert.deepEqual([dry.status, dry.json.metadata.resourceVersion], [201, undefined]);
  assert.equal((await server.get(`${leases}/new`)).status, 404);
  const { status, text } = await server.put(`${leases}/new`, {
    ...lease,
    metadata: { name: 'new', resourceVersion: '5' },
  });
  assert.equal(status, 201);
  assert.equal((await server.get(`${leases}/new`)).text, text);
  const event = { metadata: { name: 'new' }, involvedObject: { namespace: 'default' } };
  const codes = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      server.put(`${core}/events/new`, { ...event, message: `from ${i}` }),
    ),
  );
  assert.deepEqual(codes.map(({ status: code }) => code).sort(), [
    ...Array.from({ length: 9 }, () => 200),
    201,
  ]);
  for (const collection of [
    configMaps,
    `${core}/secrets`,
    `${core}/serviceaccounts`,
    '/api/v1/namespaces',
    organizations,
  ]) {
    const answer = await server.put(`${collection}/absent`, { metadata: { name: 'absent' } });
    assert.equal(answer.status, 404, answer.text);
  }
});

test('a generation for each change of the spec, and for nothing else', async () => {
  const path = await made(organizations, { metadata: { name: 'generations' }, spec: { type: 'Standard' } });
  const current = async () => (await server.get(path)).json;
  const generation = async () => (await current()).metadata.generation;
  assert.equal(await generation(), 1);
  await server.patch(path, { metadata: { labels: { a: 'b' } } });
  assert.equal(await generation(), 1);
  await server.put(`${path}/status`, { ...(await current()), status: { observedGeneration: 1 } });
  assert.equal(await generation(), 1);
  await server.patch(path, { spec: { contactInfo: { email: 'a@b', name: 'a' } } });
  assert.equal(await generation(), 2);
  await server.patch(path, { metadata: { generation: 1 } });
  assert.equal(await generation(), 2);
  await server.patch(path, { metadata: { finalizers: ['example.com/hold'] } });
  const deleted = await server.remove(path);
  assert.equal(deleted.json.metadata.generation, 3);
  await server.remove(path);
  assert.equal(await generation(), 3);
});

test('status has an endpoint of its own', async () => {
  const path = await made(organizations, { metadata: { name: 'parts' }, spec: { type: 'Standard' } });
  const before = (await server.get(path)).json;
  const asked = {
    ...before,
    metadata: { ...before.metadata, labels: { a: 'b' } },
    spec: { type: 'Standard', contactInfo: { email: 'a@b', name: 'a' } },
    status: { observedGeneration: 7 },
  };
  const status = await server.put(`${path}/status`, asked);
  assert.equal(status.status, 200);
  assert.deepEqual(status.json.status, { observedGeneration: 7 });
  assert.deepEqual(status.json.spec, before.spec);
  assert.equal(status.json.metadata.labels, undefined);
  assert.equal((await server.get(`${path}/status`)).text, status.text);
  const main = await server.put(path, {
    ...asked,
    metadata: { ...asked.metadata, resourceVersion: status.json.metadata.resourceVersion },
    status: {},
  });
  assert.deepEqual(main.json.metadata.labels, { a: 'b' });
  assert.equal(main.json.status.observedGeneration, 2);
  assert.equal((await server.put(`${path}/status`, asked)).status, 409);
  assert.equal((await server.put(`${path}/status`, { ...asked, metadata: { name: 'other' } })).status, 400);
  assert.equal(
    (await server.put(`${organizations}/absent/status`, { metadata: { name: 'absent' } })).status,
    404,
  );
  assert.equal((await server.get(`${path}/status?watch=1`)).json.kind, 'Organization');
});

test('a built-in kind lets labels through on status; finalize takes metadata and the finalizers of the spec', async () => {
  const path = await made('/api/v1/namespaces', { metadata: { name: 'lived-in' } });
  const status = await server.patch(`${path}/status`, {
    metadata: { labels: { seen: 'yes' } },
    status: { phase: 'Terminating' },
  });
  assert.equal(status.status, 422);
  const labelled = await server.patch(`${path}/status`, { metadata: { labels: { seen: 'yes' } } });
  assert.equal(labelled.json.metadata.labels.seen, 'yes');
  const finalized = await server.put(`${path}/finalize`, {
    metadata: { name: 'lived-in', labels: { other: 'x' } },
    spec: { finalizers: ['kubernetes', 'example.com/more'] },
    status: { phase: 'Terminating' },
  });
  assert.deepEqual(finalized.json.spec.finalizers, ['kubernetes', 'example.com/more']);
  assert.equal(finalized.json.status.phase, 'Active');
  assert.equal(finalized.json.metadata.labels.other, 'x');
});

test('an integer of 64 bits comes back as it was', async () => {
  const path = await made(organizations, { metadata: { name: 'large' } });
  const large = (2n ** 53n + 1n).toString();
  const { resourceVersion } = (await server.get(path)).json.metadata;
  const body = `{"metadata":{"name":"large","resourceVersion":"${resourceVersion}"},"status":{"observedGeneration":${large}}}`;
  const answers = [
    await server.put(`${path}/status`, body),
    await server.get(path),
    await server.get(path, { accept: 'application/yaml' }),
    await server.get(`${organizations}?limit=500`),
    // Computed on it: nothing else is touched.
    await server.patch(`${path}/status`, { metadata: { labels: { a: 'b' } } }),
    await server.send(`${path}/status`, {
      method: 'PATCH',
      type: 'application/json-patch+json',
      body: `[{"op":"test","path":"/status/observedGeneration","value":${large}}]`,
    }),
  ];
  for (const { status, text } of answers) {
    assert.equal(status, 200, text);
    assert.ok(text.includes(large), text);
  }
  const stream = server.watch(`${organizations}?fieldSelector=metadata.name%3Dlarge`);
  await stream.until((events) => events.length > 0);
  assert.ok(stream.text.includes(large));
  stream.close();
});
