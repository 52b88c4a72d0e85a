import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../lib/prng.ts';
import { TopCounts } from './top-counts.ts';

test('while there are places, counts are exact', () => {
  const counts = new TopCounts(3, Math.random);
  for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) counts.add(name, 2);
  assert.deepEqual(
    counts.top(2).map(({ name, count, sum }) => ({ name, count, sum })),
    [
      { name: 'a', count: 3, sum: 6 },
      { name: 'b', count: 2, sum: 4 },
    ],
  );
});

test('who does most is found, among any number', () => {
  const seed = Date.now();
  const prng = new Prng(seed);
  const counts = new TopCounts(32, () => prng.uint32() / 2 ** 32);
  const done = new Map<string, number>();
  for (let i = 0; i < 30_000; i++) {
    const dice = prng.uint32() % 100;
    const name = dice < 20 ? 'first' : dice < 30 ? 'second' : `n${prng.uint32() % 100_000}`;
    counts.add(name, 1);
    done.set(name, (done.get(name) ?? 0) + 1);
  }
  const [first, second] = counts.top(2);
  assert.deepEqual([first?.name, second?.name], ['first', 'second'], `seed ${seed}`);
  for (const { name, count } of counts.top(100)) {
    assert.ok(count <= done.get(name)!, `seed ${seed}: ${name} has not done so much`);
  }
  assert.equal(counts.top(100).length, 32);
});

test('who was busy long ago gives way to who is now', () => {
  const prng = new Prng(1);
  const counts = new TopCounts(2, () => prng.uint32() / 2 ** 32);
  for (let i = 0; i < 1_500; i++) counts.add('old', 0);
  for (let i = 0; i < 10_000; i++) counts.add('new', 0);
  assert.equal(counts.top(1)[0]?.name, 'new');
  for (let i = 0; i < 100; i++) counts.add(`guest-${i}`, 0);
  assert.equal(counts.top(1)[0]?.name, 'new', 'guests share the other place');
});
