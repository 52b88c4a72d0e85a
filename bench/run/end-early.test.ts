import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

const module = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);
/** Ends in the way its last lines say, with something to clean that takes a while. */
const program = (ending: string): string => `
  import { Cleanup } from ${module('./cleanup.js')};
  import { endEarly } from ${module('./end-early.js')};
  const cleanup = new Cleanup();
  cleanup.add(() => new Promise((resolve) => setTimeout(() => resolve(console.log('cleaned')), 20)));
  endEarly(cleanup);
  setInterval(() => {}, 1000);
  ${ending}`;

async function check(ending: string, code: number, says: RegExp): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(ending)]);
  let [printed, told] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  const [ended] = await once(child, 'close');
  assert.equal(ended, code, ending);
  assert.equal(printed, 'cleaned\n', ending);
  assert.match(told, says, ending);
}

test('a run that ends early is cleaned up, and its exit code says why', async () => {
  await check("process.kill(process.pid, 'SIGHUP')", 129, /^$/);
  await check("process.kill(process.pid, 'SIGTERM')", 143, /^$/);
  await check("setImmediate(() => { throw new Error('of a handler'); })", 1, /Error: of a handler/);
  await check("Promise.reject(new Error('of nobody'))", 1, /Error: of nobody/);
});
