import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLoop } from './open-loop.ts';

test('every request is sent; those of the warm-up are not counted', async () => {
  const sent: number[] = [];
  const histogram = await openLoop({
    perSecond: 2000,
    warmupSeconds: 0.01,
    seconds: 0.05,
    send: async (index) => {
      sent.push(index);
    },
  });
  assert.deepEqual(
    sent,
    Array.from({ length: 120 }, (_, at) => at),
  );
  assert.equal(histogram.count, 100);
});

test('a stall is charged to every request that was due during it', async () => {
  const stallMs = 60;
  const histogram = await openLoop({
    perSecond: 1000,
    warmupSeconds: 0.001,
    seconds: 0.1,
    async send(index) {
      // The sender itself is kept from sending: a loop that waited for answers would lose these requests.
      for (const end = performance.now() + (index === 10 ? stallMs : 0); performance.now() < end; );
    },
  });
  // Requests due in the stall waited between 0 and all of it, evenly: of 100, some 50 waited over 5 ms.
  assert.equal(histogram.count, 100);
  assert.ok(histogram.quantile(0.6) > 5_000, String(histogram.quantile(0.6)));
});

test('a failed request fails the run', async () => {
  const send = (index: number): Promise<void> =>
    index === 3 ? Promise.reject(new Error('refused')) : Promise.resolve();
  await assert.rejects(openLoop({ perSecond: 1000, warmupSeconds: 0.001, seconds: 0.02, send }), /refused/);
});
