/** WATCH: where it begins, what each change is to whom, and which forms it has. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, ApiServer, type EventStream, makeProjects, type WatchEvent } from '../api-client.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await makeProjects(server, 'acme', ['p']);
});
after(() => server.stop());

let count = 0;
async function collection(resource = 'configmaps'): Promise<string> {
  const namespace = `watches-${count++}`;
  await server.post('/api/v1/namespaces', { metadata: { name: namespace } });
  return `/api/v1/namespaces/${namespace}/${resource}`;
}
const make = async (path: string, name: string, metadata: object = {}): Promise<string> =>
  revision(await server.post(path, { metadata: { name, ...metadata } }));
/** The resourceVersion of the object, or of the newest state when it is gone. */
function revision({ json, status, text }: Answer): string {
  assert.ok(status < 300, text);
  return json.metadata.resourceVersion;
}
const now = async (path: string): Promise<string> => revision(await server.get(path));
const shown = (events: readonly WatchEvent[]): string[] =>
  events.map(({ type, object }) => `${type} ${object.metadata.name}@${object.metadata.resourceVersion}`);
/** The first `expected.length` events are these, and no more had come by then. */
async function sees(stream: EventStream, expected: readonly string[]): Promise<readonly WatchEvent[]> {
  const events = await stream.until((all) => all.length >= expected.length);
  assert.deepEqual(shown(events), expected);
  return events;
}

test('from a revision: all that came after it, and nothing of before', async () => {
  const path = await collection();
  const a = await make(path, 'a');
  const b = await make(path, 'b');
  const changed = revision(await server.patch(`${path}/a`, { data: { x: '1' } }));
  const fromA = server.watch(`${path}?resourceVersion=${a}`);
  const fromNow = await server.watch(`${path}?resourceVersion=${changed}`).opened();
  await server.remove(`${path}/b`);
  const c = await make(path, 'c');
  const gone = `DELETED b@${Number(c) - 1}`;
  await sees(fromNow, [gone, `ADDED c@${c}`]);
  const events = await sees(fromA, [`ADDED b@${b}`, `MODIFIED a@${changed}`, gone, `ADDED c@${c}`]);
  assert.deepEqual(events[1]!.object.data, { x: '1' });
  assert.deepEqual([events[0]!.object.kind, events[0]!.object.apiVersion], ['ConfigMap', 'v1']);
  // A stream that goes on from the last event sees neither gap nor repeat.
  const goesOn = server.watch(`${path}?resourceVersion=${changed}`);
  await sees(goesOn, [gone, `ADDED c@${c}`]);
  for (const stream of [fromA, fromNow, goesOn]) stream.close();
});

test('without one, and from 0: what there is comes first', async () => {
  const path = await collection();
  const a = await make(path, 'a');
  for (const query of [
    '',
    '?resourceVersion=',
    '?resourceVersion=0',
    '?resourceVersion=0&allowWatchBookmarks=true',
  ]) {
    const stream = server.watch(`${path}${query}`);
    await sees(stream, [`ADDED a@${a}`]);
    const b = await make(path, 'b');
    await server.remove(`${path}/b`);
    await sees(stream, [`ADDED a@${a}`, `ADDED b@${b}`, `DELETED b@${await now(path)}`]);
    stream.close();
  }
});

test('a deletion carries the last state and the revision of the deletion', async () => {
  const path = await collection();
  await make(path, 'a', { labels: { last: 'words' } });
  const before = (await server.get(`${path}/a`)).json;
  const stream = await server.watch(`${path}?resourceVersion=${before.metadata.resourceVersion}`).opened();
  await server.remove(`${path}/a`);
  const [event] = await stream.until((all) => all.length > 0);
  const { resourceVersion } = event!.object.metadata;
  assert.ok(Number(resourceVersion) > Number(before.metadata.resourceVersion));
  assert.equal(resourceVersion, await now(path));
  assert.deepEqual(event, {
    type: 'DELETED',
    object: { ...before, metadata: { ...before.metadata, resourceVersion } },
  });
  stream.close();
});

test('entering a selection is ADDED, leaving it is DELETED with the state that was selected', async () => {
  const path = await collection();
  const stream = await server
    .watch(`${path}?labelSelector=on%3Dyes&resourceVersion=${await now(path)}`)
    .opened();
  const all = await server.watch(`${path}?resourceVersion=${await now(path)}`).opened();
  await make(path, 'other', { labels: { on: 'no' } });
  await make(path, 'a', { labels: { on: 'no' } });
  const entered = revision(
    await server.patch(`${path}/a`, { metadata: { labels: { on: 'yes' } }, data: { n: '1' } }),
  );
  const changed = revision(await server.patch(`${path}/a`, { data: { n: '2' } }));
  const left = revision(
    await server.patch(`${path}/a`, { metadata: { labels: { on: 'no' } }, data: { n: '3' } }),
  );
  await server.patch(`${path}/a`, { data: { n: '4' } });
  const again = revision(await server.patch(`${path}/a`, { metadata: { labels: { on: 'yes' } } }));
  await server.remove(`${path}/a`);
  const gone = await now(path);
  const events = await sees(stream, [
    `ADDED a@${entered}`,
    `MODIFIED a@${changed}`,
    `DELETED a@${left}`,
    `ADDED a@${again}`,
    `DELETED a@${gone}`,
  ]);
  assert.deepEqual(
    events.map(({ object }) => [object.metadata.labels.on, object.data.n]),
    [
      ['yes', '1'],
      ['yes', '2'],
      ['yes', '2'],
      ['yes', '4'],
      ['yes', '4'],
    ],
  );
  const types = (await all.until((seen) => seen.length >= 8)).map(({ type }) => type);
  assert.deepEqual(types, ['ADDED', 'ADDED', ...Array.from({ length: 5 }, () => 'MODIFIED'), 'DELETED']);
  // The same out of the log.
  const later = server.watch(`${path}?labelSelector=on%3Dyes&resourceVersion=${Number(entered) - 1}`);
  assert.deepEqual(shown(await later.until((seen) => seen.length >= 5)), shown(events));
  for (const open of [stream, all, later]) open.close();
});

test('the same by a field', async () => {
  const path = await collection('events');
  const involvedObject = { namespace: path.split('/')[4] };
  const stream = await server
    .watch(`${path}?fieldSelector=type%3DWarning&resourceVersion=${await now(path)}`)
    .opened();
  await server.post(path, { metadata: { name: 'e' }, involvedObject, type: 'Normal' });
  const entered = revision(await server.patch(`${path}/e`, { type: 'Warning' }));
  const left = revision(await server.patch(`${path}/e`, { type: 'Normal' }));
  const events = await sees(stream, [`ADDED e@${entered}`, `DELETED e@${left}`]);
  assert.equal(events[1]!.object.type, 'Warning');
  stream.close();
});

test('one object: by a field selector, by its path, and by the old path', async () => {
  const path = await collection();
  const namespace = path.split('/')[4];
  const from = `resourceVersion=${await now(path)}`;
  const streams = [
    `${path}?fieldSelector=metadata.name%3Da&${from}`,
    `/api/v1/watch/namespaces/${namespace}/configmaps/a?${from}`,
    `/api/v1/watch/namespaces/${namespace}/configmaps/a?fieldSelector=metadata.name%3Da&${from}`,
    `/api/v1/watch/namespaces/${namespace}/configmaps?fieldSelector=metadata.name%3Da&${from}`,
    `/api/v1/watch/configmaps?fieldSelector=metadata.name%3Da,metadata.namespace%3D${namespace}&${from}`,
    `/api/v1/configmaps?fieldSelector=metadata.name%3Da,metadata.namespace%3D${namespace}&${from}`,
  ].map((target) => server.watch(target));
  for (const stream of streams) await stream.opened();
  await make(path, 'b');
  const a = await make(path, 'a');
  await server.remove(`${path}/b`);
  await server.remove(`${path}/a`);
  const gone = await now(path);
  for (const stream of streams) {
    await sees(stream, [`ADDED a@${a}`, `DELETED a@${gone}`]);
    stream.close();
  }
  // A selector beside the name must name it again, and may say more.
  const named = `/api/v1/watch/namespaces/${namespace}/configmaps/a`;
  for (const selector of ['metadata.name%3Db', `metadata.namespace%3D${namespace}`, 'metadata.name!%3Db']) {
    const { status, json } = await server.get(`${named}?fieldSelector=${selector}`);
    assert.equal(status, 400);
    assert.equal(json.message, "fieldSelector metadata.name doesn't match requested name");
  }
  // Elsewhere the parameter is not read where there is a name: the object is got.
  await make(path, 'a');
  const { status, json } = await server.get(`${path}/a?watch=1`);
  assert.deepEqual([status, json.kind, json.metadata.name], [200, 'ConfigMap', 'a']);
  const old = server.watch(`/api/v1/watch/namespaces/${namespace}/configmaps`);
  await old.opened();
  old.close();
});

test('the state first, and a mark where it ends', async () => {
  const path = await collection();
  const a = await make(path, 'a');
  const b = await make(path, 'b');
  const initial = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
  for (const version of [
    '',
    '&resourceVersion=',
    '&resourceVersion=0',
    `&resourceVersion=${a}`,
    `&resourceVersion=${b}`,
  ]) {
    const stream = server.watch(`${path}?${initial}&allowWatchBookmarks=true${version}`);
    const events = await stream.until((all) => all.length >= 3);
    assert.deepEqual(shown(events.slice(0, 2)), [`ADDED a@${a}`, `ADDED b@${b}`]);
    assert.deepEqual(events.slice(2), [
      {
        type: 'BOOKMARK',
        object: {
          kind: 'ConfigMap',
          apiVersion: 'v1',
          metadata: {
            resourceVersion: events[2]!.object.metadata.resourceVersion,
            creationTimestamp: null,
            annotations: { 'k8s.io/initial-events-end': 'true' },
          },
        },
      },
    ]);
    assert.ok(Number(events[2]!.object.metadata.resourceVersion) >= Number(b));
    stream.close();
  }
  // Who takes no bookmarks gets no mark; who wants no state gets none.
  const unmarked = server.watch(`${path}?${initial}`);
  const bare = await server
    .watch(`${path}?sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`)
    .opened();
  await sees(unmarked, [`ADDED a@${a}`, `ADDED b@${b}`]);
  const c = await make(path, 'c');
  await sees(unmarked, [`ADDED a@${a}`, `ADDED b@${b}`, `ADDED c@${c}`]);
  await sees(bare, [`ADDED c@${c}`]);
  for (const stream of [unmarked, bare]) stream.close();
});

test('options that contradict each other', async () => {
  const path = await collection();
  const field = 'resourceVersionMatch: ';
  const requires = `${field}Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan`;
  const unasked = `${field}Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided`;
  const unsupported = `${field}Unsupported value: "Exact": supported values: "NotOlderThan"`;
  const continued = `${field}Forbidden: resourceVersionMatch is forbidden when continue is provided`;
  for (const [query, problem] of [
    ['sendInitialEvents=true', requires],
    ['sendInitialEvents=false', requires],
    ['resourceVersionMatch=NotOlderThan', unasked],
    ['resourceVersionMatch=Exact', `[${unasked}, ${unsupported}]`],
    ['sendInitialEvents=true&resourceVersionMatch=Exact', `[${requires}, ${unsupported}]`],
    ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan&continue=x', continued],
  ] as const) {
    const { status, json } = await server.get(`${path}?watch=1&${query}`);
    assert.equal(status, 422, query);
    assert.equal(json.message, `ListOptions.meta.k8s.io "" is invalid: ${problem}`);
    assert.deepEqual(json.details.kind, 'ListOptions');
  }
});

test('as tables: the columns come once', async () => {
  const path = await collection();
  await make(path, 'a');
  const stream = server.watch(
    `${path}?allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
    {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    },
  );
  await stream.until((all) => all.length >= 2);
  await server.patch(`${path}/a`, { data: { x: 'y' } });
  await server.remove(`${path}/a`);
  const events = await stream.until((all) => all.length >= 4);
  assert.deepEqual(
    events.map(({ type, object }) => [
      type,
      object.kind,
      object.apiVersion,
      object.columnDefinitions?.length,
      object.rows.length,
    ]),
    [
      ['ADDED', 'Table', 'meta.k8s.io/v1', 3, 1],
      ['BOOKMARK', 'Table', 'meta.k8s.io/v1', undefined, 1],
      ['MODIFIED', 'Table', 'meta.k8s.io/v1', undefined, 1],
      ['DELETED', 'Table', 'meta.k8s.io/v1', undefined, 1],
    ],
  );
  const [, bookmark, modified] = events;
  assert.deepEqual(bookmark!.object.rows[0].object.metadata.annotations, {
    'k8s.io/initial-events-end': 'true',
  });
  assert.deepEqual(modified!.object.rows[0].cells.slice(0, 2), ['a', 1]);
  assert.equal(modified!.object.rows[0].object.kind, 'PartialObjectMetadata');
  assert.equal(
    modified!.object.metadata.resourceVersion,
    modified!.object.rows[0].object.metadata.resourceVersion,
  );
  stream.close();
});

test('as metadata only', async () => {
  const path = await collection();
  const a = await make(path, 'a', { labels: { x: 'y' } });
  const accept = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
  const stream = server.watch(path, { accept });
  const plain = server.watch(path);
  await sees(stream, [`ADDED a@${a}`]);
  const changed = revision(await server.patch(`${path}/a`, { data: { x: 'y' } }));
  const events = await sees(stream, [`ADDED a@${a}`, `MODIFIED a@${changed}`]);
  for (const { object } of events) {
    assert.deepEqual(Object.keys(object).sort(), ['apiVersion', 'kind', 'metadata']);
    assert.deepEqual([object.kind, object.apiVersion], ['PartialObjectMetadata', 'meta.k8s.io/v1']);
    assert.deepEqual(object.metadata.labels, { x: 'y' });
  }
  // Who shares the change with it gets the object whole.
  const whole = await sees(plain, [`ADDED a@${a}`, `MODIFIED a@${changed}`]);
  assert.deepEqual(whole[1]!.object.data, { x: 'y' });
  stream.close();
  plain.close();
});

test('every watcher sees the same changes in the same order', async () => {
  const path = await collection();
  const from = await now(path);
  const streams = await Promise.all(
    Array.from({ length: 5 }, () => server.watch(`${path}?resourceVersion=${from}`).opened()),
  );
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const name = `n${i % 8}`;
      await server.post(path, { metadata: { name } });
      await server.patch(`${path}/${name}`, { data: { i: `${i}` } });
      if (i % 3 === 0) await server.remove(`${path}/${name}`);
    }),
  );
  const end = await make(path, 'end');
  const seen = await Promise.all(
    streams.map(async (stream) =>
      shown(await stream.until((all) => all.at(-1)?.object.metadata.name === 'end')),
    ),
  );
  assert.ok(seen[0]!.length > 40);
  assert.equal(seen[0]!.at(-1), `ADDED end@${end}`);
  for (const other of seen) assert.deepEqual(other, seen[0]);
  const revisions = seen[0]!.map((line) => Number(line.split('@')[1]));
  assert.deepEqual(
    revisions,
    [...new Set(revisions)].sort((x, y) => x - y),
  );
  for (const stream of streams) stream.close();
});

test('a client that reads slowly misses nothing', async () => {
  const path = await collection();
  const session = server.connect();
  await make(path, 'a');
  const stream = await server.watch(`${path}?resourceVersion=${await now(path)}`, {}, session).opened();
  stream.pause();
  const filler = 'x'.repeat(4_000);
  const writes = 600;
  for (let from = 0; from < writes; from += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => server.patch(`${path}/a`, { data: { filler, n: `${from + i}` } })),
    );
  }
  assert.ok(stream.events.length < writes);
  stream.resume();
  const events = await stream.until((all) => all.length >= writes);
  const revisions = events.map(({ object }) => Number(object.metadata.resourceVersion));
  assert.equal(new Set(revisions).size, writes);
  assert.deepEqual(
    revisions,
    revisions.toSorted((x, y) => x - y),
  );
  assert.equal(new Set(events.map(({ object }) => object.data.n)).size, writes);
  stream.close();
  session.close();
});

test('events are one thing under two names', async () => {
  const core = await collection('events');
  const namespace = core.split('/')[4]!;
  const view = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
  const streams = [server.watch(core), server.watch(view)];
  for (const stream of streams) await stream.opened();
  const written = await server.post(core, {
    metadata: { name: 'by-core' },
    involvedObject: { kind: 'ConfigMap', namespace, name: 'x' },
    message: 'said',
    source: { component: 'tester' },
    count: 2,
  });
  assert.equal(written.status, 201, written.text);
  const created = await server.post(view, {
    metadata: { name: 'by-view' },
    eventTime: '2026-01-02T03:04:05.000006Z',
    regarding: { kind: 'ConfigMap', namespace, name: 'y' },
    note: 'noted',
    type: 'Normal',
    reason: 'Tested',
    action: 'Test',
    reportingController: 'example.com/tester',
    reportingInstance: 'one',
  });
  assert.equal(created.status, 201, created.text);
  assert.deepEqual([created.json.apiVersion, created.json.note], ['events.k8s.io/v1', 'noted']);
  const [ofCore, ofView] = await Promise.all(streams.map((stream) => stream.until((all) => all.length >= 2)));
  assert.deepEqual(
    ofCore!.map(({ object }) => [object.apiVersion, object.message, object.involvedObject.name]),
    [
      ['v1', 'said', 'x'],
      ['v1', 'noted', 'y'],
    ],
  );
  assert.deepEqual(
    ofView!.map(({ object }) => [
      object.apiVersion,
      object.note,
      object.regarding.name,
      object.deprecatedCount,
    ]),
    [
      ['events.k8s.io/v1', 'said', 'x', 2],
      ['events.k8s.io/v1', 'noted', 'y', undefined],
    ],
  );
  const one = (await server.get(`${view}/by-core`)).json;
  assert.deepEqual(one, ofView![0]!.object);
  assert.deepEqual([one.deprecatedSource, one.deprecatedCount], [{ component: 'tester' }, 2]);
  const list = (await server.get(view)).json;
  assert.deepEqual([list.kind, list.apiVersion, list.items.length], ['EventList', 'events.k8s.io/v1', 2]);
  const named = (answer: Answer) =>
    answer.json.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  assert.deepEqual(named(await server.get(`${view}?fieldSelector=regarding.name%3Dx`)), ['by-core']);
  assert.deepEqual(named(await server.get(`${core}?fieldSelector=involvedObject.name%3Dy`)), ['by-view']);
  assert.deepEqual(named(await server.get(`${core}?fieldSelector=source%3Dtester`)), ['by-core']);
  assert.equal((await server.get(`${view}?fieldSelector=involvedObject.name%3Dx`)).status, 400);
  const table = await server.get(view, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  assert.equal(table.json.rows.length, 2);
  const page = (await server.get(`${view}?limit=1`)).json;
  assert.deepEqual(named(await server.get(`${view}?limit=1&continue=${page.metadata.continue}`)), [
    'by-view',
  ]);
  assert.equal((await server.remove(`${view}/by-core`)).status, 200);
  const gone = await streams[1]!.until((all) => all.length >= 3);
  assert.deepEqual([gone[2]!.type, gone[2]!.object.note], ['DELETED', 'said']);
  for (const stream of streams) stream.close();
});

test('projects end their watches when they go', async () => {
  await makeProjects(server, 'acme', ['ending']);
  const stream = await server.watch('/projects/ending/control-plane/api/v1/configmaps').opened();
  await server.remove('/apis/resourcemanager.miloapis.com/v1alpha1/projects/ending');
  await stream.ended();
  assert.ok(stream.isComplete);
});
