import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../src/lib/prng.ts';
import type { Figures } from '../run/scenario.ts';
import { Histogram } from './histogram.ts';
import { addPooledMillis, addPooledRatio, addRatioOfRounds, pooled } from './round-quantiles.ts';

const histogramOf = (micros: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const value of micros) histogram.record(value);
  return histogram;
};
const near = (actual: number | undefined, expected: number): void =>
  assert.ok(actual !== undefined && Math.abs(actual / expected - 1) < 0.02, `${actual} is not ${expected}`);

test('a quantile is of all rounds, not of their quantiles', () => {
  // One slow request in a hundred, all of them in one round.
  const rounds = Array.from({ length: 10 }, (_, round) =>
    histogramOf(Array.from({ length: 100 }, (_, at) => (round === 0 && at < 15 ? 9_000 : 1_000))),
  );
  const figures: Figures = {};
  addPooledMillis(figures, 'p99', rounds, 0.99, 1);
  near(figures.p99?.value, 9);
  assert.equal(figures.p99?.unit, 'ms');
  near(pooled(rounds).quantile(0.5), 1_000);
});

test('a ratio is told with what chance may have done: nothing where rounds agree, much where they do not', () => {
  const figures: Figures = {};
  const rounds = (of: (round: number) => number): Histogram[] =>
    Array.from({ length: 8 }, (_, round) => histogramOf(Array(50).fill(of(round))));
  const plain = rounds(() => 1_000);
  addPooledRatio(
    figures,
    'same',
    rounds(() => 2_000),
    plain,
    0.99,
    1,
  );
  near(figures.same?.value, 2);
  assert.equal(figures['noise.same']?.value, 0);
  const prng = new Prng(5);
  addPooledRatio(
    figures,
    'wild',
    rounds(() => 1_000 + prng.below(5_000)),
    plain,
    0.5,
    1,
  );
  assert.ok(figures['noise.wild']!.value > 0.2, String(figures['noise.wild']?.value));
});

test('rounds of one turn are drawn with those beside them', () => {
  // What slows a pair of turns down slows both: their ratio is sure all the same.
  const slow = [1, 7, 2, 9, 1, 4].map((times) => histogramOf(Array(50).fill(1_000 * times)));
  const slower = [1, 7, 2, 9, 1, 4].map((times) => histogramOf(Array(50).fill(2_000 * times)));
  const figures: Figures = {};
  addPooledRatio(figures, 'paired', slower, slow, 0.5, 1);
  near(figures.paired?.value, 2);
  assert.ok(figures['noise.paired']!.value < 0.02, String(figures['noise.paired']?.value));
});

test('round by round, one that stood still decides nothing, and what every round has shows', () => {
  // A stall of both sides, in different rounds; the dividend is slower by a fifth in each.
  const rounds = (stalled: number, micros: number): Histogram[] =>
    Array.from({ length: 9 }, (_, round) =>
      histogramOf(Array.from({ length: 100 }, (_, at) => (round === stalled && at < 50 ? 200_000 : micros))),
    );
  const figures: Figures = {};
  addRatioOfRounds(figures, 'ofRounds', rounds(2, 1_200), rounds(-1, 1_000), 0.99, 1);
  addPooledRatio(figures, 'ofAll', rounds(2, 1_200), rounds(-1, 1_000), 0.99, 1);
  near(figures.ofRounds?.value, 1.2);
  near(figures.ofAll?.value, 200);
  assert.equal(figures.ofRounds?.rounds?.length, 9);
});

test('one round has no noise to tell', () => {
  const figures: Figures = {};
  addPooledMillis(figures, 'p50', [histogramOf([1_000])], 0.5, 1);
  assert.deepEqual(Object.keys(figures), ['p50']);
});
