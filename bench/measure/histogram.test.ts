import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Histogram } from './histogram.ts';

/** What the histogram answers must lie within 0.8 % of the value a sorted array has at that rank. */
function check(values: readonly number[], q: number): void {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  const sorted = [...values].sort((a, b) => a - b);
  const exact = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!;
  const answered = histogram.quantile(q);
  assert.ok(Math.abs(answered - exact) <= exact * 0.008, `q ${q}: ${answered}, exactly ${exact}`);
}

test('quantiles of known values', () => {
  check([5], 0.5);
  check([0, 0, 0], 0.99);
  check([1, 2, 3, 4], 0.5);
  check([1, 2, 3, 4], 1);
  check([127, 128, 129], 0.5);
  check([255, 256, 257, 511, 512], 0.99);
  check([4_294_967_295], 0.5);
  check(
    Array.from({ length: 10_000 }, (_, at) => at),
    0.99,
  );
});

test('quantiles of any values agree with sorting them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(1000), fc.nat(4_000_000_000)), { minLength: 1, maxLength: 300 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      check,
    ),
  );
});

test('values out of range count at the ends', () => {
  const histogram = new Histogram();
  histogram.record(-3);
  histogram.record(1e15);
  assert.equal(histogram.quantile(0.5), 0);
  assert.ok(histogram.quantile(1) > 4_200_000_000);
  assert.equal(histogram.count, 2);
});

test('merged histograms are the histogram of all values', () => {
  const [left, right, all] = [new Histogram(), new Histogram(), new Histogram()];
  for (let at = 0; at < 1000; at++) {
    const value = (at * 7919) % 100_003;
    (at % 3 === 0 ? left : right).record(value);
    all.record(value);
  }
  left.merge(right);
  assert.equal(left.count, 1000);
  for (const q of [0, 0.1, 0.5, 0.9, 0.99, 1]) assert.equal(left.quantile(q), all.quantile(q));
});

test('an empty histogram has no quantiles', () => {
  assert.ok(Number.isNaN(new Histogram().quantile(0.5)));
});
