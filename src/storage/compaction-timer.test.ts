/** The timer compacts to where the head was one tick before, one at a time, and survives a failure. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCompaction } from './compaction-timer.ts';
import type { Store } from './store.ts';

class FakeStore {
  applied = 10;
  compacted = 4;
  readonly asked: number[] = [];
  answer: () => Promise<void> = async () => undefined;
  async compact(below: number): Promise<void> {
    this.asked.push(below);
    await this.answer();
    this.compacted = Math.max(this.compacted, below);
  }
}

function start(store: FakeStore) {
  const errors: unknown[] = [];
  const compaction = startCompaction(store as unknown as Store, {
    intervalMs: 3_600_000,
    onError: (error) => errors.push(error),
  });
  return { ...compaction, errors };
}

test('each tick compacts to the head of the tick before', async () => {
  const store = new FakeStore();
  const { tick, stop } = start(store);
  await tick();
  store.applied = 25;
  await tick();
  store.applied = 30;
  await tick();
  await tick();
  assert.deepEqual(store.asked, [4, 10, 25, 30]);
  stop();
});

test('a tick while a compaction runs is left out', async () => {
  const store = new FakeStore();
  let finish: () => void = () => undefined;
  store.answer = () => new Promise((resolve) => (finish = resolve));
  const { tick, stop } = start(store);
  const first = tick();
  await tick();
  assert.deepEqual(store.asked, [4]);
  finish();
  await first;
  stop();
});

test('a failure is told, and the next tick goes on', async () => {
  const store = new FakeStore();
  const { tick, stop, errors, activity } = start(store);
  const failure = new Error('no room');
  store.answer = () => Promise.reject(failure);
  await tick();
  store.answer = async () => undefined;
  await tick();
  assert.deepEqual(errors, [failure]);
  assert.deepEqual([activity.failures, activity.seconds.count], [1, 1]);
  assert.deepEqual(store.asked, [4, 10]);
  stop();
});

test('the timer keeps no process alive', () => {
  const before = process.getActiveResourcesInfo();
  const { stop } = start(new FakeStore());
  assert.deepEqual(process.getActiveResourcesInfo(), before);
  stop();
});
