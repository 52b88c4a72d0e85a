import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cleanup } from './cleanup.ts';

test('steps run last first, each after the other, and a failing one does not keep the rest from running', async () => {
  const cleanup = new Cleanup();
  const done: string[] = [];
  cleanup.add(() => void done.push('first'));
  cleanup.add(() => Promise.reject(new Error('second')));
  cleanup.add(() => void done.push('third'));
  await assert.rejects(cleanup.run(), /^Error: second$/);
  assert.deepEqual(done, ['third', 'first']);
});

test('a second run while the first goes on ends with it, and not before', async () => {
  const cleanup = new Cleanup();
  const done: string[] = [];
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  cleanup.add(() => void done.push('server'));
  cleanup.add(() => held);
  const first = cleanup.run();
  const second = cleanup.run().then(() => done.push('second'));
  await new Promise(setImmediate);
  assert.deepEqual(done, []);
  release();
  await Promise.all([first, second]);
  assert.deepEqual(done, ['server', 'second']);
});

test('work is cleaned up however it ends, and its own error goes before that of a step', async (t) => {
  const told = t.mock.method(console, 'error', () => {});
  const check = async (error: Error | undefined, step: () => void, outcome: RegExp): Promise<void> => {
    const cleanup = new Cleanup();
    cleanup.add(step);
    const work = () => (error === undefined ? Promise.resolve('done') : Promise.reject(error));
    const ended = await cleanup.after(work).catch((thrown: Error) => thrown.message);
    assert.match(ended, outcome);
  };
  const failing = (): void => {
    throw new Error('of a step');
  };
  await check(undefined, () => {}, /^done$/);
  await check(undefined, failing, /^of a step$/);
  await check(new Error('of the work'), () => {}, /^of the work$/);
  assert.equal(told.mock.callCount(), 0);
  await check(new Error('of the work'), failing, /^of the work$/);
  assert.match(String(told.mock.calls[0]!.arguments[0]), /of a step$/);
});
