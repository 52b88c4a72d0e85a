import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MetricKind, type Sample, Samples } from './samples.ts';

const of =
  (metric: string, kind: MetricKind, tags: Readonly<Record<string, string>> = {}) =>
  (value: number): Sample => ({ metric, kind, value, tags });

function summaryOf(samples: readonly Sample[], thresholds: Readonly<Record<string, readonly string[]>> = {}) {
  const all = new Samples();
  for (const sample of samples) all.add(sample);
  return all.summary(thresholds);
}

/** Whether the threshold is crossed by the samples of `m`. */
function check(threshold: string, samples: readonly Sample[], isCrossed: boolean, metric = 'm'): void {
  const thresholds = summaryOf(samples, { [metric]: [threshold] })[metric]!.thresholds;
  assert.deepEqual(thresholds, { [threshold]: isCrossed });
}

const hundred = Array.from({ length: 100 }, (_, index) => index + 1).map(of('m', 'trend'));

test('a trend has its percentiles, a rate its share, a counter its sum', () => {
  const { t, r, c } = summaryOf([
    ...[1, 2, 3, 4, 5].map(of('t', 'trend')),
    ...[1, 0, 0, 0].map(of('r', 'rate')),
    ...[2, 3].map(of('c', 'counter')),
  ]);
  assert.deepEqual(t, {
    count: 5,
    avg: 3,
    min: 1,
    med: 3,
    'p(90)': 4.6,
    'p(95)': 4.8,
    'p(99)': 4.96,
    max: 5,
  });
  assert.deepEqual(r, { value: 0.25, passes: 1, fails: 3 });
  assert.deepEqual(c, { count: 5 });
});

test('a threshold is crossed where it does not hold', () => {
  check('p(99)<100', hundred, false);
  check('p(99)<99', hundred, true);
  check('p(99.9)<99.95', hundred, false);
  check('med<=50.5', hundred, false);
  check('max<100', hundred, true);
  check('rate<0.5', [1, 0].map(of('m', 'rate')), true);
  check('rate<=0.5', [1, 0].map(of('m', 'rate')), false);
  check('count>=2', [1, 1].map(of('m', 'counter')), false);
});

test('a threshold of a tag looks at the samples with that tag; without any it is not crossed', () => {
  const samples = [
    ...[1, 2].map(of('m', 'trend', { op: 'a' })),
    ...[90, 91].map(of('m', 'trend', { op: 'b' })),
  ];
  check('max<50', samples, false, 'm{op:a}');
  check('max<50', samples, true, 'm{op:b}');
  check('max<50', samples, false, 'm{op:c}');
});

test('what is no threshold is an error, not a threshold that holds', () => {
  assert.throws(() => check('p99 below 5', hundred, false), /is not a threshold/);
  assert.throws(() => check('rate<1', hundred, false), /a trend has no rate/);
});
