import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readScriptOptions } from './script-options.ts';

function refused(options: object, message: RegExp): void {
  assert.throws(() => readScriptOptions(options), message);
}

const scenario = (fields: object): object => ({ scenarios: { a: { exec: 'f', ...fields } } });

test('scenarios of the executors that the scripts use', () => {
  const { scenarios } = readScriptOptions({
    scenarios: {
      a: {
        ...{ executor: 'constant-arrival-rate', exec: 'f', rate: 30, timeUnit: '1m', duration: '2m' },
        ...{ preAllocatedVUs: 3, maxVUs: 9 },
      },
      b: {
        executor: 'shared-iterations',
        exec: 'g',
        vus: 2,
        iterations: 8,
        startTime: '500ms',
        maxDuration: '10m',
      },
      c: { executor: 'constant-vus', exec: 'h', vus: 1, duration: '1s' },
    },
    thresholds: { m: ['max<1'] },
  });
  assert.deepEqual(scenarios, [
    {
      ...{
        executor: 'constant-arrival-rate',
        exec: 'f',
        startTimeMs: 0,
        ratePerSecond: 0.5,
        durationMs: 120_000,
      },
      ...{ vus: 3, vusMax: 9 },
    },
    { executor: 'shared-iterations', exec: 'g', startTimeMs: 500, vus: 2, iterations: 8 },
    { executor: 'constant-vus', exec: 'h', startTimeMs: 0, vus: 1, durationMs: 1_000 },
  ]);
});

test('what would be run otherwise than k6 runs it is refused', () => {
  refused({ rps: 5 }, /only k6 knows: rps/);
  refused(
    scenario({ executor: 'constant-vus', vus: 1, duration: '1s', gracefulStop: '1s', env: {} }),
    /a scenario that only k6 knows: gracefulStop, env/,
  );
  refused(scenario({ executor: 'constant-vus', vus: 1, duration: '1s', iterations: 2 }), /knows: iterations/);
  refused(scenario({ executor: 'ramping-vus' }), /only k6 knows: ramping-vus/);
  refused(scenario({ executor: 'constant-vus', duration: '1h30m' }), /1h30m is not a duration/);
});
