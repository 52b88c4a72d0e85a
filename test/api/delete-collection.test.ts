/** DELETE of a collection: each selected object by an ordinary delete, and the list of what was selected. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '../../src/apimachinery/limits.ts';
import { ApiServer } from '../api-client.ts';
import { enveloped, message, protobuf } from './protobuf-body.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
});
after(() => server.stop());

let count = 0;
/** A namespace of its own with these objects in it; gives the path of their collection. */
async function filled(objects: readonly object[]): Promise<string> {
  const namespace = `collection-${count++}`;
  await server.post('/api/v1/namespaces', { metadata: { name: namespace } });
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  for (const metadata of objects) assert.equal((await server.post(path, { metadata })).status, 201);
  return path;
}
const names = (list: { items: { metadata: { name: string } }[] }) =>
  list.items.map(({ metadata }) => metadata.name);
const left = async (path: string) => names((await server.get(path)).json);

const colours = [
  { name: 'a', labels: { colour: 'red' } },
  { name: 'b', labels: { colour: 'blue' } },
  { name: 'c', labels: { colour: 'red' } },
  { name: 'd' },
];

test('all of one namespace, and of no other', async () => {
  const other = await filled(colours);
  const path = await filled(colours);
  const { status, json } = await server.remove(path);
  assert.equal(status, 200);
  assert.deepEqual([json.kind, json.apiVersion], ['ConfigMapList', 'v1']);
  assert.deepEqual(names(json), ['a', 'b', 'c', 'd']);
  assert.match(json.metadata.resourceVersion, /^\d+$/);
  assert.deepEqual(await left(path), []);
  assert.equal((await left(other)).length, 4);
  assert.deepEqual((await server.remove(path)).json.items, []);
});

test('selected by labels and by fields', async () => {
  const path = await filled(colours);
  assert.deepEqual(names((await server.remove(`${path}?labelSelector=colour%3Dred`)).json), ['a', 'c']);
  assert.deepEqual(await left(path), ['b', 'd']);
  assert.deepEqual(names((await server.remove(`${path}?fieldSelector=metadata.name%3Dd`)).json), ['d']);
  assert.deepEqual(await left(path), ['b']);
  assert.equal((await server.remove(`${path}?labelSelector=a%20b`)).status, 400);
  assert.equal((await server.remove(`${path}?fieldSelector=data.x%3D1`)).status, 400);
  assert.deepEqual(await left(path), ['b']);
});

test('a page of them, and then the rest', async () => {
  const path = await filled(colours);
  const first = (await server.remove(`${path}?limit=3`)).json;
  assert.deepEqual(names(first), ['a', 'b', 'c']);
  assert.equal(first.metadata.remainingItemCount, 1);
  assert.deepEqual(await left(path), ['d']);
  const second = (await server.remove(`${path}?limit=3&continue=${first.metadata.continue}`)).json;
  assert.deepEqual(names(second), ['d']);
  assert.deepEqual(await left(path), []);
});

test('options of every form, and a dry run that removes nothing', async () => {
  const path = await filled(colours);
  for (const send of [
    { body: { dryRun: ['All'] } },
    { body: 'dryRun: [All]', type: 'application/yaml' },
    { body: enveloped('v1', 'DeleteOptions', message([5, 'All'])), type: protobuf },
  ]) {
    const { status, json } = await server.send(path, { method: 'DELETE', ...send });
    assert.deepEqual([status, names(json).length], [200, 4]);
  }
  assert.equal(names((await server.remove(`${path}?dryRun=All`)).json).length, 4);
  assert.equal((await server.remove(`${path}?dryRun=Some`)).status, 422);
  assert.equal((await server.remove(path, { propagationPolicy: 'Sometimes' })).status, 422);
  assert.equal((await server.remove(`${path}?resourceVersionMatch=Exact`)).status, 422);
  assert.equal((await left(path)).length, 4);
});

test('finalizers hold what they hold', async () => {
  const path = await filled([{ name: 'free' }, { name: 'held', finalizers: ['example.com/hold'] }]);
  const { json } = await server.remove(path);
  assert.deepEqual(names(json), ['free', 'held']);
  // The answer is what was selected, as it was then.
  assert.equal(json.items[1].metadata.deletionTimestamp, undefined);
  assert.deepEqual(await left(path), ['held']);
  assert.ok((await server.get(`${path}/held`)).json.metadata.deletionTimestamp);
  await server.patch(`${path}/held`, { metadata: { finalizers: null } });
  assert.deepEqual(await left(path), []);
});

test('one that may not be deleted ends it with its own refusal', async () => {
  const path = await filled(colours);
  const answer = await server.remove(path, { preconditions: { uid: 'other' } });
  assert.equal(answer.status, 409);
  assert.equal((await left(path)).length, 4);
});

test('two at once delete each object once', async () => {
  const path = await filled(Array.from({ length: 30 }, (_, i) => ({ name: `n${i}` })));
  const stream = server.watch(path);
  await stream.until((events) => events.length === 30);
  const both = await Promise.all([server.remove(path), server.remove(path)]);
  for (const { status } of both) assert.equal(status, 200);
  // Each answers with what it selected, whoever was first to delete it.
  assert.ok(both[0].json.items.length + both[1].json.items.length >= 30);
  const events = await stream.until((all) => all.length >= 60);
  assert.equal(new Set(events.slice(30).map(({ object }) => object.metadata.name)).size, 30);
  stream.close();
});

test('as a table, and more than one step', async () => {
  const total = limits.listStepEntries + limits.deletionsAtOnce + 1;
  const path = await filled([]);
  await Promise.all(
    Array.from({ length: total }, (_, i) => server.post(path, { metadata: { name: `n${i}` } })),
  );
  const { json } = await server.send(path, {
    method: 'DELETE',
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  assert.equal(json.kind, 'Table');
  assert.equal(json.rows.length, total);
  assert.deepEqual(await left(path), []);
});
