import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Axis } from '../../run/scenario.ts';
import { scaleOf } from './scale.ts';

const linear = (unit: string): Axis => ({ name: 'x', unit });

function check(
  axis: Axis,
  values: readonly number[],
  kind: 'amount' | 'place',
  labels: string,
  unit = axis.unit,
): void {
  const scale = scaleOf(axis, values, kind);
  assert.equal(scale.ticks.map(({ label }) => label).join(' '), labels);
  assert.equal(scale.unit, unit);
  for (const { at } of scale.ticks) assert.ok(at >= -0.001 && at <= 1.001, `a mark at ${at}`);
  for (const value of values) {
    const at = scale.position(value);
    assert.ok(at >= -0.001 && at <= 1.001, `${value} is at ${at}`);
  }
}

test('amounts are drawn from 0, with round marks and readable units', () => {
  check(linear('ms'), [3, 47], 'amount', '0 10 20 30 40 50');
  check(linear('ms'), [0.1, 0.52], 'amount', '0.0 0.2 0.4 0.6'.replace('0.0', '0'));
  check(linear('1/s'), [12_000, 48_000], 'amount', '0 10k 20k 30k 40k 50k');
  check(linear('B'), [1000, 250_000_000], 'amount', '0 50 100 150 200 250', 'MiB');
  check(linear('B/s'), [0, 20_000_000], 'amount', '0 5 10 15 20', 'MiB/s');
  check(linear('KiB'), [1, 20], 'amount', '0 5 10 15 20');
  check(linear('B'), [-300, 900], 'amount', '-500 0 500 1,000');
  check(linear('1'), [0, 0], 'amount', '0.0 0.2 0.4 0.6 0.8 1.0'.replace('0.0', '0'));
  check(linear('1'), [], 'amount', '0 0.2 0.4 0.6 0.8 1.0');
});

test('amounts that lie close together are drawn close up, and that is said', () => {
  const values = [200, 205, 210];
  assert.ok(scaleOf(linear('ms'), values, 'amount').isCut);
  check(linear('ms'), values, 'amount', '200 202 204 206 208 210');
  assert.ok(!scaleOf(linear('ms'), [100, 210], 'amount').isCut);
});

test('places go from the least to the most', () => {
  check(linear('s'), [30, 90], 'place', '40 60 80');
  const { position } = scaleOf(linear('s'), [30, 90], 'place');
  assert.deepEqual([position(30), position(60), position(90)], [0, 0.5, 1]);
  check({ ...linear('1'), scale: 'log' }, [100, 10_000], 'place', '100 200 500 1,000 2,000 5,000 10k');
  check({ ...linear('1'), scale: 'log' }, [1, 1_000_000], 'place', '1 10 100 1,000 10k 100k 1M');
  check({ ...linear('1'), scale: 'log' }, [1000], 'place', '500 1,000 2,000');
});

test('each further nine of a percentile has the same room', () => {
  const axis: Axis = { name: 'percentile', unit: '', scale: 'percentile' };
  check(axis, [0, 0.5, 0.9, 0.99, 0.999], 'place', 'p0 p50 p90 p99 p99.9');
  const { position } = scaleOf(axis, [0, 0.999], 'place');
  assert.ok(Math.abs(position(0.999) - position(0.99) - (position(0.99) - position(0.9))) < 1e-9);
});
