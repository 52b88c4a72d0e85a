import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../../bench/run/usage-error.ts';
import { checkVariables, k6Sizes } from './sizes.ts';

function refused(variables: Readonly<Record<string, string>>, sentence: RegExp): void {
  assert.throws(
    () => checkVariables(variables),
    (error) => error instanceof UsageError && sentence.test(error.message),
  );
}

test('variables are those that the scripts read, and sizes are whole numbers', () => {
  for (const size of Object.values(k6Sizes)) checkVariables(size);
  checkVariables({ RUN: 'mine', BYTES: '1024', P99_MS: '10000' });
  refused({ RATES: '1' }, /^-e RATES is no variable/);
  refused({ RATE: '0.5' }, /^-e RATE takes a whole number above 0, not "0\.5"\.$/);
  refused({ SECONDS: '0' }, /^-e SECONDS takes/);
});
