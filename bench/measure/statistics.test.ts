import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intervalOfMedian, intervalOfRatio, median, noiseOfMedian, pairedRatios } from './statistics.ts';

test('the median stands in the middle, whatever the order and the outliers', () => {
  const check = (values: readonly number[], expected: number): void => assert.equal(median(values), expected);
  check([3], 3);
  check([3, 1, 2], 2);
  check([4, 1, 3, 2], 2.5);
  check([1, 1, 1, 1_000_000, 1], 1);
});

test('the noise is none where all rounds agree, grows with their spread, and repeats with the seed', () => {
  assert.equal(noiseOfMedian([2, 2, 2, 2, 2], 1), 0);
  assert.equal(noiseOfMedian([0, 0, 0], 1), 0);
  assert.equal(noiseOfMedian([-1, 0, 0, 0, 3], 1), undefined);
  const narrow = noiseOfMedian([99, 100, 101, 100, 99, 101, 100], 1)!;
  const wide = noiseOfMedian([60, 100, 140, 90, 110, 70, 130], 1)!;
  assert.ok(narrow > 0 && narrow <= 0.01, String(narrow));
  assert.ok(wide > 0.1 && wide <= 0.4, String(wide));
  assert.equal(noiseOfMedian([1, 5, 2, 8], 9), noiseOfMedian([1, 5, 2, 8], 9));
});

test('the interval of a median holds it, goes further where the values do, and repeats with the seed', () => {
  assert.deepEqual(intervalOfMedian([3, 3, 3], 1), { low: 3, high: 3 });
  const values = [0.98, 0.99, 1, 1, 1, 1.01, 1.2, 1.4, 2, 3, 1, 0.99];
  const { low, high } = intervalOfMedian(values, 1);
  assert.ok(low < median(values) && median(values) < high, `${low} … ${high}`);
  assert.ok(low >= 0.98 && high < 2, 'of the median, not of the values');
  assert.ok(high - median(values) > median(values) - low, 'not evenly around it');
  assert.deepEqual(intervalOfMedian(values, 1), { low, high });
});

test('ratios are taken round by round', () => {
  assert.deepEqual(pairedRatios([2, 9], [1, 3]), [2, 3]);
});

test('the interval of a ratio holds the ratio, and narrows with the spread of the rounds', () => {
  assert.deepEqual(intervalOfRatio([4, 4, 4], [2, 2, 2], 1), { low: 2, high: 2 });
  const narrow = intervalOfRatio([198, 200, 202, 201, 199], [100, 101, 99, 100, 100], 1);
  const wide = intervalOfRatio([150, 200, 250, 180, 220], [80, 120, 100, 90, 110], 1);
  for (const { low, high } of [narrow, wide]) assert.ok(low < 2 && 2 < high, `${low} … ${high}`);
  assert.ok(wide.high - wide.low > 5 * (narrow.high - narrow.low));
});
