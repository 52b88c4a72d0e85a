import assert from 'node:assert/strict';
import { test } from 'node:test';
import { humanAge, humanDuration } from './human-duration.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

test('durations use the units kubectl uses', () => {
  const check = (ms: number, expected: string): void => assert.equal(humanDuration(ms), expected, `${ms} ms`);
  check(-2 * second, '<invalid>');
  check(-1 * second, '0s');
  check(-999, '0s');
  check(0, '0s');
  check(second, '1s');
  check(70 * second, '70s');
  check(119 * second + 999, '119s');
  check(2 * minute, '2m');
  check(2 * minute + 7 * second, '2m7s');
  check(9 * minute + 59 * second, '9m59s');
  check(10 * minute + 5 * second, '10m');
  check(179 * minute, '179m');
  check(3 * hour, '3h');
  check(3 * hour + 10 * minute, '3h10m');
  check(7 * hour + 59 * minute, '7h59m');
  check(8 * hour + 30 * minute, '8h');
  check(47 * hour, '47h');
  check(2 * day, '2d');
  check(5 * day + 3 * hour, '5d3h');
  check(8 * day - hour, '7d23h');
  check(8 * day + hour, '8d');
  check(2 * year - hour, '729d');
  check(2 * year, '2y');
  check(2 * year + 40 * day, '2y40d');
  check(8 * year - day, '7y364d');
  check(8 * year + 3 * day, '8y');
});

test('ages of times', () => {
  const now = Date.parse('2026-01-02T00:00:00Z');
  const check = (time: string | null | undefined, expected: string): void =>
    assert.equal(humanAge(time, now), expected);
  check('2026-01-01T00:00:00Z', '24h');
  check('2026-01-01T23:59:59.500000Z', '0s');
  check('2026-01-02T00:10:00Z', '<invalid>');
  check('yesterday', '<invalid>');
  check('', '<unknown>');
  check(null, '<unknown>');
  check(undefined, '<unknown>');
});
