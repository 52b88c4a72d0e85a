/** Seeds of the random suites: drawn anew for each run, printed, and taken from the environment to repeat one. */
import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';

/** `MILO_SEED` where set, otherwise a new one; printed either way, so that a failure can be repeated. */
export function announcedSeed(context: TestContext): number {
  const given = process.env.MILO_SEED;
  const seed = given === undefined ? randomInt(1, 2 ** 31) : Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error(`MILO_SEED is no whole number: ${given}`);
  context.diagnostic(`seed ${seed} (repeat with MILO_SEED=${seed})`);
  return seed;
}

/** A whole number from the environment, for how long a random suite runs. */
export function countFromEnvironment(name: string, otherwise: number): number {
  const given = process.env[name];
  if (given === undefined) return otherwise;
  const count = Number(given);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new Error(`${name} is no positive whole number: ${given}`);
  return count;
}
