import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions } from './version-order.ts';

test('versions sort preferred first, whatever their order before', () => {
  const check = (...expected: string[]): void => {
    assert.deepEqual([...expected].reverse().sort(compareVersions), expected);
    assert.deepEqual([...expected].sort().sort(compareVersions), expected);
  };
  check('v2', 'v1');
  check('v10', 'v2', 'v1', 'v11beta2', 'v10beta3', 'v3beta1', 'v12alpha1', 'v11alpha2', 'foo1', 'foo10');
  check('v1', 'v1beta2', 'v1beta1', 'v1alpha1', 'foo');
  check('v1', 'v0', 'v1beta10', 'v1beta9', 'v1beta', 'v1gamma1');
});

test('equal versions compare equal', () => {
  for (const version of ['v1', 'v2beta1', 'other']) assert.equal(compareVersions(version, version), 0);
});
