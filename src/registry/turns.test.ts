import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../apimachinery/limits.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import type { ObjectKey } from '../storage/store.ts';
import { Turns } from './turns.ts';

const keyOf = (name: string): ObjectKey => ({
  tenant: tenantOfPlatform,
  group: '',
  resource: 'configmaps',
  namespace: 'default',
  name,
});
const key = keyOf('a');

/** A store of one number: an attempt reads it, takes its time, and wins unless another one has won meanwhile. */
class Raced {
  value = 0;
  attempts = 0;
  readonly attempt = async (): Promise<number | 'retry'> => {
    this.attempts++;
    const read = this.value;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.value !== read) return 'retry';
    this.value = read + 1;
    return this.value;
  };
}

test('who meets nobody waits for nobody', async () => {
  const turns = new Turns();
  const raced = new Raced();
  for (let i = 1; i <= 3; i++) assert.equal(await turns.untilWon(key, raced.attempt), i);
  assert.equal(raced.attempts, 3);
});

test('however many race, each wins once, with no more than two attempts each', async () => {
  const turns = new Turns();
  const raced = new Raced();
  const racers = 200;
  const outcomes = await Promise.all(
    Array.from({ length: racers }, () => turns.untilWon(key, raced.attempt)),
  );
  assert.deepEqual(
    outcomes.toSorted((a, b) => a! - b!),
    Array.from({ length: racers }, (_, i) => i + 1),
  );
  assert.ok(raced.attempts <= 2 * racers, String(raced.attempts));
});

test('one that fails passes its turn on, and fails alone', async () => {
  const turns = new Turns();
  const raced = new Raced();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 10 }, (_, i) =>
      turns.untilWon(key, async () => {
        const outcome = await raced.attempt();
        if (i % 2 === 1 && outcome !== 'retry') throw new Error(`refused ${i}`);
        return outcome;
      }),
    ),
  );
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    Array.from({ length: 10 }, (_, i) => (i % 2 === 1 ? 'rejected' : 'fulfilled')),
  );
});

test('other objects are not waited for', async () => {
  const turns = new Turns();
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isFirst = true;
  const waiting = turns.untilWon(key, async () => {
    if (isFirst) {
      isFirst = false;
      return 'retry';
    }
    await held;
    return 'done';
  });
  assert.equal(await turns.untilWon(keyOf('b'), async () => 'at once'), 'at once');
  release();
  assert.equal(await waiting, 'done');
});

test('one that never wins gives up', async () => {
  let attempts = 0;
  const outcome = await new Turns().untilWon(key, async () => {
    attempts++;
    return 'retry';
  });
  assert.equal(outcome, undefined);
  assert.equal(attempts, limits.updateRetries + 1);
});

test('a line has an end', async () => {
  const turns = new Turns();
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const attempt = async (): Promise<'won' | 'retry'> => {
    if (!isOpen) return 'retry';
    await held;
    return 'won';
  };
  let isOpen = false;
  const first = turns.untilWon(key, attempt);
  isOpen = true;
  await Promise.resolve();
  const line = Array.from({ length: limits.waitingWriters + 5 }, () => turns.untilWon(key, attempt));
  const outcomes = Promise.allSettled([first, ...line]);
  release();
  const refused = (await outcomes).filter(({ status }) => status === 'rejected');
  assert.equal(refused.length, 6);
  for (const outcome of refused) {
    assert.equal(outcome.status === 'rejected' ? outcome.reason.code : undefined, 429);
  }
});

test('who takes no turn holds up nobody who does, and wins in the end', async () => {
  const turns = new Turns();
  const raced = new Raced();
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let attempts = 0;
  const slow = turns.untilWonWithoutTurn(async () => {
    attempts += 1;
    const read = raced.value;
    await released;
    if (raced.value !== read) return 'retry';
    raced.value = read + 1;
    return raced.value;
  });
  const quick = await Promise.all(Array.from({ length: 5 }, () => turns.untilWon(key, raced.attempt)));
  assert.deepEqual([...quick].sort(), [1, 2, 3, 4, 5]);
  release();
  assert.equal(await slow, 6);
  assert.equal(attempts, 2);
});

test('who always loses without a turn gives up', async () => {
  let attempts = 0;
  const lost = await new Turns().untilWonWithoutTurn(async () => {
    attempts += 1;
    return 'retry';
  });
  assert.equal(lost, undefined);
  assert.equal(attempts, limits.remoteUpdateRetries);
});
