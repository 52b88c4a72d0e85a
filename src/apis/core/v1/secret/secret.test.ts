import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { secretDefinition } from './secret-definition.ts';

const { strategy } = secretDefinition;
const secret = (fields: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'a', namespace: 'n' },
  ...fields,
});
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('defaults', () => {
  function check(fields: object, expected: object): void {
    const object = secret(fields);
    strategy.defaults?.(object);
    assert.deepEqual(object, secret(expected));
    strategy.defaults?.(object);
    assert.deepEqual(object, secret(expected), 'a second time changes nothing');
  }
  test('type', () => check({}, { type: 'Opaque' }));
  test('an empty type', () => check({ type: '' }, { type: 'Opaque' }));
  test('a type given stays', () => check({ type: 'x' }, { type: 'x' }));
  test('stringData becomes data', () =>
    check({ stringData: { a: 'ü' } }, { type: 'Opaque', data: { a: base64('ü') } }));
  test('stringData goes over data', () =>
    check(
      { data: { a: base64('1'), b: base64('2') }, stringData: { a: '3' } },
      { type: 'Opaque', data: { a: base64('3'), b: base64('2') } },
    ));
  test('an empty stringData leaves nothing', () => check({ stringData: {} }, { type: 'Opaque' }));
});

describe('what it may hold', () => {
  function check(fields: object, expected: string[]): void {
    const errors = strategy.validate?.(secret({ type: 'Opaque', ...fields })) ?? [];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  const type = (name: string, data: Record<string, string>): object => ({
    type: `kubernetes.io/${name}`,
    data,
  });
  const required = (key: string): string => `data[${key}]: Required value`;
  const notJson = (key: string, problem: string): string =>
    `data[${key}]: Invalid value: "<secret contents redacted>": ${problem}`;

  test('any key', () => check({ data: { a: '' } }, []));
  test('keys as of a config map', () =>
    check({ data: { '..': '' } }, [`data[..]: Invalid value: "..": must not be '..'`]));
  test('1 MiB', () => check({ data: { a: Buffer.alloc(1024 * 1024).toString('base64') } }, []));
  test('not a byte more', () =>
    check({ data: { a: Buffer.alloc(1024 * 1024 + 1).toString('base64') } }, [
      'data: Too long: may not be more than 1048576 bytes',
    ]));
  test('of a type of its own', () => check({ type: 'example.com/x' }, []));
  test('of a bootstrap token, of which upstream asks nothing', () =>
    check({ type: 'bootstrap.kubernetes.io/token' }, []));

  test('service account token', () =>
    check(
      {
        type: 'kubernetes.io/service-account-token',
        metadata: { name: 'a', annotations: { 'kubernetes.io/service-account.name': 's' } },
      },
      [],
    ));
  test('service account token without an account', () =>
    check({ type: 'kubernetes.io/service-account-token' }, [
      'metadata.annotations[kubernetes.io/service-account.name]: Required value',
    ]));
  test('dockercfg', () => check(type('dockercfg', { '.dockercfg': base64('{}') }), []));
  test('dockercfg without its key', () => check(type('dockercfg', {}), [required('.dockercfg')]));
  test('dockercfg that is no JSON', () =>
    check(type('dockercfg', { '.dockercfg': base64('{') }), [
      notJson('.dockercfg', 'unexpected end of JSON input'),
    ]));
  test('dockerconfigjson', () =>
    check(type('dockerconfigjson', { '.dockerconfigjson': base64('{"auths":{}}') }), []));
  test('dockerconfigjson without its key', () =>
    check(type('dockerconfigjson', { x: '' }), [required('.dockerconfigjson')]));
  test('dockerconfigjson that is a list', () =>
    check(type('dockerconfigjson', { '.dockerconfigjson': base64('[]') }), [
      notJson(
        '.dockerconfigjson',
        'json: cannot unmarshal array into Go value of type map[string]interface {}',
      ),
    ]));
  test('basic-auth with a name only', () => check(type('basic-auth', { username: '' }), []));
  test('basic-auth with a password only', () => check(type('basic-auth', { password: '' }), []));
  test('basic-auth with neither', () =>
    check(type('basic-auth', {}), [required('username'), required('password')]));
  test('ssh-auth', () => check(type('ssh-auth', { 'ssh-privatekey': base64('k') }), []));
  test('ssh-auth with an empty key', () =>
    check(type('ssh-auth', { 'ssh-privatekey': '' }), [required('ssh-privatekey')]));
  test('tls', () => check(type('tls', { 'tls.crt': '', 'tls.key': '' }), []));
  test('tls without both', () => check(type('tls', {}), [required('tls.crt'), required('tls.key')]));
  test('tls without its key', () => check(type('tls', { 'tls.crt': '' }), [required('tls.key')]));
});

describe('changes', () => {
  function check(old: object, fields: object, expected: string[]): void {
    const errors =
      strategy.validateUpdate?.(secret({ type: 'Opaque', ...fields }), secret({ type: 'Opaque', ...old })) ??
      [];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  const frozen = 'Forbidden: field is immutable when `immutable` is set';

  test('data', () => check({ data: { a: 'AA==' } }, { data: { a: 'AQ==' } }, []));
  test('no other type', () => check({}, { type: 'x' }, ['type: Invalid value: "x": field is immutable']));
  test('frozen', () => check({}, { immutable: true, data: { a: 'AA==' } }, []));
  test('no data once frozen', () =>
    check({ immutable: true }, { immutable: true, data: { a: 'AA==' } }, [`data: ${frozen}`]));
  test('no thaw', () => check({ immutable: true }, {}, [`immutable: ${frozen}`]));
});

describe('columns and selectors', () => {
  test('cells', () => {
    const object = secret({ type: 'Opaque', data: { a: '', b: '' } });
    assert.deepEqual(
      secretDefinition.columns.map((column) => column.value(object)),
      ['a', 'Opaque', 2, ''],
    );
  });
  test('type', () => assert.equal(secretDefinition.selectableFields?.type?.(secret({ type: 't' })), 't'));
});
