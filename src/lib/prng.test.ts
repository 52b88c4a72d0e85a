import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from './prng.ts';

const draw = (seed: number) => {
  const prng = new Prng(seed);
  return Array.from({ length: 1000 }, () => prng.uint32());
};

test('the same seed repeats the same numbers; another seed gives others', () => {
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  assert.equal(new Set(draw(7)).size, 1000);
});

test('bounds are kept, and every value inside them is drawn', () => {
  const prng = new Prng(1);
  const below = new Set(Array.from({ length: 500 }, () => prng.below(5)));
  assert.deepEqual([...below].sort(), [0, 1, 2, 3, 4]);
  const between = new Set(Array.from({ length: 500 }, () => prng.between(3, 5)));
  assert.deepEqual([...between].sort(), [3, 4, 5]);
  assert.deepEqual(new Set(Array.from({ length: 100 }, () => prng.pick(['a', 'b']))), new Set(['a', 'b']));
});

test('a chance is met about as often as it says', () => {
  const prng = new Prng(2);
  const met = Array.from({ length: 10_000 }, () => prng.chance(0.3)).filter(Boolean).length;
  assert.ok(met > 2800 && met < 3200, `${met} of 10000`);
  assert.ok(!prng.chance(0) && prng.chance(1));
});

test('a shuffle keeps every item and leaves its input alone', () => {
  const items = [1, 2, 3, 4, 5, 6, 7, 8];
  const shuffled = new Prng(3).shuffle(items);
  assert.notDeepEqual(shuffled, items);
  assert.deepEqual(shuffled.toSorted(), items);
});
