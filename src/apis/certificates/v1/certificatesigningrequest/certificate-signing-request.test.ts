import 'reflect-metadata';
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { before, describe, test } from 'node:test';
import * as x509 from '@peculiar/x509';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { SubresourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { certificateSigningRequestDefinition } from './certificate-signing-request-definition.ts';

const { strategy, subresources, columns } = certificateSigningRequestDefinition;
const context = {
  nowMs: Date.parse('2026-01-02T03:04:05Z'),
  user: { name: 'ann', uid: 'u1', groups: ['devs'], extra: { scope: ['a', 'b'] } },
  dryRun: false,
  newUid: () => 'u',
  revision: 0,
};
const now = '2026-01-02T03:04:05Z';
const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

const algorithms = {
  ecdsa: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  },
  pss: {
    name: 'RSA-PSS',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
    saltLength: 32,
  },
  ed25519: { name: 'Ed25519' },
} as const;
/** PEM by algorithm, and a certificate. */
const made: Record<string, string> = {};

before(async () => {
  x509.cryptoProvider.set(webcrypto as never);
  for (const [name, algorithm] of Object.entries(algorithms)) {
    const keys = (await webcrypto.subtle.generateKey(algorithm as never, true, [
      'sign',
      'verify',
    ])) as unknown as webcrypto.CryptoKeyPair;
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: 'CN=ann',
      keys,
      signingAlgorithm: algorithm as never,
    });
    made[name] = request.toString('pem');
    if (name !== 'ecdsa') continue;
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: 'CN=ann',
      keys,
      signingAlgorithm: algorithm as never,
    });
    made.certificate = `${certificate.toString('pem')}\n`;
  }
});

function request(spec: object = {}, status: object = {}): KubeObject {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'a', creationTimestamp: now },
    spec: {
      request: base64(made.ecdsa!),
      signerName: 'example.com/signer',
      usages: ['client auth'],
      ...spec,
    },
    status,
  };
}
const told = (errors: readonly { field: string; message: string }[]): string[] =>
  errors.map(({ field, message }) => `${field}: ${message}`);
const check = (spec: object, expected: string[]): void =>
  assert.deepEqual(told(strategy.validateCreate!(request(spec))), expected);

describe('the request', () => {
  for (const name of Object.keys(algorithms)) {
    test(name, () => check({ request: base64(made[name]!) }, []));
    test(`${name}, signed by nobody`, () => {
      const lines = made[name]!.split('\n');
      const der = Buffer.from(lines.slice(1, -1).join(''), 'base64');
      // The name that was signed, changed.
      der[der.indexOf('ann') + 2] = 0x64;
      const pem = `${lines[0]}\n${der.toString('base64')}\n${lines.at(-1)}\n`;
      const [error] = strategy.validateCreate!(request({ request: base64(pem) }));
      assert.match(
        error?.message ?? '',
        /: (x509: (ECDSA|Ed25519) verification failure|crypto\/rsa: verification error)$/,
      );
    });
  }
  const refused = (pem: string, problem: string): void => {
    const given = base64(pem);
    check({ request: given }, [`spec.request: Invalid value: "${given}": ${problem}`]);
  };
  const notOne = 'PEM block type must be CERTIFICATE REQUEST';
  test('text around it', () => check({ request: base64(`hello\n${made.ecdsa}\nbye`) }, []));
  test('nothing', () => refused('', notOne));
  test('not PEM', () => refused('hello', notOne));
  test('another PEM block', () => refused(made.certificate!, notOne));
  test('a block of the old name', () =>
    refused(made.ecdsa!.replaceAll('CERTIFICATE', 'NEW CERTIFICATE'), notOne));
  const block = (bytes: string): string =>
    `-----BEGIN CERTIFICATE REQUEST-----\n${base64(bytes)}\n-----END CERTIFICATE REQUEST-----\n`;
  test('an empty block', () => refused(block(''), 'asn1: syntax error: sequence truncated'));
  test('not a sequence', () => refused(block('\x04\x00'), "asn1: structure error: tags don't match"));
  test('cut short', () => refused(block('\x30\x05\x30'), 'asn1: syntax error: data truncated'));
  test('with more behind it', () => refused(block('\x30\x00\x30\x00'), 'asn1: syntax error: trailing data'));
  test('every cut of a true one is refused, never worse', () => {
    const der = Buffer.from(made.ecdsa!.split('\n').slice(1, -1).join(''), 'base64');
    for (let length = 0; length < der.length; length++) {
      const errors = strategy.validateCreate!(
        request({ request: base64(block(der.toString('latin1', 0, length))) }),
      );
      assert.equal(errors.length, 1, `${length} bytes`);
    }
  });
});

describe('the rest of the spec', () => {
  const signer = (signerName: string, ...expected: string[]): void =>
    check(
      { signerName },
      expected.map((problem) => `spec.signerName: ${problem}`),
    );
  const form = "must be a fully qualified domain and path of the form 'example.com/signer-name'";

  test('usages', () => {
    check({ usages: ['any', 's/mime', 'digital signature'] }, []);
    check({ usages: [] }, ['spec.usages: Required value']);
    check({ usages: ['any', 'any'] }, ['spec.usages[1]: Duplicate value: "any"']);
    const [error] = strategy.validateCreate!(request({ usages: ['any', 'flying'] }));
    assert.equal(error?.field, 'spec.usages[1]');
    assert.match(error.message, /^Unsupported value: "flying": supported values: "any", "cert sign", /);
  });
  test('a lifetime of ten minutes', () => check({ expirationSeconds: 600 }, []));
  test('no shorter one', () => {
    for (const expirationSeconds of [599, 0, -1]) {
      check({ expirationSeconds }, [
        `spec.expirationSeconds: Invalid value: ${expirationSeconds}: may not specify a duration less than 600 seconds (10 minutes)`,
      ]);
    }
  });
  test('signers', () => {
    signer('kubernetes.io/kube-apiserver-client');
    signer('example.com/namespace.name');
    signer('', 'Required value');
    signer('example.com', `Invalid value: "example.com": ${form}`);
    signer('a.b/c/d', `Invalid value: "a.b/c/d": ${form}`);
    signer('com/a', 'Invalid value: "com": should be a domain with at least two segments separated by dots');
    signer(
      'kubernetes.io/legacy-unknown',
      'Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
    );
  });
  test('labels of signers', () => {
    const label =
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    signer('A.B/c', `Invalid value: "A.B": validating label "A": ${label}`);
    const [error] = strategy.validateCreate!(request({ signerName: 'a.b/c_d' }));
    assert.match(
      error?.message ?? '',
      /^Invalid value: "c_d": validating label "c_d": a lowercase RFC 1123 subdomain/,
    );
  });
  test('what an old request has may stay', () => {
    const old = request({ signerName: 'kubernetes.io/legacy-unknown', usages: ['flying', 'flying'] });
    assert.deepEqual(told(strategy.validateUpdate!(structuredClone(old), old)), []);
  });
});

test("who asks is the server's to say, and nobody begins approved", () => {
  const given = request(
    { username: 'root', uid: '0', groups: ['system:masters'], extra: { x: ['y'] } },
    { conditions: [{ type: 'Approved', status: 'True' }] },
  );
  strategy.prepareForCreate!(given, context);
  const { username, uid, groups, extra } = given.spec;
  assert.deepEqual(
    { username, uid, groups, extra },
    {
      username: 'ann',
      uid: 'u1',
      groups: ['devs'],
      extra: { scope: ['a', 'b'] },
    },
  );
  assert.deepEqual(given.status, {});
  strategy.prepareForCreate!(given, { ...context, user: { name: '', uid: '', groups: [], extra: {} } });
  assert.deepEqual(Object.keys(given.spec), ['request', 'signerName', 'usages']);
});

test('the spec stays', () => {
  const old = request();
  const updated = request({ signerName: 'other.com/signer' });
  strategy.prepareForUpdate!(updated, old, context);
  assert.deepEqual(updated.spec, old.spec);
});

describe('endpoints', () => {
  const endpoint = (name: string): SubresourceDefinition =>
    subresources.find((other) => other.name === name)!;
  const condition = (type: string, fields: object = {}): object => ({ type, status: 'True', ...fields });
  const stamped = (type: string, fields: object = {}): object =>
    condition(type, { lastUpdateTime: now, lastTransitionTime: now, ...fields });
  const earlier = { lastUpdateTime: '2025-01-01T00:00:00Z', lastTransitionTime: '2025-01-01T00:00:00Z' };

  /** What comes of a write, as the engine makes it: the new status, or what is wrong with it. */
  function write(name: string, from: object, to: object): unknown {
    const old = request({}, structuredClone(from));
    const object = structuredClone(old);
    const { merge, prepare, validate } = endpoint(name);
    merge(object, request({ signerName: 'other.com/signer' }, structuredClone(to)));
    prepare?.(object, old, context);
    assert.deepEqual(object.spec, old.spec);
    const errors = [...strategy.validateUpdate!(object, old), ...(validate?.(object, old) ?? [])];
    return errors.length === 0 ? object.status : told(errors);
  }
  const certificate = (): string => base64(made.certificate!);

  test('approvers write conditions, and no certificate', () => {
    const to = { conditions: [condition('Approved', { reason: 'Fine' })], certificate: 'AAAA' };
    assert.deepEqual(write('approval', {}, to), { conditions: [stamped('Approved', { reason: 'Fine' })] });
    assert.deepEqual(write('approval', { certificate: certificate() }, to), {
      conditions: [stamped('Approved', { reason: 'Fine' })],
      certificate: certificate(),
    });
  });
  test('times stay while the status does', () => {
    const from = {
      conditions: [condition('Custom', earlier), condition('Other', { status: 'False', ...earlier })],
    };
    const to = { conditions: [condition('Custom'), condition('Other')] };
    assert.deepEqual(write('approval', from, to), {
      conditions: [stamped('Custom', { lastTransitionTime: earlier.lastTransitionTime }), stamped('Other')],
    });
  });
  test('not both, not twice, not a little', () => {
    const exclusive = 'Approved and Denied conditions are mutually exclusive';
    const check = (to: object[], expected: string[]): void =>
      assert.deepEqual(write('approval', {}, { conditions: to }), expected);
    check(
      [condition('Approved'), condition('Denied')],
      [`status.conditions[1].type: Invalid value: "Denied": ${exclusive}`],
    );
    check(
      [condition('Denied'), condition('Approved')],
      [`status.conditions[1].type: Invalid value: "Approved": ${exclusive}`],
    );
    check([condition('X'), condition('X')], ['status.conditions[1].type: Duplicate value: "X"']);
    check(
      [condition('Denied', { status: 'False' })],
      ['status.conditions[0].status: Unsupported value: "False": supported values: "True"'],
    );
    check(
      [condition('X', { status: 'Maybe' })],
      [
        'status.conditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
      ],
    );
    check([{}], ['status.conditions[0].type: Required value', 'status.conditions[0].status: Required value']);
  });
  test('what is decided stays decided', () => {
    const from = { conditions: [condition('Approved', earlier)] };
    const removed = 'status.conditions: Forbidden: updates may not remove a condition of type "Approved"';
    assert.deepEqual(write('approval', from, {}), [removed]);
    assert.deepEqual(write('status', from, {}), [removed]);
  });
  test('signers write the certificate and conditions of their own, and decide nothing', () => {
    const from = { conditions: [condition('Approved', { reason: 'Fine', ...earlier })] };
    const to = {
      conditions: [condition('Approved', { reason: 'Changed' }), condition('Failed')],
      certificate: certificate(),
    };
    assert.deepEqual(write('status', from, to), {
      conditions: [condition('Approved', { reason: 'Fine', ...earlier }), stamped('Failed')],
      certificate: certificate(),
    });
    assert.deepEqual(write('status', {}, { conditions: [condition('Approved')] }), [
      'status.conditions: Forbidden: updates may not add a condition of type "Approved"',
    ]);
  });
  test('a certificate is written once', () => {
    const issued = { certificate: certificate() };
    assert.deepEqual(write('status', issued, issued), issued);
    assert.deepEqual(write('status', issued, { certificate: base64(`${made.certificate}\n`) }), [
      'status.certificate: Forbidden: updates may not modify existing certificate content',
    ]);
  });
  test('a certificate is one', () => {
    const check = (pem: string, problem: string): void =>
      assert.deepEqual(write('status', {}, { certificate: base64(pem) }), [
        `status.certificate: Invalid value: "<certificate data>": ${problem}`,
      ]);
    const block = (bytes: string, headers = ''): string =>
      `-----BEGIN CERTIFICATE-----\n${headers}${base64(bytes)}\n-----END CERTIFICATE-----\n`;
    check('hello', 'must contain at least one CERTIFICATE PEM block');
    check(made.ecdsa!, 'only CERTIFICATE PEM blocks are allowed, found "CERTIFICATE REQUEST"');
    check(block('x', 'a: b\n\n'), 'no PEM block headers are permitted');
    check(block(''), 'found CERTIFICATE PEM block containing 0 certificates');
    check(block('\x30\x00'), 'x509: malformed certificate');
    check(`${made.certificate}${block('x')}`, 'x509: malformed certificate');
    const chain = `leaf\n${made.certificate}issuer\n${made.certificate}`;
    assert.deepEqual(write('status', {}, { certificate: base64(chain) }), { certificate: base64(chain) });
  });
});

test('columns', () => {
  const cells = (spec: object, status: object): unknown[] =>
    columns.slice(2).map((column) => column.value(request(spec, status)));
  const types = (...all: string[]): object => ({ conditions: all.map((type) => ({ type, status: 'True' })) });
  assert.deepEqual(cells({ username: 'ann', expirationSeconds: 3600 }, {}), [
    'example.com/signer',
    'ann',
    '60m',
    'Pending',
  ]);
  assert.deepEqual(cells({ signerName: '' }, types('Approved')), ['<none>', '', '<none>', 'Approved']);
  const condition = (status: object): unknown => cells({}, status).at(-1);
  assert.equal(condition(types('Approved', 'Denied')), 'Denied');
  assert.equal(condition(types('Approved', 'Failed')), 'Approved,Failed');
  assert.equal(condition({ ...types('Approved'), certificate: 'AAAA' }), 'Approved,Issued');
});
