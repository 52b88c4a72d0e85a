import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../object-meta.ts';
import { scaleErrors } from './scale-errors.ts';

const check = (object: JsonObject, ...expected: string[]): void => {
  const errors = scaleErrors(object, {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.status.selector',
  });
  assert.deepEqual(
    errors.map(({ field, message }) => `${field}: ${message}`),
    expected,
  );
};

test('what a Scale shows is judged in the object', () => {
  check({});
  check({ spec: { replicas: 0 }, status: { replicas: 2147483647, selector: 'a=b' } });
  check({ spec: { replicas: -1 } }, '.spec.replicas: Invalid value: -1: should be a non-negative integer');
  check(
    { status: { replicas: 2147483648 } },
    '.status.replicas: Invalid value: 2147483648: should be less than or equal to 2147483647',
  );
  check(
    { spec: { replicas: 'two' } },
    '.spec.replicas: Invalid value: 0: .spec.replicas accessor error: two is of the type string, expected int64',
  );
  check(
    { spec: [1] },
    '.spec.replicas: Invalid value: 0: .spec.replicas accessor error: [1] is of the type []interface {}, expected map[string]interface{}',
  );
  check(
    { status: { selector: 1.5 } },
    '.status.selector: Invalid value: "": .status.selector accessor error: 1.5 is of the type float64, expected string',
  );
});
