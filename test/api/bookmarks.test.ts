/** How long a watch lasts, and the bookmarks that let its client come back. The clock is the test's. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '../../src/apimachinery/limits.ts';
import { ApiServer, type WatchEvent } from '../api-client.ts';

const path = '/api/v1/namespaces/default/configmaps';
let nowMs = Date.parse('2026-01-02T03:04:05Z');

let server: ApiServer;
before(async () => {
  server = await ApiServer.start({ clock: { now: () => nowMs } });
});
after(() => server.stop());

const bookmarks = (events: readonly WatchEvent[]) => events.filter(({ type }) => type === 'BOOKMARK');
const newest = async (): Promise<string> => (await server.get(path)).json.metadata.resourceVersion;

test('a bookmark every interval, at the newest revision, for those who take them', async () => {
  const query = `resourceVersion=${await newest()}&timeoutSeconds=3600`;
  const with_ = await server.watch(`${path}?${query}&allowWatchBookmarks=true`).opened();
  const without = await server.watch(`${path}?${query}`).opened();
  const narrow = await server
    .watch(`${path}?${query}&allowWatchBookmarks=true&labelSelector=none%3Dsuch`)
    .opened();
  for (let round = 1; round <= 2; round++) {
    // What a bookmark says moves with everybody's changes, not only with those the stream shows.
    await server.post('/api/v1/namespaces/default/secrets', { metadata: { name: `s${round}` } });
    await server.post(path, { metadata: { name: `c${round}` } });
    const resourceVersion = await newest();
    nowMs += limits.watchBookmarkIntervalMs;
    for (const stream of [with_, narrow]) {
      const seen = bookmarks(await stream.until((all) => bookmarks(all).length >= round, 'bookmarks'));
      assert.deepEqual(seen.at(-1), {
        type: 'BOOKMARK',
        object: {
          kind: 'ConfigMap',
          apiVersion: 'v1',
          metadata: { resourceVersion, creationTimestamp: null },
        },
      });
    }
  }
  assert.deepEqual(
    with_.events.map(({ type }) => type),
    ['ADDED', 'BOOKMARK', 'ADDED', 'BOOKMARK'],
  );
  assert.deepEqual(
    narrow.events.map(({ type }) => type),
    ['BOOKMARK', 'BOOKMARK'],
  );
  assert.equal(bookmarks(without.events).length, 0);
  for (const stream of [with_, without, narrow]) stream.close();
});

test('timeoutSeconds ends it cleanly, with a last bookmark just before', async () => {
  const query = `resourceVersion=${await newest()}&timeoutSeconds=30`;
  const marked = await server.watch(`${path}?${query}&allowWatchBookmarks=true`).opened();
  const bare = await server.watch(`${path}?${query}`).opened();
  const longer = await server.watch(`${path}?${query}0`).opened();
  await server.post(path, { metadata: { name: 'last' } });
  const resourceVersion = await newest();
  nowMs += 30_000 - limits.watchFinalBookmarkMs;
  const events = await marked.until((all) => bookmarks(all).length > 0, 'the last bookmark');
  assert.equal(events.at(-1)!.object.metadata.resourceVersion, resourceVersion);
  assert.equal(marked.isEnded, false);
  nowMs += limits.watchFinalBookmarkMs;
  for (const stream of [marked, bare]) {
    await stream.ended();
    assert.ok(stream.isComplete);
  }
  assert.equal(bookmarks(marked.events).length, 1);
  assert.deepEqual(
    bare.events.map(({ object }) => object.metadata.name),
    ['last'],
  );
  // Where the last bookmark was, the next watch goes on.
  const next = await server.watch(`${path}?resourceVersion=${resourceVersion}`).opened();
  const made = await server.post(path, { metadata: { name: 'next' } });
  const [event] = await next.until((all) => all.length > 0);
  assert.equal(event!.object.metadata.resourceVersion, made.json.metadata.resourceVersion);
  assert.equal(longer.isEnded, false);
  for (const stream of [next, longer]) stream.close();
});

test('a watch without a time of its own has one from half an hour to an hour', async () => {
  const stream = await server.watch(`${path}?resourceVersion=${await newest()}`).opened();
  nowMs += limits.watchTimeoutMsMin - 1_000;
  await server.post(path, { metadata: { name: 'still-there' } });
  await stream.until((all) => all.length > 0);
  assert.equal(stream.isEnded, false);
  nowMs += limits.watchTimeoutMsMin + 1_000;
  await stream.ended();
  assert.ok(stream.isComplete);
});

test('ages in a table are those of the moment, however long the watch is open', async () => {
  const stream = await server
    .watch(`${path}?resourceVersion=${await newest()}&timeoutSeconds=86400`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    })
    .opened();
  nowMs += 10 * 60_000;
  await server.post(path, { metadata: { name: 'aging' } });
  nowMs += 3 * 3_600_000;
  await server.patch(`${path}/aging`, { data: { a: 'b' } });
  const events = await stream.until((all) => all.length >= 2);
  assert.deepEqual(
    events.map(({ object }) => object.rows[0].cells),
    [
      ['aging', 0, '0s'],
      ['aging', 1, '3h'],
    ],
  );
  stream.close();
});

test('a bookmark is an object of the kind that nobody has filled, as Go writes one', async () => {
  for (const [collection, kind, apiVersion, zero] of [
    [path, 'ConfigMap', 'v1', {}],
    ['/api/v1/namespaces', 'Namespace', 'v1', { spec: {}, status: {} }],
    ['/apis/coordination.k8s.io/v1/leases', 'Lease', 'coordination.k8s.io/v1', { spec: {} }],
    [
      '/apis/resourcemanager.miloapis.com/v1alpha1/projects',
      'Project',
      'resourcemanager.miloapis.com/v1alpha1',
      {},
    ],
    [
      '/apis/rbac.authorization.k8s.io/v1/rolebindings',
      'RoleBinding',
      'rbac.authorization.k8s.io/v1',
      { roleRef: { apiGroup: '', kind: '', name: '' } },
    ],
    ['/apis/rbac.authorization.k8s.io/v1/roles', 'Role', 'rbac.authorization.k8s.io/v1', { rules: null }],
  ] as const) {
    const stream = server.watch(
      `${collection}?allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
    );
    const events = await stream.until((all) => bookmarks(all).length > 0);
    const { object } = bookmarks(events)[0]!;
    assert.deepEqual(object, {
      kind,
      apiVersion,
      metadata: {
        resourceVersion: object.metadata.resourceVersion,
        creationTimestamp: null,
        annotations: { 'k8s.io/initial-events-end': 'true' },
      },
      ...zero,
    });
    stream.close();
  }
});

test('as metadata and as a table it keeps its mark', async () => {
  const query = 'allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
  for (const [accept, find] of [
    ['application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', (object) => object],
    ['application/json;as=Table;v=v1;g=meta.k8s.io', (object) => object.rows[0].object],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io', (object) => object.rows[0].object],
    // biome-ignore lint/suspicious/noExplicitAny: objects of every form.
  ] as readonly (readonly [string, (object: any) => any])[]) {
    const stream = server.watch(`${path}?${query}`, { accept });
    const events = await stream.until((all) => bookmarks(all).length > 0);
    const { metadata } = find(bookmarks(events)[0]!.object);
    assert.deepEqual(metadata.annotations, { 'k8s.io/initial-events-end': 'true' });
    // From there on another watch goes on.
    const next = server.watch(`${path}?resourceVersion=${metadata.resourceVersion}`);
    await next.opened();
    const name = `after-${metadata.resourceVersion}`;
    await server.post(path, { metadata: { name } });
    const [event] = await next.until((all) => all.length > 0);
    assert.equal(event!.object.metadata.name, name);
    for (const open of [stream, next]) open.close();
  }
});

test('times that are no times', async () => {
  const from = `resourceVersion=${await newest()}`;
  const none = await server.watch(`${path}?${from}&timeoutSeconds=0`).opened();
  const huge = await server.watch(`${path}?${from}&timeoutSeconds=9223372036854775807`).opened();
  const past = server.watch(`${path}?${from}&timeoutSeconds=-1`);
  assert.deepEqual(await past.ended(), []);
  assert.ok(past.isComplete);
  nowMs += limits.watchTimeoutMsMin - 1_000;
  await server.post(path, { metadata: { name: 'in-time' } });
  for (const stream of [none, huge]) await stream.until((all) => all.length > 0);
  nowMs += limits.watchTimeoutMsMin + 1_000;
  await none.ended();
  assert.equal(huge.isEnded, false);
  huge.close();
});
