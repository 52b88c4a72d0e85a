import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { limits } from '../../apimachinery/limits.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { FairShares } from './fair-shares.ts';

/** A clock that moves when told, and a log of who had their turn. */
class Stage {
  nowMs = 0;
  readonly log: string[] = [];
  readonly refusals: string[] = [];
  readonly waits: number[] = [];
  readonly shares = new FairShares(
    {
      waited: (seconds) => void this.waits.push(seconds),
      refused: (reason) => void this.refusals.push(reason),
    },
    () => this.nowMs,
  );

  /** A request that keeps the thread for `ms` once it may. */
  request(share: string, ms: number, name = share): 'at once' | Promise<void> {
    const work = (): void => {
      this.log.push(name);
      this.nowMs += ms;
    };
    const pending = this.shares.enter(share);
    if (pending !== undefined) return pending.then(work);
    work();
    return 'at once';
  }
}

const isTooMany = (error: unknown): boolean => error instanceof StatusError && error.code === 429;

test('who has time left in this turn begins at once, however many requests that are', () => {
  const stage = new Stage();
  const each = limits.fairShareMs / 10;
  for (let n = 0; n < 10; n++) assert.equal(stage.request('a', each), 'at once');
  assert.equal(stage.shares.waiting, 0);
});

test('who has used its share waits for the next turn, and nobody else does', async () => {
  const stage = new Stage();
  assert.equal(stage.request('a', limits.fairShareMs), 'at once');
  const second = stage.request('a', 1, 'a again');
  assert.notEqual(second, 'at once');
  assert.equal(stage.request('b', 1), 'at once');
  assert.equal(stage.shares.waiting, 1);
  await second;
  assert.deepEqual(stage.log, ['a', 'b', 'a again']);
  assert.equal(stage.shares.waiting, 0);
  assert.equal(stage.waits.length, 1);
  await nextTurn();
  assert.equal(stage.request('a', 1), 'at once');
});

test('lines are served in rotation, each in the order it was joined', async () => {
  const stage = new Stage();
  const all: (string | Promise<void>)[] = [];
  const cost = limits.fairShareMs;
  for (const share of ['loud', 'quiet']) stage.request(share, cost);
  for (let n = 1; n <= 4; n++) all.push(stage.request('loud', cost, `loud ${n}`));
  for (let n = 1; n <= 2; n++) all.push(stage.request('quiet', cost, `quiet ${n}`));
  await Promise.all(all);
  const expected = ['loud', 'quiet', 'loud 1', 'quiet 1', 'loud 2', 'quiet 2', 'loud 3', 'loud 4'];
  assert.deepEqual(stage.log, expected);
});

test('nobody passes those of its own who wait', async () => {
  const stage = new Stage();
  stage.request('a', limits.fairShareMs);
  const all = [stage.request('a', 0, 'first')];
  await Promise.resolve();
  all.push(stage.request('a', 0, 'second'));
  await Promise.all(all);
  assert.deepEqual(stage.log, ['a', 'first', 'second']);
});

test('between the turns of who is alone, the event loop goes round', async () => {
  const stage = new Stage();
  const all: (string | Promise<void>)[] = [];
  for (let n = 0; n < 5; n++) all.push(stage.request('a', limits.fairShareMs, `a ${n}`));
  let isOver = false;
  const others = (async () => {
    for (let n = 0; !isOver; n++) {
      stage.log.push(`turn ${n}`);
      await nextTurn();
    }
  })();
  await Promise.all(all);
  isOver = true;
  await others;
  const served = stage.log.map((entry, at) => (entry.startsWith('a') ? at : -1)).filter((at) => at > 0);
  for (const [at, index] of served.slice(1).entries()) {
    assert.ok(index > served[at]! + 1, `two of them in one turn: ${stage.log.join(', ')}`);
  }
});

test('a full line is told 429, and others are not', async () => {
  const stage = new Stage();
  stage.request('a', limits.fairShareMs);
  const all = Array.from({ length: limits.fairLineRequests }, () => stage.request('a', 0));
  await assert.rejects(async () => stage.request('a', 0), isTooMany);
  assert.deepEqual(stage.refusals, ['queue-full']);
  assert.equal(stage.request('b', 1), 'at once');
  await Promise.all(all);
  assert.equal(stage.shares.waiting, 0);
});

test('who has waited for too long is told 429', async () => {
  const stage = new Stage();
  stage.request('a', limits.fairShareMs);
  const late = stage.request('a', 0, 'late');
  stage.nowMs += limits.fairWaitMs + 1;
  await assert.rejects(async () => late, isTooMany);
  assert.deepEqual(stage.refusals, ['time-out']);
  assert.deepEqual(stage.log, ['a']);
  assert.equal(stage.shares.waiting, 0);
});
