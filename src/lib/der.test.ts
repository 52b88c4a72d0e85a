import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DerError, derSequence, derValues, objectIdOf } from './der.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const shown = (hex: string): string[] =>
  derValues(bytes(hex)).map(({ tag, content }) => `${tag.toString(16)} ${content.toString('hex')}`);

test('values stand one behind the other', () => {
  assert.deepEqual(shown(''), []);
  assert.deepEqual(shown('02 01 05 04 00'), ['2 05', '4 ']);
  assert.deepEqual(shown('04 81 01 ff'), ['4 ff']);
  assert.deepEqual(shown(`04 82 0100 ${'ab'.repeat(256)}`), [`4 ${'ab'.repeat(256)}`]);
  assert.equal(derSequence(bytes('30 03 02 01 05')).length, 1);
});

test('what is cut short or no sequence is refused', () => {
  const check = (hex: string): void => assert.throws(() => derSequence(bytes(hex)), DerError);
  for (const hex of [
    '',
    '30',
    '30 01',
    '30 80',
    '30 85 00 00 00 00 00',
    '30 82 01',
    '02 00',
    '30 00 30 00',
  ]) {
    check(hex);
  }
});

test('object identifiers', () => {
  const check = (hex: string, expected: string): void => assert.equal(objectIdOf(bytes(hex)), expected);
  check('2a 86 48 86 f7 0d 01 01 0b', '1.2.840.113549.1.1.11');
  check('2b 65 70', '1.3.101.112');
  check('88 37 03', '2.999.3');
  assert.throws(() => objectIdOf(Buffer.alloc(1 << 20, 0xff)), DerError);
});
