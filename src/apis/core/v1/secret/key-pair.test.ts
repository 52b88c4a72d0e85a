import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { keyPairWarnings } from './key-pair.ts';

/** Self-signed, for nobody, until 2036. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBbjCCARWgAwIBAgIUCX4/D4ppOaAE+ShZt9d7gd8o0v8wCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCY2EwHhcNMjYxMTIwMTQ0MDA3WhcNMzYxMTE3MTQ0MDA3WjAN
MQswCQYDVQQDDAJjYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKOSRaIZCxdt
v+N4k8BRmKKrhqbEjbIwRSGyBisR9seiNfWrYQWffosCSWywOPCMNXgzU23XBnU1
Qcew0RfaUzajUzBRMB0GA1UdDgQWBBRG/TXEvRaJT7W9kQ7D9m4IhgOn4TAfBgNV
HSMEGDAWgBRG/TXEvRaJT7W9kQ7D9m4IhgOn4TAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0cAMEQCIBmqPh5xRfKI2WuNODBtmudDMkvOXezKwNTXfrPrd210
AiADLniRqHuIZGQ/DkgzvXwxU2aURaI8RIfc03ZantHOkw==
-----END CERTIFICATE-----`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5DxPEiSrncoLKEzQ
7NAACTUyefiCiGQuyUsF65/5v+6hRANCAASjkkWiGQsXbb/jeJPAUZiiq4amxI2y
MEUhsgYrEfbHojX1q2EFn36LAklssDjwjDV4M1Nt1wZ1NUHHsNEX2lM2
-----END PRIVATE KEY-----`;

const pem = (type: 'ec' | 'rsa', form: 'pkcs8' | 'sec1' | 'pkcs1'): string =>
  (type === 'ec'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 1024 })
  ).privateKey
    .export({ type: form, format: 'pem' })
    .toString();
const block = (type: string): string => `-----BEGIN ${type}-----\nAAAA\n-----END ${type}-----\n`;

function check(crt: string, privateKey: string, expected: string[]): void {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const data = { 'tls.crt': base64(crt), 'tls.key': base64(privateKey) };
  assert.deepEqual(keyPairWarnings(data), expected);
}

test('a pair', () => check(certificate, key, []));
test('a pair among other things', () =>
  check(`x\n${certificate}\n${certificate}`, `${block('EC PARAMETERS')}${key}`, []));
test('nothing', () => check('', '', ['tls: failed to find any PEM data in certificate input']));
test('no key', () => check(certificate, 'x', ['tls: failed to find any PEM data in key input']));
test('two keys', () =>
  check(key, key, [
    'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
  ]));
test('two certificates', () =>
  check(certificate, certificate, [
    'tls: found a certificate rather than a key in the PEM for the private key',
  ]));
test('blocks of other types', () =>
  check(`${block('A')}${block('B C')}`, key, [
    'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [A B C]',
  ]));
test('a key of another type of block', () =>
  check(certificate, block('PUBLIC KEY'), [
    'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [PUBLIC KEY]',
  ]));
test('a certificate that is none', () => check(block('CERTIFICATE'), key, ['x509: malformed certificate']));
test('a key that is none', () =>
  check(certificate, block('PRIVATE KEY'), ['tls: failed to parse private key']));
test('the key of another', () =>
  check(certificate, pem('ec', 'sec1'), ['tls: private key does not match public key']));
test('a key of another kind', () =>
  check(certificate, pem('rsa', 'pkcs1'), ['tls: private key type does not match public key type']));
