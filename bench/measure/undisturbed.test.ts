import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { busyMicros, Undisturbed } from './undisturbed.ts';

test('busy time is all but idle and waiting', () => {
  const stat = 'cpu  100 10 20 5000 700 3 4 5 6 7\ncpu0 1 2 3 4 5 6 7 8 9 10\n';
  assert.equal(busyMicros(stat), (100 + 10 + 20 + 3 + 4 + 5) * 10_000);
});

test('a turn beside a busy process is tried again, and counts when it was tried often enough', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux tells what other processes do');
  const busy = spawn(process.execPath, ['-e', 'for (;;);']);
  t.after(() => busy.kill('SIGKILL'));
  await once(busy, 'spawn');
  await sleep(200);
  let measured = 0;
  const undisturbed = new Undisturbed(2);
  const value = await undisturbed.measure([], async () => {
    await sleep(200);
    return ++measured;
  });
  assert.equal(value, 2);
  assert.equal(undisturbed.share, 1);
});
