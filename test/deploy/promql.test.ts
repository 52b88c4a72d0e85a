import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readsOf } from './promql.ts';

function check(expression: string, readings: Record<string, string[]>, grouped: string[] = []): void {
  test(expression, () => {
    const found = readsOf(expression);
    assert.deepEqual(
      Object.fromEntries(found.readings.map(({ metric, labels }) => [metric, labels])),
      readings,
    );
    assert.deepEqual(found.grouped, grouped);
  });
}

check('up == 0', { up: [] });
check('rate(a_total{b="c d{e",f!~"g|h"}[5m]) > 0.1', { a_total: ['b', 'f'] });
check('histogram_quantile(0.99, sum by (le, b) (rate(a_bucket[$__rate_interval])))', { a_bucket: [] }, [
  'le',
  'b',
]);
check('a:b:c1h > 14.4 * 0.001\nand a:b:c5m > 1e3', { 'a:b:c1h': [], 'a:b:c5m': [] });
check('1 - sum(a{$S,x=~"$y"}) / on (z) b or vector(1)', { a: ['x'], b: [] }, ['z']);
check('time() - a > 3600 unless b offset 5m', { a: [], b: [] });
