import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isGlobalUnicast,
  isLinkLocalMulticast,
  isLinkLocalUnicast,
  isLoopback,
  isMapped,
  isUnspecified,
  maskedPrefix,
  NetipError,
  parseAddress,
  parsePrefix,
  prefixContains,
  textOfAddress,
  textOfPrefix,
} from './netip.ts';

test('addresses are written as RFC 5952 has them', () => {
  const check = (text: string, expected: string): void =>
    assert.equal(textOfAddress(parseAddress(text)), expected);
  check('127.0.0.1', '127.0.0.1');
  check('2001:DB8::0:1', '2001:db8::1');
  check('0:0:0:0:0:0:0:0', '::');
  check('1:0:0:2:0:0:0:3', '1:0:0:2::3');
  check('::1.2.3.4', '::102:304');
  assert.equal(parseAddress('fe80::1%eth0').zone, 'eth0');
  assert.equal(isMapped(parseAddress('::ffff:1.2.3.4')), true);
  assert.equal(isMapped(parseAddress('1.2.3.4')), false);
});

test('what is no address is refused in the words of Go', () => {
  const check = (text: string, problem: string): void =>
    assert.throws(() => parseAddress(text), new NetipError(`ParseAddr(${JSON.stringify(text)}): ${problem}`));
  check('', 'unable to parse IP');
  check('abc', 'unable to parse IP');
  check('%eth0', 'missing IPv6 address');
  check('1.2.3', 'IPv4 address too short');
  check('1.2.3.4.5', 'IPv4 address too long');
  check('1..2.3', 'IPv4 field must have at least one digit (at ".2.3")');
  check('1.2.3.', 'IPv4 field must have at least one digit (at ".")');
  check('1.2.3.256', 'IPv4 field has value >255');
  check('01.2.3.4', 'IPv4 field has octet with leading zero');
  check('1.2.3.x', 'unexpected character (at "x")');
  check(':1', 'each colon-separated field must have at least one digit (at ":1")');
  check('1:2', 'address string too short');
  check('12345::', 'each group must have 4 or less digits (at "12345::")');
  check('1::2::3', 'multiple :: in address (at ":3")');
  check('1:', 'colon must be followed by more characters (at ":")');
  check('1::g', 'each colon-separated field must have at least one digit (at "g")');
  check('1:2:3:4:5:6:7:8:9', 'trailing garbage after address (at "9")');
  check('1:2:3:4:5:6:7::8', 'the :: must expand to at least one field of zeros');
  check('1:1.2.3.4', 'embedded IPv4 address must replace the final 2 fields of the address (at "1.2.3.4")');
  check('::1%', 'zone must be a non-empty string');
});

test('blocks are read and masked', () => {
  const check = (text: string, masked: string): void =>
    assert.equal(textOfPrefix(maskedPrefix(parsePrefix(text))), masked);
  check('10.1.2.3/8', '10.0.0.0/8');
  check('10.1.2.3/32', '10.1.2.3/32');
  check('10.1.2.3/0', '0.0.0.0/0');
  check('2001:db8:ffff::1/33', '2001:db8:8000::/33');
});

test('what is no block is refused in the words of Go', () => {
  const check = (text: string, problem: string): void =>
    assert.throws(
      () => parsePrefix(text),
      new NetipError(`netip.ParsePrefix(${JSON.stringify(text)}): ${problem}`),
    );
  check('10.0.0.0', "no '/'");
  check('10.0.0/8', 'ParseAddr("10.0.0"): IPv4 address too short');
  check('10.0.0.0/33', 'prefix length out of range');
  check('::/129', 'prefix length out of range');
  check('10.0.0.0/08', 'bad bits after slash: "08"');
  check('10.0.0.0/+8', 'bad bits after slash: "+8"');
  check('10.0.0.0/', 'bad bits after slash: ""');
  check('10.0.0.0/99999999999999999999', 'bad bits after slash: "99999999999999999999"');
  check('fe80::1%a/64', 'IPv6 zones cannot be present in a prefix');
});

test('a block contains the addresses of its family that begin as it does', () => {
  const check = (block: string, address: string, expected: boolean): void =>
    assert.equal(
      prefixContains(parsePrefix(block), parseAddress(address)),
      expected,
      `${address} in ${block}`,
    );
  check('10.0.0.0/8', '10.255.255.255', true);
  check('10.0.0.0/8', '11.0.0.0', false);
  check('10.1.0.0/8', '10.0.0.1', true);
  check('10.0.0.0/9', '10.128.0.0', false);
  check('0.0.0.0/0', '::', false);
  check('::/0', '::1', true);
});

test('what kind of address it is', () => {
  const kinds = { isUnspecified, isLoopback, isLinkLocalUnicast, isLinkLocalMulticast, isGlobalUnicast };
  const check = (text: string, ...expected: (keyof typeof kinds)[]): void => {
    const address = parseAddress(text);
    const found = Object.entries(kinds).flatMap(([name, is]) => (is(address) ? [name] : []));
    assert.deepEqual(found, expected, text);
  };
  check('0.0.0.0', 'isUnspecified');
  check('::', 'isUnspecified');
  check('127.9.9.9', 'isLoopback');
  check('::1', 'isLoopback');
  check('169.254.1.1', 'isLinkLocalUnicast');
  check('febf::1', 'isLinkLocalUnicast');
  check('224.0.0.251', 'isLinkLocalMulticast');
  check('ff02::1', 'isLinkLocalMulticast');
  check('224.0.1.1');
  check('255.255.255.255');
  check('ff05::1');
  check('10.0.0.1', 'isGlobalUnicast');
  check('fec0::1', 'isGlobalUnicast');
});
