import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cleanup } from '../../bench/run/cleanup.ts';
import { UsageError } from '../../bench/run/usage-error.ts';
import { runProgram } from './run-program.ts';

test('the exit code of a program is answered, and what was given reaches it', async () => {
  const program = 'process.exit(Number(process.env.CODE))';
  const code = await runProgram(process.execPath, ['-e', program], { CODE: '7' }, new Cleanup());
  assert.equal(code, 7);
});

test('a program that is not there is told in one sentence, and leaves nothing to end', async () => {
  const cleanup = new Cleanup();
  await assert.rejects(
    runProgram('/nowhere', [], {}, cleanup),
    (error) => error instanceof UsageError && /^\/nowhere cannot be run: [^\n]*ENOENT\.$/.test(error.message),
  );
  await cleanup.run();
});

test('a program ends with its run', async () => {
  const cleanup = new Cleanup();
  const running = runProgram(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {}, cleanup);
  await cleanup.run();
  assert.equal(await running, 1);
});
