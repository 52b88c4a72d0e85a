import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../lib/prng.ts';
import { generateName } from './generate-name.ts';

test('the base is cut to 58 characters and gets five of the alphabet', () => {
  const check = (base: string, random: () => number, want: string): void =>
    assert.equal(generateName(base, random), want);
  check('web-', () => 0, 'web-bbbbb');
  check('web-', () => 1 - Number.EPSILON, 'web-99999');
  check('', () => 0.5, 'rrrrr');
  check('a'.repeat(70), () => 0, `${'a'.repeat(58)}bbbbb`);
});

test('every character of the alphabet is used, and no other', () => {
  const prng = new Prng(7);
  const random = (): number => prng.below(1_000_000) / 1_000_000;
  const seen = new Set(Array.from({ length: 400 }, () => generateName('', random)).join(''));
  assert.equal([...seen].sort().join(''), '2456789bcdfghjklmnpqrstvwxz');
});
