import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from './limits.ts';
import { compileRe2, Re2Error, Re2SyntaxError, withinPatternBudget } from './re2.ts';

test('a pattern matches anywhere unless it says where', () => {
  const check = (pattern: string, text: string, expected: boolean): void =>
    assert.equal(compileRe2(pattern).test(text), expected, `${pattern} on ${text}`);
  check('b', 'abc', true);
  check('^b', 'abc', false);
  check('^[a-z]+$', 'abc', true);
  check('^[a-z]+$', 'abc\n', false);
  check('(?i)ABC', 'abc', true);
  check('^\\p{L}+$', 'äöü', true);
});

test('matches are found in order', () => {
  assert.equal(compileRe2('[0-9]+').find('a12b345'), '12');
  assert.equal(compileRe2('[0-9]+').find('ab'), undefined);
  assert.deepEqual(compileRe2('[0-9]+').findAll('1 22 333', 9), ['1', '22', '333']);
  assert.deepEqual(compileRe2('[0-9]+').findAll('1 22 333', 2), ['1', '22']);
  assert.deepEqual(compileRe2('[0-9]+').findAll('1 22 333', 0), []);
});

test('empty matches are found where Go finds them', () => {
  const check = (pattern: string, text: string, expected: string[]): void =>
    assert.deepEqual(compileRe2(pattern).findAll(text, 99), expected, `${pattern} on ${text}`);
  check('[0-9]*', '123 abc 456', ['123', '', '', '', '', '456']);
  check('x*', '😀', ['', '']);
  check('', 'ab', ['', '', '']);
  check('b*', 'abb a', ['', 'bb', '', '']);
  check('a|', 'ba', ['', 'a']);
});

test('what is no pattern is refused in the words of Go', () => {
  const check = (pattern: string, message: string): void =>
    assert.throws(
      () => compileRe2(pattern),
      (error) => error instanceof Re2SyntaxError && error.message.includes(message),
      pattern,
    );
  check('a(', 'error parsing regexp: missing closing ): `a(`');
  check('[a', 'error parsing regexp: missing closing ]: `[a`');
  check('a**', 'error parsing regexp: invalid nested repetition operator: `**`');
  check('(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`');
  check('a\\', 'error parsing regexp: trailing backslash at end of expression: ``');
  check('a{1001}', 'error parsing regexp: invalid repeat count: `{1001}`');
  check('a'.repeat(limits.regexpLength + 1), 'longer than');
});

test('hostile patterns are matched in linear time, or refused', () => {
  const text = 'a'.repeat(50_000);
  for (const pattern of ['(a*)*$', '(a+)+b', '(a|aa)+b', '(.*)(.*)(.*)(.*)(.*)[b-z]', '^(a?){50}a{50}$']) {
    assert.equal(typeof compileRe2(pattern).test(text), 'boolean', pattern);
  }
  assert.throws(() => compileRe2('((a{100}){100}){100}'), Re2SyntaxError);
});

test('a text that is too long for its pattern is refused before it is matched', () => {
  const large = compileRe2('(a|b)*a(a|b){900}$');
  const check = (run: () => unknown): void =>
    assert.throws(run, new Re2Error('the text is too long for the regular expression'));
  check(() => large.test('a'.repeat(100_000)));
  check(() => large.find('a'.repeat(10_000)));
  check(() => large.findAll('a'.repeat(10_000), 1));
  assert.equal(compileRe2('^[a-z]+$').test('a'.repeat(1_000_000)), true);
});

test('matches that each read the whole text end after a time', () => {
  assert.throws(
    () => compileRe2('x*y|x').findAll('x'.repeat(100_000), 1_000_000),
    new Re2Error('the matches of the regular expression take too long'),
  );
});

test('all matches of one evaluation have one bound', () => {
  const tooLong = new Re2Error('regular expressions take too long');
  const checkMatches = (count: number, match: (i: number) => unknown): void =>
    withinPatternBudget(() => {
      for (let i = 0; i < count; i++) match(i);
    });
  const text = 'ab'.repeat(500);
  const large = compileRe2('(a|b)*a(a|b){401}$');
  assert.throws(() => checkMatches(1_000, () => large.test(text)), tooLong);
  assert.throws(() => checkMatches(1_000, (i) => compileRe2(`(a|b){900}${i}`).test('a')), tooLong);
  assert.throws(
    () => checkMatches(10, () => withinPatternBudget(() => checkMatches(2, () => large.test(text)))),
    tooLong,
  );
  checkMatches(1_000, () => compileRe2('^[a-z]+$').test(text));
  assert.equal(large.test(text), true);
});
