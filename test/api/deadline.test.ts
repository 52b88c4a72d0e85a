/** A request whose time is over has its 504; whatever its verb does later, the client gets no second answer. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { limits } from '../../src/apimachinery/limits.ts';
import { configMapDefinition } from '../../src/apis/core/v1/configmap/configmap-definition.ts';
import { authorizers } from '../../src/authz/chain.ts';
import { RequestMetrics } from '../../src/http/metrics/request-metrics.ts';
import { type PipelineParts, pipeline } from '../../src/http/pipeline.ts';
import { FairShares } from '../../src/http/steps/fair-shares.ts';
import { Registry } from '../../src/metrics/registry.ts';
import { DefinitionTable } from '../../src/registry/definition-table.ts';
import { onlyBuiltIn } from '../../src/registry/definitions.ts';
import { Turns } from '../../src/registry/turns.ts';
import { controllersUser } from '../../src/request/system-users.ts';
import { tenantOfPlatform } from '../../src/storage/keys.ts';
import { TestExchange } from './test-exchange.ts';

const path = '/api/v1/namespaces/default/configmaps';
const surface = { kind: 'Platform', name: '' } as const;

/** What the server was told to be its fault. */
let faults: unknown[] = [];
/** What the store does with a commit. */
let commit: () => Promise<unknown> = async () => ({ ok: true, revisions: [1] });
beforeEach(() => {
  faults = [];
});

/** Only what a create needs. */
const parts = {
  engine: {
    store: { get: () => undefined, applied: 1, commit: () => commit() },
    definitions: onlyBuiltIn(new DefinitionTable([configMapDefinition]), () => true),
    plugins: [],
    turns: new Turns(),
    clock: { now: () => 0 },
    newUid: () => 'uid',
    random: () => 0,
  },
  tenants: { resolve: () => ({ id: tenantOfPlatform, surface, startRevision: 0 }) },
  authenticator: { name: 'test', authenticate: () => ({ user: controllersUser }) },
  authorizer: authorizers(),
  metrics: new RequestMetrics(new Registry(limits), {
    ...limits,
    random: Math.random,
  }),
  // On a clock that stands: however slow the machine is, nobody uses up a share.
  fairShares: new FairShares({ waited: () => {}, refused: () => {} }, () => 0),
  onFault: (error: unknown) => faults.push(error),
} as unknown as PipelineParts;

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Sends a create, waits until its time is over, and gives the exchange. */
async function overdue(exchange: TestExchange, whileWaiting: () => void = () => {}): Promise<void> {
  mock.timers.enable({ apis: ['setTimeout'] });
  const startMs = performance.now();
  const handling = pipeline(parts)(exchange);
  whileWaiting();
  await turn();
  const now = mock.method(performance, 'now', () => startMs + 2 * limits.requestTimeoutMs);
  mock.timers.tick(limits.requestTimeoutMs);
  await handling;
  now.mock.restore();
  mock.timers.reset();
  assert.equal(exchange.sent?.code, 504);
  assert.deepEqual(JSON.parse(exchange.sent?.text ?? ''), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Timeout: request did not complete within the allotted timeout',
    reason: 'Timeout',
    details: {},
    code: 504,
  });
  assert.deepEqual(faults, []);
}

test('a body that comes too late is worked on for nothing', async () => {
  const exchange = new TestExchange('POST', path);
  await overdue(exchange);
  const { sent } = exchange;
  exchange.upload('{"metadata":{"name":"a"}}');
  await turn();
  assert.equal(exchange.sent, sent);
  assert.deepEqual(faults, []);
});

test('a store that answers too late, or fails too late', async () => {
  const failure = new Error('the disk is gone');
  for (const [settle, told] of [
    [async () => ({ ok: true, revisions: [1] }), []],
    [() => Promise.reject(failure), [failure]],
  ] as const) {
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    commit = () => released.then(settle);
    const exchange = new TestExchange('POST', path);
    await overdue(exchange, () => exchange.upload('{"metadata":{"name":"a"}}'));
    const { sent } = exchange;
    release();
    await turn();
    assert.equal(exchange.sent, sent);
    // The client has its answer; the operator still wants to know.
    assert.deepEqual(faults, told);
  }
});

test('in time, one answer, and one timer for all of them', async () => {
  commit = async () => ({ ok: true, revisions: [7] });
  const set = mock.method(globalThis, 'setTimeout');
  const handle = pipeline(parts);
  for (let n = 0; n < 3; n++) {
    const exchange = new TestExchange('POST', path);
    exchange.upload('{"metadata":{"name":"a"}}');
    await handle(exchange);
    assert.equal(exchange.sent?.code, 201);
  }
  assert.equal(set.mock.callCount(), 1);
  set.mock.restore();
});

test('each in its own time', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  let nowMs = performance.now();
  const now = mock.method(performance, 'now', () => nowMs);
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    mock.timers.tick(ms);
    await turn();
  };
  const handle = pipeline(parts);
  const send = (query = ''): TestExchange => {
    const exchange = new TestExchange('POST', path + query);
    void handle(exchange);
    return exchange;
  };
  const first = send();
  await turn();
  await pass(1000);
  const second = send();
  const hasty = send('?timeout=5s');
  await turn();
  await pass(5000);
  assert.deepEqual(
    [first, second, hasty].map(({ sent }) => sent?.code),
    [undefined, undefined, 504],
  );
  await pass(limits.requestTimeoutMs - 6000);
  assert.deepEqual(
    [first, second].map(({ sent }) => sent?.code),
    [504, undefined],
  );
  await pass(1000);
  assert.equal(second.sent?.code, 504);
  now.mock.restore();
  mock.timers.reset();
});
