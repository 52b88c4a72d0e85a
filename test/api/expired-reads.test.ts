/** What is behind the compaction is gone, and says so: lists, pages and watches, and how clients go on from there. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiServer } from '../api-client.ts';

const path = '/api/v1/namespaces/default/configmaps';
const names = ['a', 'b', 'c', 'd', 'e'];

let server: ApiServer;
let old: string;
let token: string;
let current: string;
/** Fills the store, takes a page, changes what follows it, and waits until the page's revision cannot be read. */
before(async () => {
  server = await ApiServer.start({ compactionIntervalMs: 20 });
  for (const name of names) await server.post(path, { metadata: { name } });
  const page = await server.get(`${path}?limit=2`);
  old = page.json.metadata.resourceVersion;
  token = page.json.metadata.continue;
  await server.remove(`${path}/c`);
  await server.post(path, { metadata: { name: 'f' } });
  current = (await server.post(path, { metadata: { name: 'g' } })).json.metadata.resourceVersion;
  while ((await server.get(`${path}?limit=2&continue=${token}`)).status !== 410) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});
after(() => server.stop());

test('a page token that expired comes with one that goes on at the newest state', async () => {
  const { status, json } = await server.get(`${path}?limit=2&continue=${token}`);
  assert.equal(status, 410);
  const next: string = json.metadata.continue;
  assert.match(
    json.message,
    /^The provided continue parameter is too old to display a consistent list result\./,
  );
  assert.deepEqual(
    { ...json, message: '' },
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: { continue: next },
      status: 'Failure',
      message: '',
      reason: 'Expired',
      code: 410,
    },
  );
  const rest = await server.get(`${path}?limit=2&continue=${next}`);
  const listed = (answer: typeof rest) =>
    answer.json.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  assert.deepEqual(listed(rest), ['d', 'e']);
  assert.equal(rest.json.metadata.remainingItemCount, 2);
  assert.equal(rest.json.metadata.resourceVersion, current);
  // From here on the pages are of one revision again.
  const last = await server.get(`${path}?limit=2&continue=${rest.json.metadata.continue}`);
  assert.deepEqual(listed(last), ['f', 'g']);
  assert.deepEqual(
    [last.json.metadata.continue, last.json.metadata.remainingItemCount],
    [undefined, undefined],
  );
});

test('an exact revision that is gone', async () => {
  for (const query of [
    `resourceVersion=${old}&resourceVersionMatch=Exact`,
    `resourceVersion=${old}&limit=3`,
  ]) {
    const { status, json } = await server.get(`${path}?${query}`);
    assert.equal(status, 410);
    assert.equal(json.reason, 'Expired');
    assert.equal(json.message, 'The resourceVersion for the provided list is too old.');
  }
  // Not older than it is no less possible than before.
  assert.equal((await server.get(`${path}?resourceVersion=${old}`)).status, 200);
  assert.equal((await server.get(`${path}/a?resourceVersion=${old}`)).status, 200);
});

test('a watch from there begins, says so, and ends', async () => {
  for (const query of [
    `resourceVersion=${old}`,
    `resourceVersion=${old}&allowWatchBookmarks=true`,
    'resourceVersion=1',
  ]) {
    const stream = server.watch(`${path}?${query}`);
    const events = await stream.ended();
    assert.equal(stream.status, 200);
    assert.ok(stream.isComplete);
    const [event] = events;
    assert.equal(events.length, 1);
    assert.equal(event!.type, 'ERROR');
    const { message, ...status } = event!.object;
    assert.match(message, /^too old resource version: \d+ \(\d+\)$/);
    assert.deepEqual(status, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'Expired',
      code: 410,
    });
  }
});

test('a watch with the state first does not need the past', async () => {
  const stream = server.watch(
    `${path}?resourceVersion=${old}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
  );
  const events = await stream.until((all) => all.at(-1)?.type === 'BOOKMARK');
  assert.equal(events.length, names.length + 2);
  stream.close();
});

test('a watch that stays open is not ended by what is compacted behind it', async () => {
  const stream = server.watch(path);
  await stream.until((all) => all.length >= names.length + 1);
  for (let i = 0; i < 5; i++) {
    await server.patch(`${path}/a`, { data: { i: `${i}` } });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const events = await stream.until((all) => all.length >= names.length + 6);
  assert.deepEqual(
    events.slice(names.length + 1).map(({ object }) => object.data.i),
    ['0', '1', '2', '3', '4'],
  );
  stream.close();
});
