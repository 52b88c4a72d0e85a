import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { corpusMissing, corpusText } from '../../test/corpus.ts';
import {
  canonicalIpProblem,
  cidrProblem,
  cidrWarnings,
  ipProblem,
  ipWarnings,
  parseIp,
  specialIpErrors,
} from './ip.ts';

interface Case {
  readonly id: string;
  readonly fn: string;
  readonly input: string;
  /** Of the newer fields, and of the older ones. */
  readonly error?: string;
  readonly legacyStrictError?: string;
  readonly fieldPath?: string;
  readonly warnings?: readonly string[] | null;
}

describe("upstream's table", () => {
  const path = 'upstream-tables/apimachinery/validation_ip.json';
  const json = corpusText(path);
  const { cases } = JSON.parse(json ?? '{"cases":[]}') as { cases: Case[] };
  function check(
    problemOf: (text: string) => string | undefined,
    fn: string,
    column: 'error' | 'legacyStrictError',
  ): void {
    const covered = cases.filter((each) => each.fn === fn);
    assert.ok(covered.length >= 12);
    for (const { id, input, [column]: expected = '' } of covered) {
      const problem = problemOf(input);
      if (expected === '') assert.equal(problem, undefined, id);
      else assert.ok(problem?.includes(expected), `${id}: ${problem}`);
    }
  }
  const options = json === undefined ? { skip: corpusMissing(path) } : {};
  test('addresses of older fields', options, () => check(ipProblem, 'IsValidIP', 'legacyStrictError'));
  test('addresses of newer fields', options, () => check(canonicalIpProblem, 'IsValidIP', 'error'));
  test('blocks of older fields', options, () => check(cidrProblem, 'IsValidCIDR', 'legacyStrictError'));
  test('warnings', options, () => {
    const covered = cases.filter(({ warnings }) => warnings !== undefined);
    assert.ok(covered.length >= 7);
    for (const { id, fn, fieldPath = '', input, warnings } of covered) {
      const told = fn === 'GetWarningsForIP' ? ipWarnings(fieldPath, input) : cidrWarnings(fieldPath, input);
      assert.deepEqual(told, warnings ?? [], id);
    }
  });
});

describe('the canonical form', () => {
  function check(text: string, canonical: string): void {
    assert.equal(canonicalIpProblem(text), `must be in canonical form ("${canonical}")`);
  }
  test('in small letters', () => check('FE80::1', 'fe80::1'));
  test('the longest run of zeros is left out', () => check('1:0:0:2:0:0:0:3', '1:0:0:2::3'));
  test('of two as long, the first', () => check('1:0:0:2:0:0:3:4', '1::2:0:0:3:4'));
  test('a single zero stays', () => check('1:0:2:3:4:5:6:07', '1:0:2:3:4:5:6:7'));
  test('zeros at the end', () => check('1:0:0:0:0:0:0:0', '1::'));
});

describe('addresses', () => {
  function check(text: string, family: 4 | 6 | undefined): void {
    assert.equal(parseIp(text)?.family, family);
  }
  test('four numbers', () => check('10.0.0.1', 4));
  test('hexadecimal groups', () => check('2001:db8::1', 6));
  test('four numbers at the end of groups', () => check('64:ff9b::10.0.0.1', 6));
  test('IPv4 in IPv6 form', () => check('::ffff:10.0.0.1', 4));
  test('not with a zone', () => check('fe80::1%eth0', undefined));
  test('not three numbers', () => check('10.0.1', undefined));
  test('not a number too many', () => check('1:2:3:4:5:6:7:8:9', undefined));
  test('any text is read or not, and nothing worse', () => {
    fc.assert(fc.property(fc.stringMatching(/^[0-9a-f:.%]{0,40}$/), (text) => void parseIp(text)));
  });
});

describe('addresses that no endpoint has', () => {
  function check(text: string, expected: string[]): void {
    assert.deepEqual(
      specialIpErrors(text, 'ip').map(({ message }) => message),
      expected.map((problem) => `Invalid value: "${text}": ${problem}`),
    );
  }
  const loopback = 'may not be in the loopback range (127.0.0.0/8, ::1/128)';
  const local = 'may not be in the link-local range (169.254.0.0/16, fe80::/10)';
  const multicast = 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)';
  test('a common one is fine', () => check('10.1.2.3', []));
  test('so is one of IPv6', () => check('2001:db8::1', []));
  test('none at all', () => check('0.0.0.0', ['may not be unspecified (0.0.0.0)']));
  test('none at all, IPv6', () => check('::', ['may not be unspecified (::)']));
  test('itself', () => check('127.3.2.1', [loopback]));
  test('itself, IPv6', () => check('::1', [loopback]));
  test('the link', () => check('169.254.169.254', [local]));
  test('the link, IPv6', () => check('fe80::1', [local]));
  test('all of the link', () => check('224.0.0.1', [multicast]));
  test('all of the link, IPv6', () => check('ff02::1', [multicast]));
  test('no address', () => check('x', ['must be a valid IP address']));
});
