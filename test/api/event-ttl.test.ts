/** Events are removed when their time is over, on a clock of the test's own, and nothing else is. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '../../src/apimachinery/limits.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { ApiServer } from '../api-client.ts';
import {
  configmap,
  createOrganization,
  createProject,
  type Manifest,
  must,
  plane,
  storedRows,
  until,
  untilGone,
} from './control-planes.ts';

// Rounds of removal come quickly here; what they remove is the clock's business alone.
Object.assign(limits, { expiryIntervalMs: 10 });

class TestClock implements Clock {
  #aheadMs = 0;
  now(): number {
    return Date.now() + this.#aheadMs;
  }
  advanceMinutes(minutes: number): void {
    this.#aheadMs += minutes * 60_000;
  }
}

const clock = new TestClock();
let server: ApiServer;
before(async () => {
  server = await ApiServer.start({ clock });
  await createOrganization(server, 'acme');
  await createProject(server, 'p', 'Organization/acme');
});
after(() => server.stop());

const core = '/api/v1/namespaces/default/events';
const events = '/apis/events.k8s.io/v1/namespaces/default/events';
const planes = ['', plane('p')];

const coreEvent = (name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name },
  involvedObject: { kind: 'ConfigMap', namespace: 'default', name: 'c' },
  reason: 'Tested',
  message: 'm',
  type: 'Normal',
});
const newEvent = (name: string): Manifest => ({
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name },
  eventTime: new Date(clock.now()).toISOString().replace('Z', '000Z'),
  reportingController: 'example.com/test',
  reportingInstance: 'test-1',
  action: 'Testing',
  reason: 'Tested',
  regarding: { kind: 'ConfigMap', namespace: 'default', name: 'c' },
  note: 'm',
  type: 'Normal',
});

/** Lets the reaper look: it removes an event that has just expired, beside those in question. */
async function roundOver(): Promise<void> {
  await must(server.post(core, coreEvent('round')), 201);
  clock.advanceMinutes(61);
  await untilGone(server, `${core}/round`);
}

test('gone after an hour, of both forms and in every control plane; watchers are told', async () => {
  const before = await storedRows(server);
  const watches = planes.map((base) => server.watch(`${base}${core}?resourceVersion=0`));
  for (const base of planes) {
    await must(server.post(`${base}${core}`, coreEvent('core')), 201);
    await must(server.post(`${base}${events}`, newEvent('new')), 201);
    await must(server.post(`${base}/api/v1/namespaces/default/configmaps`, configmap('c')), 201);
  }
  await roundOver();
  for (const [i, base] of planes.entries()) {
    await untilGone(server, `${base}${core}/core`);
    await untilGone(server, `${base}${events}/new`);
    await watches[i]!.until((seen) => seen.filter(({ type }) => type === 'DELETED').length >= 2, 'deletions');
    watches[i]!.close();
    await must(server.remove(`${base}/api/v1/namespaces/default/configmaps/c`), 200);
  }
  assert.deepEqual(await storedRows(server), before);
});

test('only those whose time is over', async () => {
  const names = ['t0', 't20', 't40'];
  for (const name of names) {
    await must(server.post(core, coreEvent(name)), 201);
    clock.advanceMinutes(20);
  }
  const left: string[][] = [];
  for (let n = 0; n < names.length; n++) {
    clock.advanceMinutes(1);
    await untilGone(server, `${core}/${names[n]}`);
    const { items } = await must(server.get(core), 200);
    left.push(items.map(({ metadata }: Manifest) => metadata.name));
    clock.advanceMinutes(19);
  }
  assert.deepEqual(left, [['t20', 't40'], ['t40'], []]);
});

const refreshes: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
  ['a patch', (path) => must(server.patch(`${core}/${path}`, { count: 2 }), 200)],
  [
    'a patch of the other form',
    (path) => must(server.patch(`${events}/${path}`, { metadata: { labels: { a: 'b' } } }), 200),
  ],
  [
    'a replacement',
    async (path) => {
      const read = await must(server.get(`${core}/${path}`), 200);
      await must(server.put(`${core}/${path}`, { ...read, message: 'again' }), 200);
    },
  ],
];
for (const [i, [how, refresh]] of refreshes.entries()) {
  test(`${how} begins the hour anew`, async () => {
    const [fresh, stale] = [`fresh-${i}`, `stale-${i}`];
    for (const name of [fresh, stale]) await must(server.post(core, coreEvent(name)), 201);
    clock.advanceMinutes(50);
    await refresh(fresh);
    clock.advanceMinutes(50);
    await untilGone(server, `${core}/${stale}`);
    await must(server.get(`${core}/${fresh}`), 200);
    clock.advanceMinutes(11);
    await untilGone(server, `${core}/${fresh}`);
  });
}

test('those that expired while the server was down are removed after its start', async () => {
  await must(server.post(core, coreEvent('over')), 201);
  await server.restart(async () => clock.advanceMinutes(61));
  await untilGone(server, `${core}/over`);
});

test('more than one step takes', async () => {
  const count = limits.removalStepEntries + 100;
  const creates = Array.from({ length: count }, (_, i) => server.post(core, coreEvent(`many-${i}`)));
  for (const answer of await Promise.all(creates)) assert.equal(answer.status, 201, answer.text);
  clock.advanceMinutes(61);
  await until(server, core, ({ json }) => json.items.length === 0, 'empty');
});

test('nothing else has an end', async () => {
  const configmaps = '/api/v1/namespaces/default/configmaps';
  await must(server.post(configmaps, configmap('lasting')), 201);
  clock.advanceMinutes(60 * 24 * 30);
  await roundOver();
  await must(server.get(`${configmaps}/lasting`), 200);
});
