/** ResourceQuota in a whole server: what it refuses, that racing writers never exceed it, and that it is given back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Answer, ApiServer, makeProjects } from '../api-client.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await makeProjects(server, 'acme', ['p']);
});
after(() => server.stop());

let namespaces = 0;
/** Of a fresh namespace. */
async function newNamespace(): Promise<string> {
  const name = `quota-${namespaces++}`;
  assert.equal((await server.post('/api/v1/namespaces', { metadata: { name } })).status, 201);
  return `/api/v1/namespaces/${name}`;
}

async function statusOf(path: string, name = 'q'): Promise<{ hard?: object; used?: object }> {
  return (await server.get(`${path}/resourcequotas/${name}`)).json.status;
}
const patienceMs = 10_000;
/** The controller counts a little after the change; the bound only turns a hang into a failure. */
async function checkStatus(
  path: string,
  expected: { hard?: object; used?: object },
  name = 'q',
): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    const status = await statusOf(path, name);
    if (isDeepStrictEqual({ ...status, ...expected }, status)) return;
    if (performance.now() - startMs > patienceMs) assert.deepEqual(status, { ...status, ...expected });
    await setTimeout(10);
  }
}
const checkUsed = (path: string, used: object, name?: string): Promise<void> =>
  checkStatus(path, { used }, name);

/** A quota in force: from here on its status is known. */
async function quota(path: string, hard: Record<string, string>, name = 'q'): Promise<void> {
  const made = await server.post(`${path}/resourcequotas`, { metadata: { name }, spec: { hard } });
  assert.equal(made.status, 201, made.text);
  await checkStatus(path, { hard }, name);
}

const configMap = (name: string): object => ({ metadata: { name } });
const create = (path: string, name: string): Promise<Answer> =>
  server.post(`${path}/configmaps`, configMap(name));

function checkRefused(answer: Answer, message: string): void {
  assert.equal(answer.status, 403);
  assert.equal(answer.json.reason, 'Forbidden');
  assert.equal(answer.json.message, message);
}

test('what is there when a quota comes is counted', async () => {
  const path = await newNamespace();
  await create(path, 'a');
  await quota(path, { configmaps: '3', secrets: '1', 'count/leases.coordination.k8s.io': '5', pods: '9' });
  await checkUsed(path, {
    configmaps: '1',
    secrets: '0',
    'count/leases.coordination.k8s.io': '0',
    pods: '0',
  });
});

test("the refusal is upstream's", async () => {
  const path = await newNamespace();
  await quota(path, { configmaps: '2' });
  for (const name of ['a', 'b']) assert.equal((await create(path, name)).status, 201);
  checkRefused(
    await create(path, 'n'),
    'configmaps "n" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=2, limited: configmaps=2',
  );
  const used = { configmaps: '2' };
  assert.deepEqual((await statusOf(path)).used, used, 'charged with the writes, not after them');
});

test('what is wrong with an object is told first', async () => {
  const path = await newNamespace();
  await quota(path, { configmaps: '0' });
  assert.equal((await create(path, 'No')).status, 422);
});

test('both names of one resource are charged', async () => {
  const path = await newNamespace();
  await quota(path, { configmaps: '5', 'count/configmaps': '1' });
  assert.equal((await create(path, 'a')).status, 201);
  assert.deepEqual((await statusOf(path)).used, { configmaps: '1', 'count/configmaps': '1' });
  checkRefused(
    await create(path, 'b'),
    'configmaps "b" is forbidden: exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=1, limited: count/configmaps=1',
  );
});

test('a resource of another group is counted by its full name', async () => {
  const path = await newNamespace();
  await quota(path, { 'count/leases.coordination.k8s.io': '1' });
  const leases = `${path.replace('/api/v1', '/apis/coordination.k8s.io/v1')}/leases`;
  assert.equal((await server.post(leases, { metadata: { name: 'a' } })).status, 201);
  checkRefused(
    await server.post(leases, { metadata: { name: 'b' } }),
    'leases.coordination.k8s.io "b" is forbidden: exceeded quota: q, requested: count/leases.coordination.k8s.io=1, used: count/leases.coordination.k8s.io=1, limited: count/leases.coordination.k8s.io=1',
  );
});

test('racing creates take exactly what there is', async () => {
  const path = await newNamespace();
  const limit = 20;
  await quota(path, { configmaps: String(limit) });
  const names = Array.from({ length: 60 }, (_, i) => `c${i}`);
  const answers = await Promise.all(names.map((name) => create(path, name)));
  const codes = answers.map(({ status }) => status);
  assert.equal(codes.filter((code) => code === 201).length, limit, codes.join(' '));
  assert.equal(codes.filter((code) => code === 403).length, names.length - limit, codes.join(' '));
  assert.deepEqual((await statusOf(path)).used, { configmaps: String(limit) });
  assert.equal((await server.get(`${path}/configmaps`)).json.items.length, limit);
});

test('racing creates with generated names as well', async () => {
  const path = await newNamespace();
  await quota(path, { secrets: '5' });
  const answers = await Promise.all(
    Array.from({ length: 15 }, () => server.post(`${path}/secrets`, { metadata: { generateName: 's-' } })),
  );
  assert.equal(answers.filter(({ status }) => status === 201).length, 5);
  assert.equal((await server.get(`${path}/secrets`)).json.items.length, 5);
});

test('what is deleted is given back', async () => {
  const path = await newNamespace();
  await quota(path, { configmaps: '1' });
  await create(path, 'a');
  assert.equal((await create(path, 'b')).status, 403);
  await server.remove(`${path}/configmaps/a`);
  await checkUsed(path, { configmaps: '0' });
  assert.equal((await create(path, 'b')).status, 201);
});

test('a dry run is refused as well, and charges nothing', async () => {
  const path = await newNamespace();
  await quota(path, { configmaps: '1' });
  const before = (await server.get(`${path}/resourcequotas/q`)).json.metadata.resourceVersion;
  const dry = await server.post(`${path}/configmaps?dryRun=All`, configMap('a'));
  assert.equal(dry.status, 201);
  assert.equal((await server.get(`${path}/resourcequotas/q`)).json.metadata.resourceVersion, before);
  await create(path, 'a');
  assert.equal((await server.post(`${path}/configmaps?dryRun=All`, configMap('b'))).status, 403);
});

test('services count by type and by port, also when they change', async () => {
  const path = await newNamespace();
  await quota(path, { services: '2', 'services.nodeports': '2', 'services.loadbalancers': '1' });
  const service = (name: string, type: string, ports: number): object => ({
    metadata: { name },
    spec: { type, ports: Array.from({ length: ports }, (_, i) => ({ name: `p${i}`, port: 80 + i })) },
  });
  assert.equal((await server.post(`${path}/services`, service('a', 'LoadBalancer', 2))).status, 201);
  await checkUsed(path, { services: '1', 'services.nodeports': '2', 'services.loadbalancers': '1' });
  assert.equal((await server.post(`${path}/services`, service('b', 'ClusterIP', 1))).status, 201);
  checkRefused(
    await server.send(`${path}/services/b`, { method: 'PUT', body: service('b', 'NodePort', 1) }),
    'services "b" is forbidden: exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=2, limited: services.nodeports=2',
  );
  const inner = await server.send(`${path}/services/a`, {
    method: 'PUT',
    body: service('a', 'ClusterIP', 1),
  });
  assert.equal(inner.status, 200, inner.text);
  await checkUsed(path, { services: '2', 'services.nodeports': '0', 'services.loadbalancers': '0' });
});

test('several quotas hold together', async () => {
  const path = await newNamespace();
  await quota(path, { configmaps: '5' }, 'wide');
  await quota(path, { configmaps: '1' }, 'narrow');
  assert.equal((await create(path, 'a')).status, 201);
  assert.equal((await create(path, 'b')).status, 403);
  await checkUsed(path, { configmaps: '1' }, 'wide');
  await checkUsed(path, { configmaps: '1' }, 'narrow');
});

test('a changed bound comes into force', async () => {
  const path = await newNamespace();
  await quota(path, { configmaps: '1' });
  await create(path, 'a');
  const wider = { metadata: { name: 'q' }, spec: { hard: { configmaps: '2' } } };
  await server.send(`${path}/resourcequotas/q`, { method: 'PUT', body: wider });
  await checkStatus(path, { hard: { configmaps: '2' } });
  assert.equal((await create(path, 'b')).status, 201);
});

test('a status that says something else is put right', async () => {
  const path = await newNamespace();
  await quota(path, { configmaps: '1' });
  const wrong = { metadata: { name: 'q' }, status: { hard: { configmaps: '1' }, used: { configmaps: '7' } } };
  await server.send(`${path}/resourcequotas/q/status`, { method: 'PUT', body: wrong });
  await checkUsed(path, { configmaps: '0' });
});

test('a quota in a scope bounds nothing that is here', async () => {
  const path = await newNamespace();
  const spec = { hard: { 'count/configmaps': '0' }, scopes: ['Terminating'] };
  await server.post(`${path}/resourcequotas`, { metadata: { name: 'q' }, spec });
  await checkUsed(path, { 'count/configmaps': '0' });
  assert.equal((await create(path, 'a')).status, 201);
});

test('quotas bound quotas', async () => {
  const path = await newNamespace();
  await quota(path, { resourcequotas: '1' });
  await checkUsed(path, { resourcequotas: '1' });
  checkRefused(
    await server.post(`${path}/resourcequotas`, { metadata: { name: 'other' }, spec: {} }),
    'resourcequotas "other" is forbidden: exceeded quota: q, requested: resourcequotas=1, used: resourcequotas=1, limited: resourcequotas=1',
  );
});

test('a project has its own', async () => {
  const path = '/projects/p/control-plane/api/v1/namespaces/default';
  await quota(path, { configmaps: '0' });
  assert.equal((await create(path, 'a')).status, 403);
  assert.equal((await create('/api/v1/namespaces/default', 'a')).status, 201);
});
