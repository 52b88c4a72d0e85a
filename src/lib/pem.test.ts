import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pemBlocks } from './pem.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const block = (type: string, text: string): string =>
  `-----BEGIN ${type}-----\n${base64(text)}\n-----END ${type}-----\n`;
const read = (text: string): string[] =>
  [...pemBlocks(text)].map(({ type, headers, bytes }) => `${type} ${headers} ${bytes}`);

test('blocks are found among whatever else there is', () => {
  const check = (text: string, ...expected: string[]): void => assert.deepEqual(read(text), expected);
  check('');
  check('hello\n');
  check(block('A', 'x'), 'A 0 x');
  check(`hello\n${block('A', 'x')}between\n${block('B C', 'y')}bye`, 'A 0 x', 'B C 0 y');
  check(block('A', 'x').replaceAll('\n', '\r\n'), 'A 0 x');
  check(block('A', 'x').trimEnd(), 'A 0 x');
  check('-----BEGIN A-----\n-----END A-----\n', 'A 0 ');
  check(`-----BEGIN A-----\na: b\nc: d\n\n${base64('x')}\n-----END A-----\n`, 'A 2 x');
});

test('what is malformed is passed over', () => {
  const check = (text: string): void => assert.deepEqual(read(`${text}\n${block('B', 'y')}`), ['B 0 y']);
  check('-----BEGIN A-----\neA==');
  check('-----END A-----');
  check('-----BEGIN A-----\neA==\n-----END C-----');
  check('-----BEGIN A\neA==\n-----END A-----');
  check('-----BEGIN A-----\neA==\n-----END A----- and more');
  check('-----BEGIN A-----\nno base64!\n-----END A-----');
  check(' -----BEGIN A-----\neA==\n-----END A-----');
});

test('many beginnings without an end, and many ends, are read once', () => {
  const many = 20_000;
  assert.deepEqual(read(`${'-----BEGIN A-----\n'.repeat(many)}${block('B', 'y')}`), ['B 0 y']);
  assert.deepEqual(read(`${'-----END A-----\n'.repeat(many)}${block('B', 'y')}`), ['B 0 y']);
});
