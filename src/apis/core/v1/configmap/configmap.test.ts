import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { configMapDefinition } from './configmap-definition.ts';

const { strategy } = configMapDefinition;
const configMap = (fields: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'n' },
  ...fields,
});

describe('what it may hold', () => {
  function check(fields: object, expected: string[]): void {
    const errors = strategy.validate?.(configMap(fields)) ?? [];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  const keyRule =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  const long = 'k'.repeat(254);

  test('nothing', () => check({}, []));
  test('text and bytes', () => check({ data: { 'a.b-C_1': 'x', '.x': '' }, binaryData: { c: 'AA==' } }, []));
  test('no space in a key', () =>
    check({ data: { 'a b': '' } }, [`data[a b]: Invalid value: "a b": ${keyRule}`]));
  test('no empty key', () => check({ data: { '': '' } }, [`data[]: Invalid value: "": ${keyRule}`]));
  test('no slash, in bytes either', () =>
    check({ binaryData: { 'a/b': '' } }, [`binaryData[a/b]: Invalid value: "a/b": ${keyRule}`]));
  test('a key of 253 bytes', () => check({ data: { [long.slice(1)]: '' } }, []));
  test('no key of 254 bytes', () =>
    check({ data: { [long]: '' } }, [
      `data[${long}]: Invalid value: "${long}": must be no more than 253 characters`,
    ]));
  test('no dot', () => check({ data: { '.': '' } }, [`data[.]: Invalid value: ".": must not be '.'`]));
  test('no two dots', () =>
    check({ data: { '..': '' } }, [`data[..]: Invalid value: "..": must not be '..'`]));
  test('no two dots at the start', () =>
    check({ data: { '..a': '' } }, [`data[..a]: Invalid value: "..a": must not start with '..'`]));
  test('no key in both', () =>
    check({ data: { a: '' }, binaryData: { a: '' } }, [
      'data[a]: Invalid value: "a": duplicate of key present in binaryData',
    ]));

  const full = 'x'.repeat(1024 * 1024);
  test('1 MiB', () => check({ data: { a: full } }, []));
  test('not a byte more', () =>
    check({ data: { a: full }, binaryData: { b: 'AA==' } }, [
      '[]: Too long: may not be more than 1048576 bytes',
    ]));
  test('bytes, not characters', () =>
    check({ data: { a: `${full.slice(1)}é` } }, ['[]: Too long: may not be more than 1048576 bytes']));
  test('base64 counts as what it stands for', () =>
    check({ binaryData: { a: Buffer.alloc(1024 * 1024).toString('base64') } }, []));
});

describe('immutability', () => {
  function check(old: object, fields: object, expected: string[]): void {
    const errors = strategy.validateUpdate?.(configMap(fields), configMap(old)) ?? [];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  const frozen = 'Forbidden: field is immutable when `immutable` is set';
  const old = { immutable: true, data: { a: '1' }, binaryData: { b: 'AA==' } };

  test('free to change before', () => check({ data: { a: '1' } }, { data: { a: '2' } }, []));
  test('may be frozen', () => check({ data: { a: '1' } }, { immutable: true, data: { a: '2' } }, []));
  test('may stay the same', () => check(old, structuredClone(old), []));
  test('empty is absent', () => check({ immutable: true }, { immutable: true, data: {} }, []));
  test('data stays', () => check(old, { ...old, data: { a: '2' } }, [`data: ${frozen}`]));
  test('binaryData stays', () => check(old, { ...old, binaryData: {} }, [`binaryData: ${frozen}`]));
  test('cannot be taken back', () => check(old, { ...old, immutable: false }, [`immutable: ${frozen}`]));
  test('all at once', () =>
    check(old, {}, [`immutable: ${frozen}`, `data: ${frozen}`, `binaryData: ${frozen}`]));
});

describe('columns', () => {
  function check(fields: object, expected: number): void {
    assert.equal(configMapDefinition.columns[1]?.value(configMap(fields)), expected);
  }
  test('no keys', () => check({}, 0));
  test('keys of both', () => check({ data: { a: '', b: '' }, binaryData: { c: '' } }, 3));
});
