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
  test('the standard strategy', () =>
    check({ strategy: 'OldestEmulationVersion', preferredHolder: 'b' }, []));
  test('a strategy of a domain', () => check({ strategy: 'example.com/mine' }, []));
  test('no other strategy', () =>
    check({ strategy: 'mine' }, [
      'spec.strategy.strategy: Unsupported value: "mine": supported values: "OldestEmulationVersion"',
    ]));
  test('no strategy of an empty domain', () =>
    check({ strategy: '/mine' }, [
      'spec.strategy.strategy: Invalid value: "/mine": prefix part must be non-empty',
    ]));
  test('nobody preferred without a strategy', () =>
    check({ preferredHolder: 'b' }, [
      'spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined',
    ]));
});

describe('columns', () => {
  function check(spec: object | undefined, expected: string | undefined): void {
    assert.equal(leaseDefinition.columns[1]?.value(lease(spec)), expected);
  }
  test('the holder', () => check({ holderIdentity: 'a' }, 'a'));
  test('nobody', () => check(undefined, undefined));
});
