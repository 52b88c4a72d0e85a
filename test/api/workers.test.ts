/** `--workers`: several processes that answer over one store are one server to their clients, also when one of them dies. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import type { ClientHttp2Session } from 'node:http2';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { type Answer, ApiServer, type Send } from '../api-client.ts';
import { canFindWorkers, isRunning, workersOf } from '../worker-processes.ts';
import { configmap, createOrganization, must, plane, project } from './control-planes.ts';

let server: ApiServer;
/** One to each worker: connections are handed out in turn. */
let here: ClientHttp2Session;
let there: ClientHttp2Session;

before(async () => {
  server = await ApiServer.start({ workers: 2 });
  here = await connection();
  there = await connection();
});
after(() => {
  here.destroy();
  there.destroy();
  return server.stop();
});

/** One that is on its way to a worker when that dies is closed, and tried again. */
async function connection(): Promise<ClientHttp2Session> {
  for (;;) {
    const session = server.connect();
    const isConnected = await new Promise<boolean>((resolve) => {
      session.once('connect', () => resolve(true));
      session.once('close', () => resolve(false));
    });
    if (isConnected) return session;
  }
}

const configMaps = '/api/v1/namespaces/default/configmaps';
const on = (session: ClientHttp2Session, path: string, more: Send = {}): Promise<Answer> =>
  server.send(path, { ...more, session });

/** The name of an object of this test alone. */
let count = 0;
const fresh = (word: string): string => `${word}-${++count}`;

async function scrape(session: ClientHttp2Session): Promise<Map<string, number>> {
  const { status, text } = await on(session, '/metrics');
  assert.equal(status, 200, text);
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

test('connections are handed to both workers', async (context) => {
  if (!canFindWorkers) return context.skip('open files are counted on Linux alone');
  const files = async (): Promise<number[]> => {
    const samples = await scrape(here);
    return [1, 2].map((n) => samples.get(`process_open_fds{process="worker-${n}"}`)!);
  };
  const before = await files();
  const more = await Promise.all(Array.from({ length: 8 }, connection));
  const during = await files();
  for (const session of more) session.destroy();
  // A few files are opened and closed all the time.
  for (const [worker, open] of during.entries()) {
    assert.ok(Math.abs(open - before[worker]! - 4) <= 1, `${before} and 8 connections are ${during}`);
  }
});

test('a TLS session of one worker is resumed at the other, with its identity', async () => {
  const { hostname, port } = new URL(server.url);
  const options = { ...server.credentials, host: hostname, port: Number(port), ALPNProtocols: ['http/1.1'] };
  let session: Buffer | undefined;
  for (let round = 0; round < 4; round++) {
    const socket = tls.connect(session === undefined ? options : { ...options, session });
    socket.on('session', (ticket) => {
      session = ticket;
    });
    await once(socket, 'secureConnect');
    assert.equal(socket.isSessionReused(), round > 0);
    socket.write(`GET ${configMaps} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += chunk;
    assert.match(text, /^HTTP\/1\.1 200 /);
  }
});

test('what one has acknowledged the other has in its next answer: an object, a list, a conflict, a deletion', async () => {
  for (let round = 0; round < 60; round++) {
    const [writer, reader] = round % 2 === 0 ? [here, there] : [there, here];
    const name = fresh('seen');
    const made = await must(on(writer, configMaps, { method: 'POST', body: configmap(name) }), 201);
    const found = await must(on(reader, `${configMaps}/${name}`), 200);
    assert.equal(found.metadata.resourceVersion, made.metadata.resourceVersion);
    const { items } = await must(on(reader, configMaps), 200);
    assert.ok(items.some((item: { metadata: { name: string } }) => item.metadata.name === name));
    await must(on(reader, configMaps, { method: 'POST', body: configmap(name) }), 409);
    const changed = { ...found, data: { k: `${round}` } };
    await must(on(reader, `${configMaps}/${name}`, { method: 'PUT', body: changed }), 200);
    await must(on(writer, `${configMaps}/${name}`, { method: 'PUT', body: changed }), 409);
    assert.equal((await must(on(writer, `${configMaps}/${name}`), 200)).data.k, `${round}`);
    await must(on(writer, `${configMaps}/${name}`, { method: 'DELETE' }), 200);
    await must(on(reader, `${configMaps}/${name}`), 404);
  }
});

test('of two that write the same version at the same time one succeeds', async () => {
  const name = fresh('raced');
  let current = await must(on(here, configMaps, { method: 'POST', body: configmap(name) }), 201);
  for (let round = 0; round < 30; round++) {
    const answers = await Promise.all(
      [here, there].map((session, side) =>
        on(session, `${configMaps}/${name}`, {
          method: 'PUT',
          body: { ...current, data: { k: `${round}.${side}` } },
        }),
      ),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    current = answers.find(({ status }) => status === 200)!.json;
  }
});

test('patches through both sides all take effect', async () => {
  const name = fresh('patched');
  await must(on(here, configMaps, { method: 'POST', body: configmap(name) }), 201);
  const patches = Array.from({ length: 40 }, (_, index) =>
    on(index % 2 === 0 ? here : there, `${configMaps}/${name}`, {
      method: 'PATCH',
      body: { data: { [`k${index}`]: 'v' } },
      type: 'application/merge-patch+json',
    }),
  );
  for (const { status, text } of await Promise.all(patches)) assert.equal(status, 200, text);
  const { data } = await must(on(there, `${configMaps}/${name}`), 200);
  assert.equal(Object.keys(data).length, 41);
});

test('a project, its quota of names and its end are the same on both', async () => {
  await createOrganization(server, 'workers-org');
  const projects = '/apis/resourcemanager.miloapis.com/v1alpha1/projects';
  for (let round = 0; round < 10; round++) {
    const name = fresh('plane');
    const body = project(name, 'Organization/workers-org');
    await must(on(here, `${plane(name)}${configMaps}`), 404);
    await must(on(there, projects, { method: 'POST', body }), 201);
    await must(on(here, `${plane(name)}${configMaps}`, { method: 'POST', body: configmap('a') }), 201);
    await must(on(there, `${projects}/${name}`, { method: 'DELETE' }), 200, 202);
    await must(
      on(here, `${plane(name)}${configMaps}`, { method: 'POST', body: configmap('b') }),
      403,
      404,
      409,
    );
  }
});

function customResource(plural: string): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.workers.example.com` },
    spec: {
      group: 'workers.example.com',
      scope: 'Namespaced',
      names: { plural, singular: plural.slice(0, -1), kind: plural, listKind: `${plural}List` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
}

test('a kind that one has defined is served by the other at once', async () => {
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (let round = 0; round < 12; round++) {
    const [writer, reader] = round % 2 === 0 ? [here, there] : [there, here];
    const plural = `things${round}s`;
    const path = `/apis/workers.example.com/v1/namespaces/default/${plural}`;
    await must(on(reader, path), 404);
    await must(on(writer, definitions, { method: 'POST', body: customResource(plural) }), 201);
    const body = { apiVersion: 'workers.example.com/v1', kind: plural, metadata: { name: 'a' } };
    await must(on(reader, path, { method: 'POST', body }), 201);
    await must(on(writer, `${path}/a`), 200);
    const { resources } = await must(on(reader, '/apis/workers.example.com/v1'), 200);
    assert.ok(resources.some(({ name }: { name: string }) => name === plural));
  }
});

test('watches on both hear what is written on either: each change once, in order', async () => {
  const path = `${configMaps}?labelSelector=watched`;
  const { metadata } = await must(on(here, path), 200);
  const watched = `${path}&resourceVersion=${metadata.resourceVersion}`;
  const watches = await Promise.all(
    [here, there].map((session) => server.watch(watched, {}, session).opened()),
  );
  const wanted: string[] = [];
  for (let round = 0; round < 60; round++) {
    const body = configmap(fresh('heard'), { labels: { watched: 'yes' } });
    const made = await must(on(round % 2 === 0 ? here : there, configMaps, { method: 'POST', body }), 201);
    wanted.push(made.metadata.resourceVersion);
  }
  for (const watch of watches) {
    const events = await watch.until((got) => got.length >= wanted.length);
    assert.deepEqual(
      events.map(({ object }) => object.metadata.resourceVersion),
      wanted,
    );
    watch.close();
  }
});

test('/metrics says the same of all, whoever is asked', async () => {
  const series =
    'apiserver_request_total{verb="POST",dry_run="",group="",version="v1",resource="configmaps",subresource="",scope="resource",component="apiserver",code="201"}';
  const before = await scrape(here);
  for (let round = 0; round < 20; round++) {
    const session = round % 2 === 0 ? here : there;
    await must(on(session, configMaps, { method: 'POST', body: configmap(fresh('counted')) }), 201);
  }
  for (const session of [here, there]) {
    const now = await scrape(session);
    assert.equal(now.get(series)! - (before.get(series) ?? 0), 20);
    assert.equal(now.get('milo_store_healthy'), 1);
    assert.equal(now.get('milo_workers'), 2);
    assert.ok(now.get('milo_connections{protocol="h2"}')! >= 3);
    assert.equal(now.get('milo_store_changes_total')! - before.get('milo_store_changes_total')!, 20);
    for (const name of ['primary', 'worker-1', 'worker-2']) {
      assert.ok(now.get(`process_resident_memory_bytes{process="${name}"}`)! > 0, name);
    }
  }
});

test('what a project says of its watches counts those at both', async () => {
  await must(
    server.post(
      '/apis/resourcemanager.miloapis.com/v1alpha1/projects',
      project('told', 'Organization/workers-org'),
    ),
    201,
  );
  const watches = await Promise.all(
    [here, there].map((session) => server.watch(`${plane('told')}${configMaps}`, {}, session).opened()),
  );
  const { text } = await on(here, `${plane('told')}/metrics`);
  assert.match(text, /^milo_project_watches 2$/m);
  for (const watch of watches) watch.close();
});

test('a worker that is killed is replaced; its clients go on where they were', async (context) => {
  if (!canFindWorkers) return context.skip('workers are found on Linux alone');
  const [, victim] = workersOf(process.pid);
  const session = await connection();
  const other = await connection();
  const { metadata } = await must(on(session, configMaps), 200);
  const from = (revision: string): string => `${configMaps}?resourceVersion=${revision}`;
  const broken = [session, other].map((each) => server.watch(from(metadata.resourceVersion), {}, each));
  await Promise.all(broken.map((watch) => watch.opened()));
  const first = await must(server.post(configMaps, configmap(fresh('before'))), 201);
  for (const watch of broken) await watch.until((events) => events.length === 1);

  process.kill(victim!, 'SIGKILL');
  while (isRunning(victim!)) await sleep(5);
  // Each write may meet a connection that is being broken off; new connections meet whoever is there.
  const alive = await connection();
  const wanted: string[] = [];
  for (let round = 0; round < 10; round++) {
    const made = await must(on(alive, configMaps, { method: 'POST', body: configmap(fresh('after')) }), 201);
    wanted.push(made.metadata.resourceVersion);
  }
  const ended = broken.find((watch) => watch.isEnded);
  assert.ok(ended !== undefined, 'the watch at the killed worker has ended');
  while ((await scrape(alive)).get('milo_workers') !== 2) await sleep(20);
  assert.equal(workersOf(process.pid).length, 2);
  for (const each of await Promise.all([connection(), connection()])) {
    const resumed = server.watch(from(first.metadata.resourceVersion), {}, each);
    const events = await resumed.until((got) => got.length >= wanted.length);
    assert.deepEqual(
      events.map(({ object }) => object.metadata.resourceVersion),
      wanted,
    );
    each.destroy();
  }
  for (const each of [session, other, alive]) each.destroy();
});

/** Writes the file beside its writer, which must stop then. */
const intruder = `
  const [tables, rows, file] = process.argv.slice(1);
  const { Tables } = await import(tables);
  const { stateKey } = await import(rows);
  const opened = new Tables(file);
  await opened.transact(stateKey, opened.fenceOf(stateKey), opened.meta.get(stateKey), []);
  await opened.close();
`;
const sourceOf = (path: string): string => new URL(`../../src/${path}`, import.meta.url).href;

test('a fault of the store makes all workers unhealthy', async () => {
  const faulty = await ApiServer.start({ workers: 2 });
  try {
    const sessions = [faulty.connect(), faulty.connect()];
    for (const session of sessions) assert.equal((await faulty.send('/readyz', { session })).status, 200);
    const replica = ['storage/replica/tables.js', 'storage/replica/rows.js'].map(sourceOf);
    const file = join(faulty.dataDir, 'store.mdb');
    execFileSync(process.execPath, ['--input-type=module', '-e', intruder, ...replica, file]);
    assert.equal((await faulty.post(configMaps, configmap('refused'))).status, 503);
    for (const session of sessions) {
      for (const path of ['/readyz', '/livez', '/readyz/storage']) {
        while ((await faulty.send(path, { session })).status !== 500) await sleep(5);
      }
      session.close();
    }
  } finally {
    assert.ok(faulty.faults.length > 0);
    faulty.faults.length = 0;
    await faulty.stop();
  }
});

test('its end lets answers finish, ends watches whole, and leaves no worker', async () => {
  const short = await ApiServer.start({ workers: 2 });
  try {
    const pids = canFindWorkers ? workersOf(process.pid) : [];
    assert.equal(pids.length, canFindWorkers ? 4 : 0);
    const sessions = [short.connect(), short.connect()];
    const watches = await Promise.all(
      sessions.map((session) => short.watch(configMaps, {}, session).opened()),
    );
    await short.restart();
    for (const watch of watches) {
      await watch.ended();
      assert.ok(watch.isComplete, 'ended as whole');
    }
    if (canFindWorkers) assert.equal(pids.filter(isRunning).length, 2, 'those of the other server');
    assert.equal((await short.get(configMaps)).status, 200);
  } finally {
    await short.stop();
  }
});
