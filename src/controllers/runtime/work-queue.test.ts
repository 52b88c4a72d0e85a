/** The queue's promises, with timers that the test fires itself: what is planned, and for when, is compared. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { limits } from '../../apimachinery/limits.ts';
import { settle } from '../../storage/conformance/eventually.ts';
import { WorkQueue } from './work-queue.ts';

interface Timer {
  readonly pauseMs: number;
  readonly fire: () => void;
  isOff: boolean;
}
const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
let timers: Timer[] = [];

beforeEach(() => {
  timers = [];
  const plan = (fire: () => void, pauseMs: number) => {
    const timer = { pauseMs, fire, isOff: false, unref: () => timer };
    timers.push(timer);
    return timer;
  };
  Object.assign(globalThis, {
    setTimeout: plan,
    clearTimeout: (timer: Timer | undefined) => {
      if (timer !== undefined) timer.isOff = true;
    },
  });
});
afterEach(() => Object.assign(globalThis, real));

const plannedMs = (): number[] => timers.filter(({ isOff }) => !isOff).map(({ pauseMs }) => pauseMs);
function fireAll(): void {
  for (const timer of timers.splice(0)) if (!timer.isOff) timer.fire();
}

/** A queue whose work waits for the test to end it. */
function heldQueue(workers: number, workersOfGroup?: number) {
  const begun: string[] = [];
  const errors: string[] = [];
  const open = new Map<string, { resolve: (pauseMs?: number) => void; reject: (error: Error) => void }>();
  const signals: AbortSignal[] = [];
  const queue = new WorkQueue({
    workers,
    ...(workersOfGroup === undefined
      ? {}
      : { groups: { groupOf: (key: string) => key.charAt(0), workersMax: workersOfGroup } }),
    work: (key, signal) => {
      assert.ok(!open.has(key), `${key} is worked on twice at once`);
      begun.push(key);
      signals.push(signal);
      return new Promise((resolve, reject) => open.set(key, { resolve, reject }));
    },
    onError: (key, error) => errors.push(`${key}: ${(error as Error).message}`),
  });
  const end = async (key: string, how: number | Error | undefined = undefined): Promise<void> => {
    const { resolve, reject } = open.get(key)!;
    open.delete(key);
    if (how instanceof Error) reject(how);
    else resolve(how);
    await settle(2);
  };
  const add = async (...keys: string[]): Promise<void> => {
    for (const key of keys) queue.add(key);
    await settle(2);
  };
  return { queue, begun, errors, signals, add, end };
}

test('each key once however often it is added, in the order of arrival', async () => {
  const { begun, add, end } = heldQueue(1);
  await add('a', 'b', 'c', 'b', 'b');
  for (const key of ['a', 'b', 'c']) await end(key);
  assert.deepEqual(begun, ['a', 'b', 'c']);
});

test('no more at once than there are workers', async () => {
  const { begun, add, end } = heldQueue(2);
  await add('a', 'b', 'c', 'd');
  assert.deepEqual(begun, ['a', 'b']);
  await end('b');
  assert.deepEqual(begun, ['a', 'b', 'c']);
});

test('groups take turns, and none has more workers than it may', async () => {
  const { queue, begun, add, end } = heldQueue(3, 2);
  await add('a1', 'a2', 'a3', 'a4');
  assert.deepEqual(begun, ['a1', 'a2']);
  await add('b1', 'b2', 'c1');
  assert.deepEqual(begun, ['a1', 'a2', 'b1']);
  await end('a1');
  assert.deepEqual(begun.slice(3), ['a3']);
  await end('a2');
  assert.deepEqual(begun.slice(4), ['b2']);
  await end('b1');
  assert.deepEqual(begun.slice(5), ['c1']);
  await end('c1');
  assert.deepEqual(begun.slice(6), ['a4']);
  for (const key of ['b2', 'a3', 'a4']) await end(key);
  assert.equal(queue.size, 0);
});

test('a key added while it is worked on comes back once, afterwards', async () => {
  const { queue, begun, add, end } = heldQueue(4);
  await add('a', 'b');
  await add('a', 'a', 'a');
  assert.deepEqual(begun, ['a', 'b']);
  await end('a');
  assert.deepEqual(begun, ['a', 'b', 'a']);
  await end('a');
  await end('b');
  assert.deepEqual(begun, ['a', 'b', 'a']);
  assert.equal(queue.size, 0);
});

test('a settled key leaves nothing behind', async () => {
  const { queue, add, end } = heldQueue(1);
  await add('a');
  assert.equal(queue.size, 1);
  await end('a');
  assert.equal(queue.size, 0);
  assert.deepEqual(plannedMs(), []);
});

test('a key comes back after the pause its work names', async () => {
  const { queue, begun, add, end } = heldQueue(1);
  await add('a');
  await end('a', 70);
  assert.deepEqual(plannedMs(), [70]);
  assert.equal(queue.size, 1);
  fireAll();
  await settle(2);
  assert.deepEqual(begun, ['a', 'a']);
});

test('pauses grow with each failure up to a bound, and begin anew after a success', async () => {
  const { add, end, errors } = heldQueue(1);
  const { retryMsMin, retryMsMax } = limits;
  await add('a');
  const pauses: number[] = [];
  for (let n = 0; n < 20; n++) {
    await end('a', new Error(`no ${n}`));
    pauses.push(...plannedMs());
    fireAll();
    await settle(2);
  }
  assert.deepEqual(pauses.slice(0, 3), [retryMsMin, 2 * retryMsMin, 4 * retryMsMin]);
  assert.equal(pauses.at(-1), retryMsMax);
  assert.equal(pauses.length, 20);
  assert.deepEqual(errors.slice(0, 2), ['a: no 0', 'a: no 1']);
  await end('a');
  await add('a');
  await end('a', new Error('again'));
  assert.deepEqual(plannedMs(), [retryMsMin]);
});

test('work that throws before it returns a promise fails like any other', async () => {
  const errors: unknown[] = [];
  const queue = new WorkQueue({
    workers: 1,
    work: () => {
      throw new Error('at once');
    },
    onError: (_, error) => errors.push((error as Error).message),
  });
  queue.add('a');
  await settle(2);
  assert.deepEqual(errors, ['at once']);
  assert.deepEqual(plannedMs(), [limits.retryMsMin]);
});

test('a failing key does not hold up others', async () => {
  const { begun, add, end } = heldQueue(1);
  await add('a', 'b');
  await end('a', new Error('no'));
  assert.deepEqual(begun, ['a', 'b']);
});

test('many calls of addLater in one pause are one; what is sooner counts', async () => {
  const { queue, begun, add, end } = heldQueue(1);
  queue.addLater('a', 1_000_000);
  queue.addLater('a', 2_000_000);
  queue.addLater('a', 1_000_000);
  assert.deepEqual(plannedMs(), [1_000_000]);
  queue.addLater('a', 10);
  assert.deepEqual(plannedMs(), [10]);
  await add('a');
  assert.deepEqual(plannedMs(), [], 'what is worked on now need not be planned');
  queue.addLater('a', 10);
  assert.deepEqual(plannedMs(), [10], 'a change during the work is looked at after it');
  fireAll();
  await end('a');
  assert.deepEqual(begun, ['a', 'a']);
});

test('close asks work in progress to end, waits for it, and starts no more', async () => {
  const { queue, begun, signals, add, end } = heldQueue(1);
  await add('a', 'b');
  queue.addLater('c', 10);
  let closed = 0;
  const closing = [queue.close(), queue.close()].map((close) => close.then(() => closed++));
  await add('a', 'd');
  queue.addLater('d', 10);
  await settle(2);
  assert.equal(closed, 0, 'work goes on');
  assert.ok(signals[0]!.aborted);
  await end('a', 50);
  await Promise.all(closing);
  fireAll();
  await settle(2);
  assert.deepEqual(begun, ['a']);
  assert.deepEqual(plannedMs(), []);
  assert.equal(queue.size, 0);
});

test('close of an idle queue is immediate', async () => {
  const { queue, add, end } = heldQueue(1);
  await queue.close();
  const other = heldQueue(1);
  await other.add('a');
  await other.end('a');
  await other.queue.close();
  await add('a');
  await assert.rejects(() => end('a'), TypeError, 'nothing was begun');
});

test('it says how much waits, how much has come, and how often work failed', async () => {
  const { queue, add, end } = heldQueue(1);
  const told = () => [queue.depth, queue.adds, queue.failures];
  assert.deepEqual(told(), [0, 0, 0]);
  await add('a', 'b', 'b');
  queue.addLater('c', 10);
  assert.deepEqual(told(), [3, 3, 0]);
  await end('a', new Error('not yet'));
  assert.deepEqual(told(), [3, 3, 1], 'b is worked on, a and c are planned');
  await end('b');
  assert.deepEqual(told(), [2, 3, 1]);
});
