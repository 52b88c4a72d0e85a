import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSemver, parseLenientSemver, parseSemver, SemverError } from './semver.ts';

test('versions are ordered', () => {
  const check = (a: string, b: string, expected: number): void => {
    assert.equal(compareSemver(parseSemver(a), parseSemver(b)), expected, `${a} and ${b}`);
    assert.equal(compareSemver(parseSemver(b), parseSemver(a)), expected === 0 ? 0 : -expected);
  };
  check('1.0.0', '2.0.0', -1);
  check('1.2.0', '1.10.0', -1);
  check('1.0.1', '1.0.0', 1);
  check('1.0.0-alpha', '1.0.0', -1);
  check('1.0.0-alpha', '1.0.0-alpha.1', -1);
  check('1.0.0-alpha.1', '1.0.0-alpha.beta', -1);
  check('1.0.0-2', '1.0.0-11', -1);
  check('1.0.0-rc.1', '1.0.0-beta.9', 1);
  check('1.0.0+a', '1.0.0+b', 0);
  check('18446744073709551615.0.0', '18446744073709551614.0.0', 1);
});

test('what is no version is refused in the words of blang/semver', () => {
  const check = (text: string, message: string): void =>
    assert.throws(() => parseSemver(text), new SemverError(message));
  check('', 'Version string empty');
  check('1.2', 'No Major.Minor.Patch elements found');
  check('v1.2.3', 'Invalid character(s) found in major number "v1"');
  check('01.2.3', 'Major number must not contain leading zeroes "01"');
  check('1.x.3', 'Invalid character(s) found in minor number "x"');
  check('1.2.3.4', 'Invalid character(s) found in patch number "3.4"');
  check('.2.3', 'strconv.ParseUint: parsing "": invalid syntax');
  check('18446744073709551616.0.0', 'strconv.ParseUint: parsing "18446744073709551616": value out of range');
  check('1.2.3-', 'Prerelease is empty');
  check('1.2.3-01', 'Numeric PreRelease version must not contain leading zeroes "01"');
  check('1.2.3-a_b', 'Invalid character(s) found in prerelease "a_b"');
  check('1.2.3+', 'Build meta data is empty');
  check('1.2.3+é', 'Invalid character(s) found in build meta data "é"');
});

test('a lenient reading fills up and strips', () => {
  const check = (text: string, expected: string): void =>
    assert.deepEqual(parseLenientSemver(text), parseSemver(expected), text);
  check('v1.2.3', '1.2.3');
  check('1', '1.0.0');
  check('v1.2', '1.2.0');
  check('001.02.003', '1.2.3');
  check('00.0.000-rc', '0.0.0-rc');
  assert.throws(() => parseLenientSemver('1.2-rc'), /short version cannot contain/);
  assert.throws(() => parseLenientSemver(' 1.2.3'), SemverError);
});

test('a long text is read in time that follows its length', () => {
  const digits = '9'.repeat(1_000_000);
  assert.throws(() => parseSemver(`${digits}.0.0`), SemverError);
  assert.throws(() => parseLenientSemver(`1.0.0-${digits}`), SemverError);
  assert.equal(parseSemver(`1.0.0-${'a.'.repeat(500_000)}a`).prerelease.length, 500_001);
});
