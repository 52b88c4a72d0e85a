/** `dryRun=All`, on every write there is: a full answer, and nothing written, seen or used up. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiServer, makeProjects, type Send } from '../api-client.ts';

const core = '/api/v1/namespaces/default';
const resourceManager = '/apis/resourcemanager.miloapis.com/v1alpha1';
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await makeProjects(server, 'acme', ['p']);
  await server.post(`${core}/configmaps`, { metadata: { name: 'here' }, data: { a: '1' } });
  await server.post(`${core}/configmaps`, { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
  await server.post(`${core}/configmaps`, { metadata: { name: 'going', finalizers: ['example.com/hold'] } });
  await server.remove(`${core}/configmaps/going`);
});
after(() => server.stop());

const organization = { metadata: { name: 'fresh' }, spec: { type: 'Standard' } };
const project = { metadata: { name: 'fresh' }, spec: { ownerRef: { kind: 'Organization', name: 'acme' } } };
const event = { metadata: { name: 'e' }, involvedObject: { namespace: 'default' } };
const merge = 'application/merge-patch+json';

const writes: readonly (readonly [path: string, send: Send, code: number])[] = [
  [`${core}/configmaps`, { method: 'POST', body: { metadata: { name: 'new' } } }, 201],
  [`${core}/configmaps`, { method: 'POST', body: { metadata: { generateName: 'new-' } } }, 201],
  [`${core}/configmaps`, { method: 'POST', body: { metadata: { name: 'here' } } }, 409],
  [`${core}/configmaps`, { method: 'POST', body: { metadata: { name: 'No' } } }, 422],
  ['/api/v1/namespaces/none/configmaps', { method: 'POST', body: { metadata: { name: 'new' } } }, 404],
  [`${core}/configmaps/here`, { method: 'PUT', body: { metadata: { name: 'here' }, data: { a: '2' } } }, 200],
  [
    `${core}/configmaps/here`,
    { method: 'PUT', body: { metadata: { name: 'here', resourceVersion: '1' } } },
    409,
  ],
  [`${core}/configmaps/here`, { method: 'PATCH', type: merge, body: { data: { a: '2' } } }, 200],
  [
    `${core}/configmaps/here`,
    { method: 'PATCH', type: 'application/json-patch+json', body: [{ op: 'remove', path: '/data' }] },
    200,
  ],
  [
    `${core}/configmaps/here`,
    { method: 'PATCH', type: 'application/strategic-merge-patch+json', body: { data: null } },
    200,
  ],
  [`${core}/configmaps/here`, { method: 'DELETE' }, 200],
  [`${core}/configmaps/held`, { method: 'DELETE' }, 200],
  [
    `${core}/configmaps/going`,
    { method: 'PATCH', type: merge, body: { metadata: { finalizers: null } } },
    200,
  ],
  [`${core}/configmaps`, { method: 'DELETE' }, 200],
  [`${core}/events/e`, { method: 'PUT', body: event }, 201],
  [`${leases}/l`, { method: 'PUT', body: { metadata: { name: 'l' } } }, 201],
  ['/api/v1/namespaces', { method: 'POST', body: { metadata: { name: 'new' } } }, 201],
  [
    '/api/v1/namespaces/default/status',
    { method: 'PATCH', type: merge, body: { metadata: { labels: { a: 'b' } } } },
    200,
  ],
  [
    '/api/v1/namespaces/default/finalize',
    { method: 'PUT', body: { metadata: { name: 'default' }, spec: {} } },
    200,
  ],
  [`${resourceManager}/organizations`, { method: 'POST', body: organization }, 201],
  [`${resourceManager}/projects`, { method: 'POST', body: project }, 201],
  [`${resourceManager}/projects/p`, { method: 'DELETE' }, 200],
  [
    `${resourceManager}/projects/p/status`,
    { method: 'PATCH', type: merge, body: { status: { conditions: [] } } },
    200,
  ],
];

test('nothing is written, whatever is asked', async () => {
  const everything = [
    '/api/v1/configmaps',
    '/api/v1/events',
    '/api/v1/namespaces',
    leases,
    `${resourceManager}/organizations`,
    `${resourceManager}/projects`,
  ];
  const state = async () =>
    (await Promise.all(everything.map((path) => server.get(path)))).map(({ text }) => text);
  const before = await state();
  const streams = await Promise.all(
    everything.map((path) =>
      server.watch(`${path}?resourceVersion=${JSON.parse(before[0]!).metadata.resourceVersion}`).opened(),
    ),
  );
  for (const [path, send, code] of writes) {
    const { status, text } = await server.send(`${path}?dryRun=All`, send);
    assert.equal(status, code, `${send.method} ${path}: ${text}`);
    // The lists' own resourceVersion, too, is what it was: not even a revision was used.
    assert.deepEqual(await state(), before, `${send.method} ${path}`);
  }
  const marker = await server.post(`${core}/configmaps`, { metadata: { name: 'marker' } });
  const events = await streams[0]!.until((all) => all.length > 0);
  assert.deepEqual(
    events.map(({ object }) => object.metadata.resourceVersion),
    [marker.json.metadata.resourceVersion],
  );
  for (const stream of streams.slice(1)) assert.deepEqual(stream.events, []);
  for (const stream of streams) stream.close();
});

test('the answer is what would have been', async () => {
  const made = await server.send(`${core}/configmaps?dryRun=All`, {
    method: 'POST',
    body: { metadata: { name: 'new' } },
  });
  assert.match(made.json.metadata.uid, /^[0-9a-f-]{36}$/);
  assert.ok(made.json.metadata.creationTimestamp);
  assert.equal(made.json.metadata.resourceVersion, undefined);
  const before = (await server.get(`${core}/configmaps/here`)).json;
  const changed = await server.send(`${core}/configmaps/here?dryRun=All`, {
    method: 'PATCH',
    type: merge,
    body: { data: { a: '2' } },
  });
  // When its manager last wrote is told by the second, which may have passed.
  changed.json.metadata.managedFields[0].time = before.metadata.managedFields[0].time;
  assert.deepEqual(changed.json, { ...before, data: { a: '2' } });
  // A dry run of an organization whose namespace is taken fails like the real one.
  await server.post('/api/v1/namespaces', { metadata: { name: 'organization-squatted' } });
  const squatted = { metadata: { name: 'squatted' }, spec: { type: 'Standard' } };
  const dry = await server.post(`${resourceManager}/organizations?dryRun=All`, squatted);
  const real = await server.post(`${resourceManager}/organizations`, squatted);
  assert.deepEqual([dry.status, dry.text], [real.status, real.text]);
  assert.equal(dry.status, 409);
});

test('an empty parameter is none that is known, and twice is as good as once', async () => {
  assert.equal((await server.post(`${core}/configmaps?dryRun=`, { metadata: { name: 'wet' } })).status, 422);
  assert.equal((await server.get(`${core}/configmaps/wet`)).status, 404);
  const twice = await server.post(`${core}/configmaps?dryRun=All&dryRun=All`, { metadata: { name: 'dry' } });
  assert.equal(twice.status, 201);
  assert.equal((await server.get(`${core}/configmaps/dry`)).status, 404);
});
