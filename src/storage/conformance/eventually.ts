/** Waiting for the event loop rather than for the clock: the bound only turns a hang into a failure. */
import { setImmediate as nextTurn } from 'node:timers/promises';

const HANG_MS = 20_000;

/** Lets the event loop turn until the condition holds; fails naming `what` when it never does. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const startedMs = performance.now();
  while (!condition()) {
    if (performance.now() - startedMs > HANG_MS) throw new Error(`never happened: ${what}`);
    await nextTurn();
  }
}

/** Lets everything already under way come to rest: enough turns for any chain of immediates in the store. */
export async function settle(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
}
