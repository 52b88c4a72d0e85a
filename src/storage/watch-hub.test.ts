/** The hub beyond the conformance suite: sinks that call back, throw or close in the midst, and what idle watches cost. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { limits } from '../apimachinery/limits.ts';
import { openEmbedded } from './backends/embedded/backend.ts';
import { eventually, settle } from './conformance/eventually.ts';
import { RecordingSink } from './conformance/recording-sink.ts';
import { blue, committed, keyOf, put, red, sample } from './conformance/sample.ts';
import type { StorageError } from './errors.ts';
import type { Revision, Store } from './store.ts';
import { WatchHub } from './watch-hub.ts';
import type { SharedChange, WatchHandle, WatchSink } from './watch-target.ts';

const target = { tenant: red, group: '', resource: 'configmaps' };

/** A sink that does what it is told on each change; it takes more unless that says otherwise. */
class ActingSink implements WatchSink {
  readonly revisions: Revision[] = [];
  readonly errors: StorageError[] = [];
  readonly #act: (shared: SharedChange, count: number) => boolean | undefined;
  constructor(act: (shared: SharedChange, count: number) => boolean | undefined) {
    this.#act = act;
  }
  deliver(shared: SharedChange): boolean {
    this.revisions.push(shared.change.revision);
    return this.#act(shared, this.revisions.length) ?? true;
  }
  end(error: StorageError): void {
    this.errors.push(error);
  }
}

/** The next exception nobody catches, kept from the test runner. */
function nextUncaught(): Promise<unknown> {
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  return new Promise((resolve) => {
    process.once('uncaughtException', (error) => {
      for (const listener of listeners) process.on('uncaughtException', listener);
      resolve(error);
    });
  });
}

describe('the watch hub', () => {
  let dataDir: string;
  let store: Store;
  let hub: WatchHub;
  let named = 0;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'milo-hub-'));
    store = await openEmbedded({ dataDir });
    hub = new WatchHub(store);
  });
  afterEach(async () => {
    hub.close();
    await store.close();
    await rm(dataDir, { recursive: true });
  });

  /** That many changes of the target, in one batch. */
  const write = (times: number): Promise<readonly Revision[]> =>
    committed(store, ...Array.from({ length: times }, () => put(keyOf(`n${named++}`), sample('x'))));

  test('inside a delivery the position is before what is being delivered', async () => {
    for (const room of [Number.POSITIVE_INFINITY, 1]) {
      const positions: [Revision, Revision][] = [];
      const sink = new ActingSink(({ change }) => {
        positions.push([handle.position, change.revision]);
        return positions.length < room;
      });
      const handle: WatchHandle = hub.watch(target, store.applied, sink);
      await write(5);
      handle.resume();
      await settle();
      assert.ok(positions.length >= 1);
      for (const [position, revision] of positions) assert.equal(position, revision - 1);
      handle.close();
    }
  });

  test('a paused watch stands where it paused; one that drained its queue stands at the head', async () => {
    const sink = new RecordingSink(2);
    const handle = hub.watch(target, store.applied, sink);
    const revisions = await write(4);
    assert.equal(handle.position, revisions[1]);
    sink.room = 2;
    handle.resume();
    assert.deepEqual(sink.revisions, revisions);
    assert.equal(handle.position, store.applied);
    await committed(store, put(keyOf('other', { tenant: blue }), sample('x')));
    assert.equal(handle.position, store.applied);
    handle.close();
  });

  test('resume from inside a delivery counts for that delivery', async () => {
    const sink = new ActingSink(() => {
      handle.resume();
      return false;
    });
    const handle: WatchHandle = hub.watch(target, store.applied, sink);
    const revisions = await write(3);
    assert.deepEqual(sink.revisions, revisions);
    handle.close();
  });

  test('a watch closed by its own delivery gets nothing more, live, queued or from the log', async () => {
    const from = store.applied;
    const closing = (): [ActingSink, (handle: WatchHandle) => void] => {
      let own: WatchHandle | undefined;
      const sink = new ActingSink((_, count) => {
        if (count === 2) own!.close();
        return true;
      });
      return [sink, (handle) => (own = handle)];
    };
    const [live, holdLive] = closing();
    holdLive(hub.watch(target, from, live));
    const revisions = await write(4);
    assert.deepEqual(live.revisions, revisions.slice(0, 2));
    const [late, holdLate] = closing();
    holdLate(hub.watch(target, from, late));
    await eventually(() => late.revisions.length >= 2, 'the log is read');
    await settle();
    assert.deepEqual(late.revisions, revisions.slice(0, 2));
    assert.equal(hub.size, 0);
  });

  test('a watch opened from inside a delivery misses and repeats nothing', async () => {
    const opened: { after: Revision; sink: RecordingSink }[] = [];
    const opener = new ActingSink(({ change }) => {
      for (const after of [change.revision - 1, change.revision, store.applied]) {
        const sink = new RecordingSink();
        opened.push({ after, sink });
        hub.watch(target, after, sink);
      }
      return true;
    });
    hub.watch(target, store.applied, opener);
    const revisions = [...(await write(3)), ...(await write(2))];
    await settle();
    await eventually(
      () => opened.every(({ after, sink }) => (sink.revisions.at(-1) ?? after) >= revisions.at(-1)!),
      'all',
    );
    for (const { after, sink } of opened) {
      assert.deepEqual(
        sink.revisions,
        revisions.filter((revision) => revision > after),
        `after ${after}`,
      );
    }
  });

  test("a sink's bug ends its own watch, is not lost, and reaches nobody else", async () => {
    const bug = new Error('a bug in a sink');
    const seen = nextUncaught();
    const broken = new ActingSink(() => {
      throw bug;
    });
    const sound = new RecordingSink();
    hub.watch(target, store.applied, broken);
    hub.watch(target, store.applied, sound);
    const revisions = await write(2);
    assert.equal(await seen, bug);
    assert.deepEqual(broken.revisions, revisions.slice(0, 1));
    assert.deepEqual(sound.revisions, revisions);
    assert.equal(hub.size, 1);
  });

  test('closing the hub ends every watch once, in whatever phase, and the store stays open', async () => {
    const from = store.applied;
    const sinks = [new RecordingSink(), new RecordingSink(1), new RecordingSink(1), new RecordingSink()];
    const [live, paused, lagging, catchingUp] = sinks as [
      RecordingSink,
      RecordingSink,
      RecordingSink,
      RecordingSink,
    ];
    for (const sink of [live, lagging]) hub.watch(target, from, sink);
    await write(limits.watchQueueEvents + 2);
    hub.watch(target, store.applied, paused);
    await write(2);
    hub.watch(target, from, catchingUp);
    hub.close();
    hub.close();
    await write(1);
    await settle();
    assert.deepEqual(
      sinks.map(({ errors }) => errors.map(({ code }) => code)),
      [['closed'], ['closed'], ['closed'], ['closed']],
    );
    assert.equal(catchingUp.changes.length, 0);
    assert.throws(() => hub.watch(target, from, new RecordingSink()), { code: 'closed' });
  });

  test('a watch that reads the log when the store closes is told', async () => {
    const from = store.applied;
    await write(3);
    const closing = store.close();
    const sink = new RecordingSink();
    await closing;
    hub.watch(target, from, sink);
    await eventually(() => sink.errors.length === 1, 'the end');
    assert.equal(sink.errors[0]!.code, 'closed');
  });

  test('what watches there are, and what became of the slow ones, is told', async () => {
    const told = (): object => ({
      ...Object.fromEntries(hub.census().phases),
      queued: hub.census().queued,
      overflows: hub.overflows,
      expiries: hub.expiries,
    });
    const none = { 'catching-up': 0, live: 0, paused: 0, lagging: 0, queued: 0, overflows: 0, expiries: 0 };
    assert.deepEqual(told(), none);
    const slow = new RecordingSink(1);
    const handles = [slow, new RecordingSink()].map((sink) => hub.watch(target, store.applied, sink));
    await write(4);
    assert.deepEqual(told(), { ...none, live: 1, paused: 1, queued: 3 });
    await write(limits.watchQueueEvents);
    assert.deepEqual(told(), { ...none, live: 1, lagging: 1, overflows: 1 });
    await store.compact(store.applied);
    slow.room = Number.POSITIVE_INFINITY;
    handles[0]!.resume();
    assert.deepEqual(told(), { ...none, live: 1, 'catching-up': 1, overflows: 1 });
    await eventually(() => slow.errors.length > 0, 'the slow one ends');
    assert.deepEqual(told(), { ...none, live: 1, overflows: 1, expiries: 1 });
    for (const handle of handles) handle.close();
  });

  test('many watches that resume take turns: none waits for another to finish', async () => {
    const from = store.applied;
    for (let batch = 0; batch < 6; batch++) await write(limits.watchLogStepEntries);
    const sinks = Array.from({ length: 3 }, () => new RecordingSink());
    for (const sink of sinks) hub.watch(target, from, sink);
    await eventually(() => sinks.every(({ changes }) => changes.length > 0), 'each has begun');
    const counts = sinks.map(({ changes }) => changes.length);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= limits.watchLogStepEntries, `${counts}`);
    await eventually(
      () => sinks.every(({ changes }) => changes.length === 6 * limits.watchLogStepEntries),
      'all',
    );
  });

  test('a watch of all tenants catches up through a log full of other resources', async () => {
    const from = store.applied;
    const expected: Revision[] = [];
    for (let round = 0; round < 3; round++) {
      await write(limits.watchLogStepEntries);
      expected.push(
        ...(await committed(
          store,
          put(keyOf(`s${round}`, { tenant: blue, resource: 'secrets' }), sample('s')),
        )),
      );
    }
    const sink = new RecordingSink();
    const handle = hub.watch({ group: '', resource: 'secrets' }, from, sink);
    await eventually(() => handle.position === store.applied, 'it is live');
    assert.deepEqual(sink.revisions, expected);
  });

  test('idle watches hold no timer and nothing that keeps the process alive', async () => {
    await settle();
    // What earlier work has put off until the next turn is nobody's timer.
    const lasting = () => process.getActiveResourcesInfo().filter((name) => name !== 'Immediate');
    const before = lasting();
    for (let index = 0; index < 1_000; index++)
      hub.watch({ ...target, name: `n${index}` }, store.applied, new RecordingSink());
    assert.deepEqual(lasting(), before);
    await eventually(() => !process.getActiveResourcesInfo().includes('Immediate'), 'it is idle');
  });
});
