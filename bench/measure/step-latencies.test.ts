import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StepLatencies } from './step-latencies.ts';

test('a figure is the median of the rounds, and a curve is of all of them', () => {
  const latencies = new StepLatencies();
  for (const millis of [1, 100, 3]) {
    latencies.beginRound();
    for (let at = 0; at < 10; at++) latencies.record('create', millis);
  }
  const { 'p50.create': p50, 'p99.create': p99, errors } = latencies.figures(1);
  assert.ok(Math.abs(p50!.value - 3) < 0.1 && Math.abs(p99!.value - 3) < 0.1);
  assert.equal(p50!.rounds!.length, 3);
  assert.equal(errors!.value, 0);
  const { series } = latencies.plot('curve');
  assert.deepEqual(
    series.map(({ name }) => name),
    ['create'],
  );
  assert.ok(series[0]!.points.at(-1)![1] > 90);
});

test('failures are counted and end nothing, unless nothing else happens', async () => {
  const latencies = new StepLatencies();
  const refused = (): Promise<void> => Promise.reject(new Error('refused'));
  await latencies.attempt(async () => latencies.record('get', 1));
  await latencies.attempt(refused);
  assert.equal(latencies.failures, '1 of 2 requests failed, the first with: refused');
  assert.equal(latencies.figures(1).errors!.value, 1);

  const hopeless = new StepLatencies();
  await hopeless.attempt(refused);
  assert.throws(() => hopeless.figures(1), /^Error: all 1 of 1 requests failed, the first with: refused$/);
});
