import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AddressRanges, isAddressRange, specialAddress } from './address-ranges.ts';

describe('what an address is', () => {
  const check = (what: string | undefined, ...addresses: readonly string[]): void => {
    for (const address of addresses) {
      test(`${address}: ${what ?? 'ordinary'}`, () => assert.equal(specialAddress(address), what));
    }
  };
  check('unspecified', '0.0.0.0', '0.1.2.3', '::', '::ffff:0.0.0.0');
  check('loopback', '127.0.0.1', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1');
  check('loopback', '::ffff:127.0.0.1', '::ffff:7f00:1', '::FFFF:7F00:0001', '64:ff9b::127.0.0.1');
  check('link-local', '169.254.169.254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe');
  check('link-local', 'fe80::1', 'febf::1', 'fe80::1%eth0', '::1%lo');
  check('of a cloud platform', '168.63.129.16');
  check('private', '10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.1.1');
  check('private', '::ffff:10.1.2.3', '64:ff9b::10.1.2.3', 'fc00::1', 'fd00:ec2::254', 'fec0::1');
  check('shared by customers of a carrier', '100.64.0.0', '100.100.100.200', '100.127.255.255');
  check('multicast', '224.0.0.1', '239.255.255.250', 'ff02::1', 'ff0e::1', '::ffff:224.0.0.1');
  check('reserved', '192.0.0.8', '192.0.2.1', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.9');
  check('reserved', '240.0.0.1', '255.255.255.255', '192.88.99.1');
  // Addresses in other forms, and what is nobody's.
  check('reserved', '::127.0.0.1', '::2', '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1');
  check('reserved', '64:ff9b:1::7f00:1', '4000::1', '::ffff:0:127.0.0.1');
  check(
    undefined,
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
  );
  check(undefined, '172.15.255.255', '172.32.0.0', '192.167.255.255', '223.255.255.255', '::ffff:8.8.8.8');
  check(undefined, '2606:4700:4700::1111', '2a00::1', '64:ff9b::8.8.8.8');
  check('no address', '', 'localhost', '127.1', '0x7f.0.0.1', '0177.0.0.1', '2130706433');
});

describe('ranges', () => {
  const holds = (text: string): void => {
    test(JSON.stringify(text), () => assert.ok(isAddressRange(text)));
  };
  const isNone = (text: string): void => {
    test(`no range: ${JSON.stringify(text)}`, () => {
      assert.ok(!isAddressRange(text));
      assert.throws(() => new AddressRanges([text]), RangeError);
    });
  };
  for (const text of ['10.0.0.0/8', '0.0.0.0/0', '1.2.3.4/32', '::/0', 'fd00::/8', '::1/128']) holds(text);
  for (const text of ['', '10.0.0.0', '10.0.0.0/33', '10.0.0/8', '::/129', 'fe80::%1/10', '10.0.0.0/-1']) {
    isNone(text);
  }
  for (const text of ['10.0.0.0/8 ', '10.0.0.0/8/8', 'private', '10.0.0.0/', '/8', '10.0.0.0/1e1'])
    isNone(text);

  const check = (ranges: readonly string[], address: string, isIn: boolean): void => {
    test(`${address} in ${ranges}: ${isIn}`, () =>
      assert.equal(new AddressRanges(ranges).has(address), isIn));
  };
  check(['10.0.0.0/8'], '10.1.2.3', true);
  check(['10.9.9.9/8'], '10.1.2.3', true);
  check(['10.0.0.0/8'], '::ffff:10.1.2.3', true);
  check(['10.0.0.0/8'], '11.1.2.3', false);
  check(['10.0.0.0/8'], '::1', false);
  check(['10.0.0.0/8', '::1/128'], '::1', true);
  check(['fd00::/8'], 'fd12::1', true);
  check([], '127.0.0.1', false);
});
