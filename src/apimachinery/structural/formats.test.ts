import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatChecker } from './formats.ts';

/** Texts that have the format, and texts that have not, as strfmt has them. */
function check(format: string, good: readonly string[], bad: readonly string[]): void {
  const has = formatChecker(format);
  assert.ok(has, format);
  for (const text of good) assert.equal(has(text), true, `${format}: ${text}`);
  for (const text of bad) assert.equal(has(text), false, `${format}: ${text}`);
}

test('a format that is not known asks for nothing', () => {
  assert.equal(formatChecker('int64'), undefined);
});

test('addresses', () => {
  check('ipv4', ['10.0.0.1', '010.0.0.1', '::1.2.3.4'], ['10.0.0', '256.0.0.1', '::1', '']);
  check(
    'ipv6',
    ['::1', '2001:db8::', '::1.2.3.4', '01::1'],
    ['1.2.3.4', '::01.2.3.4', 'fe80::1%eth0', ':::'],
  );
  check('cidr', ['10.0.0.1/8', '::/0', '10.0.0.0/08'], ['10.0.0.0', '10.0.0.0/33', '::/129', '10.0.0.0/']);
  check(
    'mac',
    ['01:02:03:ab:cd:ef', '01-02-03-04-05-06', '0102.0304.0506'],
    ['01:02:03:04:05', '01:02-03:04:05:06'],
  );
  check('hostname', ['example.com', 'a', 'xn--a.b1.de'], ['-a.com', 'a..b', 'a_b.com']);
  check('email', ['a@b.c', 'A <a@b.c>', '"a b"@c'], ['a', '@b', 'a b@c']);
  check('uri', ['/a', 'https://a/b?c#d', 'mailto:a@b'], ['a', '', 'https://a b/', '/%zz']);
});

test('times', () => {
  check('date', ['2024-02-29'], ['2023-02-29', '2024-2-29', '2024-02-29T00:00:00Z']);
  check(
    'date-time',
    ['2024-02-29T23:59:59Z', '2024-02-29t00:00:00.123+01:00'],
    ['2024-02-29T24:00:00Z', '2024-02-29 00:00:00Z', '2024-02-29T00:00:00'],
  );
  check('duration', ['1h30m', '-1.5s', '3 days', '2w'], ['1', 'h', '']);
});

test('numbers of things', () => {
  const uuid = '123e4567-e89b-42d3-a456-426614174000';
  check('uuid', [uuid, uuid.toUpperCase(), uuid.replaceAll('-', '')], [`${uuid}0`, uuid.replace('e', 'g')]);
  check('uuid4', [uuid], [uuid.replace('-42', '-32'), uuid.replace('-a', '-c')]);
  check('isbn10', ['3836221195', '3-8362-2119-5'], ['3836221190']);
  check('isbn13', ['978-3836221191'], ['9783836221190']);
  check('creditcard', ['4111111111111111', '4111-1111-1111-1111'], ['4111111111111112', '4']);
  check('ssn', ['123-45-6789', '123 45 6789'], ['123456789', '12-345-6789']);
  check('bsonobjectid', ['0123456789abcdef01234567'], ['0123']);
});

test('colours, bytes and names', () => {
  check('hexcolor', ['#fff', 'ABCDEF'], ['#ffff', '#ggg']);
  check('rgbcolor', ['rgb(0,128,255)', 'rgb( 1 , 2 , 3 )'], ['rgb(256,0,0)', 'rgb(1,2)']);
  check('byte', ['YQ==', 'aGVs'], ['YQ', 'YQ=', '', 'Y-==']);
  check('k8s-short-name', ['a-b'], ['a.b', 'A']);
  check('k8s-long-name', ['a.b-c'], ['a..b', 'A']);
});
