/** A worker that has stopped answering is replaced: nobody who connects goes on waiting for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../../src/apimachinery/limits.ts';
import { type Answer, ApiServer, workersAsked } from '../api-client.ts';
import { canFindWorkers, isRunning, workersOf } from '../worker-processes.ts';

const hangsMs = (limits.workerPings + 1) * limits.workerPingMs;
const spareMs = 10_000;

test('a worker that hangs is killed and another one answers', async (context) => {
  if (!canFindWorkers) return context.skip('workers are found on Linux alone');
  if (workersAsked === 0) {
    return context.skip('takes half a minute: npm run test:workers has it');
  }
  const server = await ApiServer.start({ workers: 2 });
  context.after(() => server.stop());
  const before = workersOf(process.pid);
  assert.equal(before.length, 2);
  const [hung, other] = before as [number, number];
  process.kill(hung, 'SIGSTOP');
  const deadline = performance.now() + hangsMs + spareMs;
  while (isRunning(hung)) {
    assert.ok(performance.now() < deadline, 'the hung worker still runs');
    await sleep(100);
  }
  // A connection of its own each time: they go to workers in turn.
  const ask = async (path: string): Promise<Answer> => {
    const session = server.connect();
    try {
      return await server.send(path, { session });
    } finally {
      session.destroy();
    }
  };
  while (!/^milo_workers 2$/m.test((await ask('/metrics')).text)) {
    assert.ok(performance.now() < deadline, 'no worker has taken its place');
    await sleep(100);
  }
  assert.ok(workersOf(process.pid).includes(other), 'the one that answered is still there');
  for (let i = 0; i < 4; i++) assert.equal((await ask('/version')).status, 200);
});
