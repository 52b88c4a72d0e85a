/** Custom resources have local APIServices: with their definitions, in whose control plane they are seen, stored nowhere. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import {
  condition,
  createOrganization,
  createProject,
  type Manifest,
  must,
  plane,
  until,
} from './control-planes.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'acme');
  for (const name of ['p', 'q']) await createProject(server, name, 'Organization/acme');
});
after(() => server.stop());

const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const definition = (
  plural: string,
  group: string,
  versions: readonly string[],
  metadata: object = {},
): Manifest => ({
  metadata: { name: `${plural}.${group}`, ...metadata },
  spec: {
    group,
    scope: 'Cluster',
    names: { plural, kind: plural.charAt(0).toUpperCase() + plural.slice(1, -1) },
    versions: versions.map((name, i) => ({
      name,
      served: true,
      storage: i === 0,
      schema: { openAPIV3Schema: { type: 'object' } },
    })),
  },
});
async function namesIn(root: string, group: string): Promise<string[]> {
  const { items } = await must(server.get(`${root}${apiServices}`), 200);
  const names: string[] = items.map(({ metadata }: Manifest) => metadata.name);
  assert.deepEqual(names, [...names].sort());
  return names.filter((name) => name.endsWith(`.${group}`));
}
const gone = async (path: string): Promise<void> => {
  await must(server.remove(path), 200);
  await until(server, path, ({ status }) => status === 404, 'gone');
};

test('they come with the definition of a project, there alone, and go with its last version', async () => {
  const p = plane('p');
  const group = 'own.example';
  await must(server.post(`${p}${definitions}`, definition('ropes', group, ['v1', 'v1beta1'])), 201);
  await must(server.post(`${p}${definitions}`, definition('sails', group, ['v1'])), 201);
  assert.deepEqual(await namesIn(p, group), [`v1.${group}`, `v1beta1.${group}`]);
  assert.deepEqual(await namesIn(plane('q'), group), []);
  assert.deepEqual(await namesIn('', group), []);

  const path = `${p}${apiServices}/v1.${group}`;
  const { metadata, spec, status } = await must(server.get(path), 200);
  assert.deepEqual(spec, { group, version: 'v1', groupPriorityMinimum: 1000, versionPriority: 100 });
  assert.equal(metadata.labels['kube-aggregator.kubernetes.io/automanaged'], 'true');
  assert.equal(condition({ status }, 'Available').status, 'True');
  assert.equal((await must(server.get(path), 200)).metadata.uid, metadata.uid);
  const table = await server.get(path, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  assert.deepEqual(table.json.rows[0].cells.slice(0, 3), [`v1.${group}`, 'Local', 'True']);
  const selected = `${p}${apiServices}?labelSelector=kube-aggregator.kubernetes.io%2Fautomanaged%3Dtrue&limit=1`;
  const { items, metadata: list } = await must(server.get(selected), 200);
  assert.equal(items[0].metadata.name, `v1.${group}`);
  const next = await must(server.get(`${selected}&continue=${list.continue}`), 200);
  assert.equal(next.items[0].metadata.name, `v1beta1.${group}`);

  const ropes = await must(server.get(`${p}${definitions}/ropes.${group}`), 200);
  ropes.spec.versions[1].served = false;
  await must(server.put(`${p}${definitions}/ropes.${group}`, ropes), 200);
  assert.deepEqual(await namesIn(p, group), [`v1.${group}`]);
  await gone(`${p}${definitions}/ropes.${group}`);
  assert.deepEqual(await namesIn(p, group), [`v1.${group}`]);
  await gone(`${p}${definitions}/sails.${group}`);
  assert.deepEqual(await namesIn(p, group), []);
  assert.equal((await server.get(path)).status, 404);
});

test('those of the platform are where its definitions are seen, across a restart', async () => {
  const group = 'given.example';
  const contexts = (names: string): object => ({
    annotations: { 'discovery.miloapis.com/parent-contexts': names },
  });
  await must(server.post(definitions, definition('masts', group, ['v1'], contexts('Project'))), 201);
  await must(server.post(definitions, definition('decks', group, ['v2'], contexts('Platform'))), 201);
  const check = async (): Promise<void> => {
    assert.deepEqual(await namesIn('', group), [`v1.${group}`, `v2.${group}`]);
    assert.deepEqual(await namesIn(plane('p'), group), [`v1.${group}`]);
  };
  await check();
  await server.restart();
  await check();
  for (const plural of ['masts', 'decks']) await gone(`${definitions}/${plural}.${group}`);
  assert.deepEqual(await namesIn(plane('p'), group), []);
});

test('nobody writes one', async () => {
  const q = plane('q');
  const group = 'kept.example';
  await must(server.post(`${q}${definitions}`, definition('knots', group, ['v1'])), 201);
  const path = `${q}${apiServices}/v1.${group}`;
  const read = await must(server.get(path), 200);
  const refusals = [
    await server.patch(path, { metadata: { labels: { a: 'b' } } }),
    await server.put(path, { ...read, spec: { ...read.spec, versionPriority: 7 } }),
    await server.patch(`${path}/status`, { status: { conditions: [] } }),
    await server.remove(path),
  ];
  for (const { status, json } of refusals) {
    assert.equal(status, 403, json.message);
    assert.match(json.message, /it follows from the CustomResourceDefinitions that serve the version/);
  }
  assert.equal(
    (await server.post(`${q}${apiServices}`, { metadata: { name: `v1.${group}` }, spec: read.spec })).status,
    409,
  );
  assert.deepEqual(await must(server.get(path), 200), read);
});

test('an APIService of that name from before stays, and gives way when it is deleted', async () => {
  const q = plane('q');
  const group = 'before.example';
  const spec = { group, version: 'v1', groupPriorityMinimum: 10, versionPriority: 10 };
  const path = `${q}${apiServices}/v1.${group}`;
  await must(server.post(`${q}${apiServices}`, { metadata: { name: `v1.${group}` }, spec }), 201);
  await must(server.post(`${q}${definitions}`, definition('bows', group, ['v1'])), 201);
  assert.equal((await must(server.get(path), 200)).spec.versionPriority, 10);
  await must(server.remove(path), 200);
  assert.equal((await must(server.get(path), 200)).spec.versionPriority, 100);
});

test('watches of APIServices expire where these may have changed, and no others', async () => {
  const [p, q] = [plane('p'), plane('q')];
  const { metadata } = await must(server.get(`${p}${apiServices}`), 200);
  const from = `?resourceVersion=${metadata.resourceVersion}`;
  const watches = [p, q].map((root) => server.watch(`${root}${apiServices}${from}`));
  for (const watch of watches) await watch.opened();
  const group = 'watched.example';
  await must(server.post(`${p}${definitions}`, definition('oars', group, ['v1'])), 201);
  const events = await watches[0]!.ended();
  assert.deepEqual(
    events.map(({ type, object }) => [type, object.code, object.reason]),
    [['ERROR', 410, 'Expired']],
  );
  assert.equal(watches[1]!.isEnded, false);
  // What the platform defines may be seen everywhere.
  await must(server.post(definitions, definition('hulls', group, ['v1'])), 201);
  assert.deepEqual(
    (await watches[1]!.ended()).map(({ object }) => object.code),
    [410],
  );
  const late = await server.watch(`${p}${apiServices}${from}`).ended();
  assert.deepEqual(
    late.map(({ object }) => object.code),
    [410],
  );
  const anew = await must(server.get(`${p}${apiServices}`), 200);
  const again = await server
    .watch(`${p}${apiServices}?resourceVersion=${anew.metadata.resourceVersion}`)
    .opened();
  await must(server.post(`${p}/api/v1/namespaces/default/configmaps`, { metadata: { name: 'x' } }), 201);
  assert.deepEqual([again.isEnded, again.events], [false, []]);
  again.close();
});
