/** Watch streams on a store and an exchange in the test's hands: none stays behind, whenever its client goes. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { limits } from '../../src/apimachinery/limits.ts';
import { configMapDefinition } from '../../src/apis/core/v1/configmap/configmap-definition.ts';
import type { Exchange } from '../../src/http/exchange.ts';
import { RequestMetrics } from '../../src/http/metrics/request-metrics.ts';
import { watch } from '../../src/http/verbs/watch.ts';
import { WatchStreams } from '../../src/http/verbs/watch-streams.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Registry } from '../../src/metrics/registry.ts';
import { create } from '../../src/registry/create.ts';
import { DefinitionTable } from '../../src/registry/definition-table.ts';
import { onlyBuiltIn } from '../../src/registry/definitions.ts';
import { type Engine, noWarnings, type Target } from '../../src/registry/engine.ts';
import { Turns } from '../../src/registry/turns.ts';
import { controllersUser } from '../../src/request/system-users.ts';
import { openStore } from '../../src/storage/backends/registry.ts';
import { tenantOfPlatform } from '../../src/storage/keys.ts';
import type { Store } from '../../src/storage/store.ts';
import { WatchHub } from '../../src/storage/watch-hub.ts';
import { TestExchange } from './test-exchange.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'milo-streams-'));
const definitions = new DefinitionTable([configMapDefinition]);
const platform = { kind: 'Platform', name: '' } as const;
const served = definitions.find('Platform', '', 'v1', 'configmaps')!;
const target: Target = {
  served,
  tenant: { id: tenantOfPlatform, surface: platform, startRevision: 0 },
  namespace: 'default',
  name: '',
};
/** More than two steps of a list. */
const objects = 2 * limits.listStepEntries + 10;

const metrics = new RequestMetrics(new Registry(limits), {
  ...limits,
  random: Math.random,
});

let store: Store;
let hub: WatchHub;
let streams: WatchStreams;
let engine: Engine;
before(async () => {
  store = await openStore(`embedded:${dataDir}`);
  hub = new WatchHub(store);
  engine = {
    store,
    hub,
    definitions: onlyBuiltIn(definitions, () => true),
    plugins: [],
    turns: new Turns(),
    clock: systemClock,
    newUid: () => 'uid',
    renewed: () => undefined,
    random: Math.random,
  };
  await Promise.all(Array.from({ length: objects }, (_, i) => make(`n${i}`)));
});
beforeEach(() => {
  streams = new WatchStreams(systemClock);
});
after(async () => {
  hub.close();
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const make = (name: string) =>
  create(
    engine,
    target,
    () => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } }),
    { user: controllersUser, dryRun: false, fieldManager: 'test', warn: noWarnings },
  );

function open(exchange: Exchange, query = ''): Promise<void> {
  return watch({
    engine,
    streams,
    virtual: new Map(),
    exchange,
    info: { surface: platform, path: '', query: new URLSearchParams(query), verb: 'watch' },
    user: controllersUser,
    target,
    subresource: undefined,
    untilMs: Number.POSITIVE_INFINITY,
    isOver: () => false,
    record: metrics.begin(exchange),
  });
}
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
const nothingIsLeft = (): void => assert.deepEqual([streams.size, hub.size], [0, 0]);

test('it goes after the state was sent', async () => {
  const exchange = new TestExchange();
  await open(exchange);
  assert.deepEqual([streams.size, hub.size, exchange.chunks.length], [1, 1, objects]);
  await make('live');
  assert.equal(exchange.chunks.length, objects + 1);
  exchange.leave();
  nothingIsLeft();
  await make('unseen');
  assert.equal(exchange.chunks.length, objects + 1);
});

test('it has gone before the stream begins', async () => {
  for (const query of ['', `resourceVersion=${store.applied}`]) {
    const exchange = new TestExchange();
    exchange.leave();
    await open(exchange, query);
    nothingIsLeft();
    assert.equal(exchange.chunks.length, 0);
  }
});

test('it goes while the server waits for the revision it named', async () => {
  const exchange = new TestExchange();
  const opening = open(exchange, `resourceVersion=${store.applied + 1}`);
  exchange.leave();
  await make('awaited');
  await opening;
  nothingIsLeft();
});

test('it goes while the state is being sent, and nothing more is sent', async () => {
  const exchange = new TestExchange();
  exchange.takes = () => false;
  const opening = open(exchange);
  await until(() => exchange.isWaitedFor);
  const sent = exchange.chunks.length;
  assert.ok(sent > 0 && sent < objects);
  exchange.leave();
  await opening;
  assert.equal(exchange.chunks.length, sent);
  nothingIsLeft();
});

test('it goes while it is slow', async () => {
  const exchange = new TestExchange();
  await open(exchange, `resourceVersion=${store.applied}`);
  exchange.takes = () => false;
  for (let i = 0; i < 3; i++) await make(`slow-${i}`);
  assert.equal(exchange.chunks.length, 1);
  exchange.flow();
  await until(() => exchange.chunks.length === 3);
  exchange.leave();
  nothingIsLeft();
});

test('the state is compacted away while it is being sent: an error event ends the stream', async () => {
  const exchange = new TestExchange();
  exchange.takes = () => false;
  const opening = open(exchange);
  await until(() => exchange.isWaitedFor);
  await make('newer');
  await store.compact(store.applied);
  exchange.flow();
  await opening;
  const last = JSON.parse(exchange.chunks.at(-1) ?? '');
  assert.deepEqual([last.type, last.object.code, last.object.reason], ['ERROR', 410, 'Expired']);
  assert.ok(exchange.isEnded);
  nothingIsLeft();
});

test('its time is over while the state is being sent', async () => {
  const exchange = new TestExchange();
  exchange.takes = () => false;
  const opening = open(exchange);
  await until(() => exchange.isWaitedFor);
  streams.finishAll();
  exchange.flow();
  await opening;
  assert.ok(exchange.isEnded);
  nothingIsLeft();
});

test('its project goes while the server waits for the revision it named: an empty stream, and no more', async () => {
  const exchange = new TestExchange();
  const opening = open(exchange, `resourceVersion=${store.applied + 1}`);
  streams.finishTenant(tenantOfPlatform);
  await make('late');
  await opening;
  assert.deepEqual([exchange.sent?.code, exchange.chunks, exchange.isEnded], [200, [], true]);
  nothingIsLeft();
});

test('a revision that never comes is a 504, and no stream', async () => {
  const exchange = new TestExchange();
  await assert.rejects(
    open(exchange, `resourceVersion=${store.applied + 1_000}`),
    /Too large resource version/,
  );
  assert.equal(exchange.isStarted, false);
  nothingIsLeft();
});

test('once the server is going, what is opened ends at once', async () => {
  streams.finishAll();
  const exchange = new TestExchange();
  await open(exchange);
  assert.deepEqual([exchange.sent?.code, exchange.chunks, exchange.isEnded], [200, [], true]);
  nothingIsLeft();
});
