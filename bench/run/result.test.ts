import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addMedian } from './median-figure.ts';
import { type Result, resultText } from './result.ts';
import type { Figures } from './scenario.ts';

const environment: Result['environment'] = {
  ...{ date: '2026-01-01', command: '', seed: 1, node: 'v20', lmdb: '3', os: 'linux' },
  ...{ cpu: 'a cpu', cores: 2, memoryBytes: 1, fileSystem: 'ext4', loadBefore: 0 },
};

test('a result with a number that is none is not written, and says which it is', () => {
  const check = (figures: Figures, points: [number, number][], message: RegExp): void => {
    const axis = { name: 'time', unit: 's' };
    const plots = [{ title: 'memory', x: axis, y: axis, series: [{ name: 'a', points }] }];
    const text = () => resultText({ scenario: 's', params: {}, environment, figures, plots });
    assert.throws(text, message);
  };
  check({ a: { value: Number.NaN, unit: 'ms' } }, [], /^Error: the figure a is not a finite number/);
  check({ a: { value: 1, unit: 'ms', rounds: [1, Number.POSITIVE_INFINITY] } }, [], /the figure a is not/);
  check({ a: { value: 1, unit: 'ms' } }, [[1, Number.NaN]], /a point of "memory" is not/);
});

test('a median of nothing says nothing of its noise, and can be written', () => {
  const figures: Figures = {};
  addMedian(figures, 'growth', 'B', [-1, 0, 0, 0, 3], 1);
  assert.deepEqual(Object.keys(figures), ['growth']);
  assert.match(resultText({ scenario: 's', params: {}, environment, figures }), /"value": 0/);
});
