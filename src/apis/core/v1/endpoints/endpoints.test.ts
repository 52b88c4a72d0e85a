import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { endpointsDefinition } from './endpoints-definition.ts';

const endpoints = (...subsets: readonly object[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'e', namespace: 'n' },
  subsets: [...subsets] as never,
});
const port = { port: 80, protocol: 'TCP' };
const addresses = [{ ip: '10.0.0.1' }];

describe('rules', () => {
  function check(subset: object, expected: string[]): void {
    const errors = endpointsDefinition.strategy.validate?.(endpoints(subset)) ?? [];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  test('addresses and a port', () => check({ addresses, ports: [port] }, []));
  test('addresses that are not ready', () => check({ notReadyAddresses: addresses }, []));
  test('no addresses', () =>
    check({ ports: [port] }, [
      'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`',
    ]));
  test('no address', () =>
    check({ addresses: [{ ip: 'x' }] }, [
      'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address',
    ]));
  test('several ports need names', () =>
    check({ addresses, ports: [port, { ...port, name: 'b' }] }, [
      'subsets[0].ports[0].name: Required value',
    ]));
  test('bounds of a port', () =>
    check({ addresses, ports: [{ ...port, port: 0 }] }, [
      'subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    ]));
});

describe('columns', () => {
  function check(subsets: readonly object[], expected: string): void {
    assert.equal(endpointsDefinition.columns[1]?.value(endpoints(...subsets)), expected);
  }
  const four = ['1', '2', '3', '4'].map((n) => ({ ip: `10.0.0.${n}` }));
  test('none', () => check([], '<none>'));
  test('with ports', () => check([{ addresses, ports: [port] }], '10.0.0.1:80'));
  test('without', () => check([{ addresses }], '10.0.0.1'));
  test('IPv6', () => check([{ addresses: [{ ip: 'fd00::1' }], ports: [port] }], '[fd00::1]:80'));
  test('more than fit', () => check([{ addresses: four }], '10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...'));
});
