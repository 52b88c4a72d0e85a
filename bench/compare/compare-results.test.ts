import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Result } from '../run/result.ts';
import type { Figure } from '../run/scenario.ts';
import { compareResults, type Verdict } from './compare-results.ts';

/** One figure before and after, with what the two runs say of its noise. */
interface Case {
  readonly name?: string;
  readonly before: Figure;
  readonly after: Figure;
  readonly noise?: readonly [number, number];
  readonly bound?: number;
}

function compared({ name = 'x', before, after, noise, bound = 1.1 }: Case) {
  const result = (figure: Figure, share: number | undefined): Result => ({
    scenario: 's',
    params: {},
    environment: {} as Result['environment'],
    figures: {
      [name]: figure,
      ...(share === undefined ? {} : { [`noise.${name}`]: { value: share, unit: 'ratio' } }),
    },
  });
  const better = { 'ratio.*': 'higher', growth: 'lower', 'equals.*': 'neither' } as const;
  const found = compareResults(result(before, noise?.[0]), result(after, noise?.[1]), {
    bound,
    seed: 1,
    better,
  });
  assert.equal(found.length, 1, 'the noise is no figure of its own');
  return found[0]!;
}

function check(verdict: Verdict, of: Case): void {
  assert.equal(compared(of).verdict, verdict, JSON.stringify(of));
}

const once = (value: number, unit: string): Figure => ({ value, unit });

test('a figure measured once is judged by the bound alone, the way its unit or scenario says', () => {
  check('regression', { before: once(100, 'ms'), after: once(111, 'ms') });
  check('worse', { before: once(100, 'ms'), after: once(109, 'ms') });
  check('better', { before: once(100, 'ms'), after: once(50, 'ms') });
  check('regression', { before: once(1000, '1/s'), after: once(900, '1/s') });
  check('worse', { before: once(1000, '1/s'), after: once(920, '1/s') });
  check('better', { before: once(1000, '1/s'), after: once(1200, '1/s') });
  check('regression', { name: 'ratio.get', before: once(0.5, 'ratio'), after: once(0.4, 'ratio') });
  check('regression', { name: 'growth', before: once(1, 'ratio'), after: once(1.2, 'ratio') });
  check('better', { name: 'growth', before: once(1.2, 'ratio'), after: once(1, 'ratio') });
  check('worse', { before: once(100, 'ms'), after: once(150, 'ms'), bound: 2 });
});

test('what only explains, and what nobody declared, is not judged', () => {
  check('unjudged', { before: once(0.2, 'cores'), after: once(2, 'cores') });
  check('unjudged', { name: 'equals.get', before: once(1, 'ratio'), after: once(9, 'ratio') });
  check('unjudged', { name: 'anything', before: once(1, 'ratio'), after: once(9, 'ratio') });
});

test('what the noise explains is no regression', () => {
  check('same', { before: once(100, 'ms'), after: once(115, 'ms'), noise: [0.1, 0.1] });
  check('regression', { before: once(100, 'ms'), after: once(115, 'ms'), noise: [0.05, 0.05] });
  check('same', { before: once(100, 'ms'), after: once(90, 'ms'), noise: [0.1, 0.1] });
  const rounds = (values: readonly number[]): Figure => ({
    value: [...values].sort((a, b) => a - b)[values.length >> 1]!,
    unit: '1/s',
    rounds: values,
  });
  check('regression', { before: rounds([100, 101, 99, 100, 100]), after: rounds([80, 81, 80, 79, 80]) });
  check('same', { before: rounds([100, 60, 140, 100, 100]), after: rounds([80, 130, 80, 60, 120]) });
});

test('what is next to nothing is the same, and what comes from nothing is a regression', () => {
  check('same', { before: once(0.0002, '1'), after: once(0.002, '1') });
  check('regression', { before: once(0.0002, '1'), after: once(1, '1') });
  check('same', { before: once(-0.06, 'B'), after: once(3, 'B') });
  check('regression', { before: once(-0.06, 'B'), after: once(4096, 'B') });
  check('better', { before: once(4096, 'B'), after: once(-3, 'B') });
});

test('the interval comes from the rounds where both have them, otherwise from the noise', () => {
  const { ratio, interval } = compared({
    before: once(100, 'ms'),
    after: once(200, 'ms'),
    noise: [0.03, 0.04],
  });
  assert.equal(ratio, 2);
  assert.ok(Math.abs(interval!.low - 1.9) < 1e-9 && Math.abs(interval!.high - 2.1) < 1e-9);
  assert.equal(compared({ before: once(1, 'ms'), after: once(2, 'ms') }).interval, undefined);
});
