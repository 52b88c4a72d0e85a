import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenBounds, isPastBound } from './bounds.ts';
import type { Figures } from './scenario.ts';

function figures(value: number, noise?: number): Figures {
  return {
    x: { value, unit: 'ratio' },
    ...(noise === undefined ? {} : { 'noise.x': { value: noise, unit: 'ratio' } }),
  };
}

test('a bound is broken by what lies past it and is not explained by noise', () => {
  const check = (isAtLeast: boolean, of: Figures, isBroken: boolean): void =>
    assert.equal(isPastBound({ figure: 'x', isAtLeast, bound: 0.5 }, of), isBroken);
  check(true, figures(0.5), false);
  check(true, figures(0.49), true);
  check(true, figures(0.49, 0.1), false);
  check(true, figures(0.4, 0.1), true);
  check(false, figures(0.5), false);
  check(false, figures(0.51), true);
  check(false, figures(0.51, 0.1), false);
  check(false, figures(0.6, 0.1), true);
});

test('what was not measured breaks nothing', () => {
  assert.equal(isPastBound({ figure: 'y', isAtLeast: true, bound: 1 }, figures(0)), false);
});

test('each broken bound is a sentence', () => {
  const bounds = [
    { figure: 'x', isAtLeast: true, bound: 0.5 },
    { figure: 'x', isAtLeast: false, bound: 0.5 },
  ];
  assert.deepEqual(brokenBounds(bounds, figures(0.25)), ['x is 0.250 ratio, and must be at least 0.5.']);
});
