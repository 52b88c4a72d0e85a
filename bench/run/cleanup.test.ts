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
