import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { cpuMicrosOf, cpuMicrosOfTree, residentBytesOf, sumOfTree } from './process-usage.ts';

const isLinux = process.platform === 'linux';

/** Works for a while, then tells its parent and waits to be ended. */
const worker = `
  const end = process.cpuUsage().user + 300_000;
  while (process.cpuUsage().user < end);
  console.log('done');
  setInterval(() => {}, 1000);
`;
const parent = `
  require('node:child_process').spawn(process.execPath, ['-e', process.argv[1]], { stdio: 'inherit' });
`;

test('the time and the memory of a tree are those of a process with what it started', {
  skip: !isLinux,
}, async (t) => {
  const child = spawn(process.execPath, ['-e', parent, worker], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  t.after(() => process.kill(-child.pid!, 'SIGKILL'));
  await once(child.stdout, 'data');
  const [alone, tree] = [cpuMicrosOf(child.pid!)!, cpuMicrosOfTree(child.pid!)!];
  assert.ok(tree - alone >= 290_000, `${alone} of ${tree}`);
  const memoryOf = (pid: number): number | undefined => residentBytesOf(pid)?.anonymous;
  const [own, all] = [memoryOf(child.pid!)!, sumOfTree(child.pid!, memoryOf)!];
  assert.ok(all > 1.5 * own, `${own} of ${all}`);
});

test('of a process that is gone nothing is told', { skip: !isLinux }, async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  assert.equal(cpuMicrosOfTree(child.pid!), undefined);
});
