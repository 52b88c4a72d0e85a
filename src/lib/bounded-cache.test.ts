import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoundedCache } from './bounded-cache.ts';

const kept = (cache: BoundedCache<string>, ...keys: string[]): string =>
  keys.filter((key) => cache.get(key) !== undefined).join();

test('what was used longest ago goes first', () => {
  const cache = new BoundedCache<string>({ entriesMax: 2 });
  cache.set('a', 'a');
  cache.set('b', 'b');
  cache.get('a');
  cache.set('c', 'c');
  assert.equal(kept(cache, 'a', 'b', 'c'), 'a,c');
  assert.equal(cache.size, 2);
});

test('what is used again and again outlasts any number of others', () => {
  const cache = new BoundedCache<string>({ entriesMax: 4 });
  cache.set('kept', 'kept');
  for (let i = 0; i < 100; i++) {
    assert.equal(cache.get('kept'), 'kept', String(i));
    cache.set(`other-${i}`, '');
    if (i % 7 === 0) cache.delete(`other-${i - 1}`);
    assert.ok(cache.size <= 4, String(cache.size));
  }
});

test('weights are bounded together, but the newest stays', () => {
  const cache = new BoundedCache<string>({ entriesMax: 9, weightMax: 5, weightOf: (text) => text.length });
  cache.set('a', 'aa');
  cache.set('b', 'bbb');
  assert.equal(cache.weight, 5);
  cache.set('c', 'cc');
  assert.equal(kept(cache, 'a', 'b', 'c'), 'b,c');
  cache.set('d', 'far too heavy');
  assert.equal(kept(cache, 'a', 'b', 'c', 'd'), 'd');
});

test('an entry that is replaced, deleted or cleared weighs nothing any more', () => {
  const cache = new BoundedCache<string>({ entriesMax: 9, weightMax: 99, weightOf: (text) => text.length });
  cache.set('a', 'aaaa');
  cache.set('a', 'a');
  assert.equal(cache.weight, 1);
  cache.set('b', 'bb');
  cache.delete('a');
  cache.delete('a');
  assert.equal(cache.weight, 2);
  cache.clear();
  assert.deepEqual([cache.size, cache.weight], [0, 0]);
});
