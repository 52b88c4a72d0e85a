import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerBlock, isStatus200, settingsFrame, windowUpdateFrame } from './h2-frames.ts';

const hex = (bytes: Buffer): string => bytes.toString('hex');

test('header blocks: whole entries, indexed names, new names, long values', () => {
  const check = (headers: [string, string][], expected: string): void =>
    assert.equal(hex(headerBlock(headers)), expected);
  check([[':method', 'GET']], '82');
  check([[':scheme', 'https']], '87');
  check([[':path', '/sample/path']], '040c2f73616d706c652f70617468');
  check([[':method', 'PUT']], '0203505554');
  // 31 needs a second byte behind a prefix of four bits.
  check([['content-type', 'a']], '0f100161');
  check([['x', 'y']], '0001780179');
  // 200 bytes: 127 in the prefix, 73 behind it.
  assert.equal(hex(headerBlock([['x', 'a'.repeat(200)]])).slice(0, 12), '0001787f4961');
});

test('settings and window updates', () => {
  assert.equal(hex(settingsFrame([[4, 0x7fffffff]])), `000006040000000000${'0004'}7fffffff`);
  assert.equal(hex(windowUpdateFrame(1)), '00000408000000000000000001');
});

test('status 200 is told from everything else', () => {
  const check = (block: string, expected: boolean): void =>
    assert.equal(isStatus200(Buffer.from(block, 'hex')), expected, block);
  check('88', true);
  check('8861', true);
  check('2088', true);
  check('3fe11f88', false);
  check('8d', false);
  check('4803323031', false);
  check('', false);
});
