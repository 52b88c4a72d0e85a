/** The thread of one virtual user: loads the script, then calls its functions, one at a time, when it is told to. */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { parentPort } from 'node:worker_threads';
import type { Call } from './messages.ts';
import { vuState } from './vu-state.ts';

register(new URL('./resolve-modules.js', import.meta.url));
Object.assign(globalThis, {
  __ENV: vuState.data.environment,
  open: (path: string): string => readFileSync(path, 'utf8'),
});

const { options = {}, ...exported } = (await import(vuState.data.script)) as Readonly<
  Record<string, unknown>
>;
const functions = new Map(Object.entries(exported).filter(([, value]) => typeof value === 'function'));

parentPort!.on('message', ({ exec, iteration }: Call) => {
  vuState.iterationInTest = iteration;
  let error: string | undefined;
  try {
    (functions.get(exec) as () => void)();
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.stack : String(thrown);
  }
  vuState.send({ type: 'returned', error });
});
vuState.send({ type: 'loaded', options, functions: [...functions.keys()] });
