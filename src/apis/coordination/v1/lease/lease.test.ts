import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { leaseDefinition } from './lease-definition.ts';

const lease = (spec: object | undefined): KubeObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'l', namespace: 'n' },
  ...(spec === undefined ? {} : { spec }),
});

const context = {
  nowMs: 0,
  user: { name: '', uid: '', groups: [], extra: {} },
  dryRun: false,
  newUid: () => '',
  revision: 0,
};

describe('spec', () => {
  function check(spec: object | undefined, expected: string[]): void {
    const errors = leaseDefinition.strategy.validate?.(lease(spec)) ?? [];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  test('none', () => check(undefined, []));
  test('empty', () => check({}, []));
  test('held', () => check({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 }, []));
  test('given up', () => check({ holderIdentity: '', leaseDurationSeconds: 1 }, []));
  test('no duration of nothing', () =>
    check({ leaseDurationSeconds: 0 }, [
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
    ]));
  test('no transitions below zero', () =>
    check({ leaseTransitions: -1 }, [
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ]));
  test('who coordinates is not kept', () => {
    const made = lease({ holderIdentity: 'a', strategy: 'x.io/mine', preferredHolder: 'b' });
    leaseDefinition.strategy.prepareForUpdate?.(made, lease({}), context);
    assert.deepEqual(made.spec, { holderIdentity: 'a' });
  });
});

describe('columns', () => {
  function check(spec: object | undefined, expected: string): void {
    assert.equal(leaseDefinition.columns[1]?.value(lease(spec)), expected);
  }
  test('the holder', () => check({ holderIdentity: 'a' }, 'a'));
  test('nobody', () => check(undefined, ''));
});
