import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../src/lib/prng.ts';
import { blocksOf, least, slopeOf } from './slope.ts';

const line = (total: number, of: (x: number) => number): (readonly [number, number])[] =>
  Array.from({ length: total }, (_, x) => [x, of(x)] as const);

test('points on a line have its slope and no doubt', () => {
  const check = (perX: number): void => {
    const slope = slopeOf(line(10, (x) => 5 + perX * x));
    for (const value of [slope.perX, slope.low, slope.high]) assert.ok(Math.abs(value - perX) < 1e-9);
  };
  check(0);
  check(3);
  check(-0.25);
});

test('the interval holds the true slope nineteen times in twenty', () => {
  const prng = new Prng(7);
  const noise = (): number =>
    Array.from({ length: 12 }, () => prng.below(1000) / 1000 - 0.5).reduce((a, b) => a + b);
  let held = 0;
  for (let run = 0; run < 1000; run++) {
    const { low, high } = slopeOf(line(8, (x) => 2 * x + noise()));
    if (low <= 2 && high >= 2) held++;
  }
  assert.ok(held > 925 && held < 975, String(held));
});

test('blocks are of equal width, each with its mean or its least', () => {
  const saw = line(12, (x) => x % 4);
  assert.deepEqual(
    blocksOf(saw, 3).map(([, y]) => y),
    [1.5, 1.5, 1.5],
  );
  assert.deepEqual(
    blocksOf(saw, 3, least).map(([, y]) => y),
    [0, 0, 0],
  );
  assert.deepEqual(
    blocksOf(saw, 3).map(([x]) => x),
    [1.5, 5.5, 9.5],
  );
  assert.deepEqual(blocksOf([], 3), []);
});
