import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallGate, GateError } from './call-gate.ts';

const bounds = { callsMax: 4, callsPerOwnerMax: 3, callsPerEndpointMax: 2, waitingPerOwnerMax: 2 };

/** Calls that go on until they are told to end, and what became of each. */
class Calls {
  readonly gate = new CallGate(bounds);
  readonly started: string[] = [];
  readonly ended: string[] = [];
  readonly #ends = new Map<string, () => void>();
  readonly #aborts = new Map<string, AbortController>();

  /** `owner/endpoint/n` */
  call(name: string): void {
    const [owner = '', endpoint = ''] = name.split('/');
    const abort = new AbortController();
    this.#aborts.set(name, abort);
    const work = (signal: AbortSignal): Promise<void> => {
      this.started.push(name);
      return new Promise((resolve, reject) => {
        this.#ends.set(name, resolve);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    };
    this.gate.run(owner, endpoint, abort.signal, work).then(
      () => this.ended.push(`${name} done`),
      (error: Error) => this.ended.push(`${name} ${error instanceof GateError ? 'refused' : error.message}`),
    );
  }

  all(names: readonly string[]): void {
    for (const name of names) this.call(name);
  }

  async settle(): Promise<this> {
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    return this;
  }
  end(name: string): void {
    this.#ends.get(name)?.();
  }
  abort(name: string): void {
    this.#aborts.get(name)?.abort(new Error('gone'));
  }
}

async function check(
  what: string,
  act: (calls: Calls) => Promise<void> | void,
  expected: { started: string; ended?: string; active: number; waiting?: number },
): Promise<void> {
  await test(what, async () => {
    const calls = new Calls();
    await act(calls);
    await calls.settle();
    assert.deepEqual(
      {
        started: calls.started.join(' '),
        ended: calls.ended.join(', '),
        active: calls.gate.active,
        waiting: calls.gate.waiting,
      },
      { ended: '', waiting: 0, ...expected },
    );
  });
}

await check('as many as an endpoint may have', (calls) => calls.all(['a/x/1', 'a/x/2', 'a/x/3']), {
  started: 'a/x/1 a/x/2',
  active: 2,
  waiting: 1,
});
await check(
  'one that waits starts when another ends',
  async (calls) => {
    for (const call of ['a/x/1', 'a/x/2', 'a/x/3']) calls.call(call);
    await calls.settle();
    calls.end('a/x/1');
  },
  { started: 'a/x/1 a/x/2 a/x/3', ended: 'a/x/1 done', active: 2 },
);
await check(
  'a full endpoint holds up no other of its owner',
  (calls) => calls.all(['a/x/1', 'a/x/2', 'a/x/3', 'a/y/1']),
  { started: 'a/x/1 a/x/2 a/y/1', active: 3, waiting: 1 },
);
await check(
  'too many that wait are refused',
  (calls) => calls.all(['a/x/1', 'a/x/2', 'a/x/3', 'a/x/4', 'a/x/5']),
  { started: 'a/x/1 a/x/2', ended: 'a/x/5 refused', active: 2, waiting: 2 },
);
await check(
  'who waits may go away',
  async (calls) => {
    for (const call of ['a/x/1', 'a/x/2', 'a/x/3']) calls.call(call);
    await calls.settle();
    calls.abort('a/x/3');
    await calls.settle();
    calls.end('a/x/1');
  },
  { started: 'a/x/1 a/x/2', ended: 'a/x/3 gone, a/x/1 done', active: 1 },
);
await check(
  'where all is full, who has most gives up the oldest',
  async (calls) => {
    for (const call of ['a/x/1', 'a/x/2', 'a/y/1', 'b/z/1']) calls.call(call);
    await calls.settle();
    calls.call('c/w/1');
  },
  { started: 'a/x/1 a/x/2 a/y/1 b/z/1 c/w/1', ended: 'a/x/1 refused', active: 4 },
);
await check(
  'but not for one who has as many',
  async (calls) => {
    for (const call of ['a/x/1', 'a/x/2', 'b/x/1', 'b/x/2']) calls.call(call);
    await calls.settle();
    calls.call('a/y/1');
  },
  { started: 'a/x/1 a/x/2 b/x/1 b/x/2', active: 4, waiting: 1 },
);
await check(
  'who waits for all starts when anybody ends',
  async (calls) => {
    calls.all(['a/x/1', 'b/x/1', 'c/x/1', 'd/x/1', 'e/x/1']);
    await calls.settle();
    calls.end('a/x/1');
  },
  { started: 'a/x/1 b/x/1 c/x/1 d/x/1 e/x/1', ended: 'a/x/1 done', active: 4 },
);
