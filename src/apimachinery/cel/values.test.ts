import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArrayList, type CelList, EntriesMap } from './values.ts';

const ints = (...numbers: number[]): CelList => new ArrayList(numbers.map(BigInt));

test('lists that share their items do not see what others append', () => {
  const check = (list: CelList, expected: number[]): void => {
    assert.deepEqual([...list], expected.map(BigInt));
    assert.equal(list.get(expected.length), undefined);
  };
  const base = ints().concat(ints(1)).concat(ints(2));
  const left = base.concat(ints(3));
  const right = base.concat(ints(4)).concat(ints(5));
  check(base, [1, 2]);
  check(left, [1, 2, 3]);
  check(right, [1, 2, 4, 5]);
  check(left.concat(right), [1, 2, 3, 1, 2, 4, 5]);
  check(base.concat(ints()), [1, 2]);
});

test('a list may be made of a hundred thousand single ones, and read at once', () => {
  let list = ints();
  for (let i = 0; i < 100_000; i++) list = list.concat(ints(i));
  assert.equal(list.size, 100_000);
  assert.equal(list.get(99_999), 99_999n);
});

test('maps that share their entries do not see what others add', () => {
  const check = (map: EntriesMap, expected: string[]): void => {
    assert.deepEqual([...map.keys()], expected);
    assert.equal(map.size, expected.length);
    for (const key of ['a', 'b', 'c', 'd'])
      assert.equal(map.get(key), expected.includes(key) ? key : undefined);
  };
  const base = new EntriesMap([]).with('a', 'a').with('b', 'b');
  const left = base.with('c', 'c');
  const right = base.with('d', 'd').with('c', 'c');
  check(base, ['a', 'b']);
  check(left, ['a', 'b', 'c']);
  check(right, ['a', 'b', 'd', 'c']);
});
