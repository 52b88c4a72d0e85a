/** Rules of access reviews, case by case. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FieldError } from '../../../apimachinery/field-error.ts';
import type { KubeObject, ObjectMeta } from '../../../apimachinery/object-meta.ts';
import {
  accessReviewErrors,
  localAccessReviewErrors,
  selfAccessReviewErrors,
} from './access-review-validation.ts';

const check = (
  validate: (review: KubeObject) => FieldError[],
  spec: object | undefined,
  expected: readonly string[],
  metadata: ObjectMeta = {},
): void => {
  test(JSON.stringify({ metadata, spec }), () => {
    const object: KubeObject = { apiVersion: 'authorization.k8s.io/v1', kind: 'K', metadata };
    const errors = validate(spec === undefined ? object : { ...object, spec });
    assert.deepEqual(
      errors.map(({ field, message }) => `${field}: ${message}`),
      expected,
    );
  });
};
const neither =
  'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified';
const nobody = 'spec.user: Invalid value: "": at least one of user or group must be specified';
const both = (shown: string): string =>
  `spec.nonResourceAttributes: Invalid value: ${shown}: cannot be specified in combination with resourceAttributes`;
const resourceAttributes = {};
const nonResourceAttributes = { path: '/p', verb: 'get' };

describe('of a subject', () => {
  check(accessReviewErrors, { user: 'a', resourceAttributes }, []);
  check(accessReviewErrors, { groups: ['a'], nonResourceAttributes }, []);
  check(accessReviewErrors, undefined, [neither, nobody]);
  check(accessReviewErrors, { groups: [], resourceAttributes }, [nobody]);
  check(accessReviewErrors, { resourceAttributes: { fieldSelector: {} } }, [
    nobody,
    'spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required',
  ]);
  const asks = { user: 'a', resourceAttributes };
  check(accessReviewErrors, asks, ['metadata: Invalid value: {"name":"x"}: must be empty'], { name: 'x' });
  check(accessReviewErrors, asks, ['metadata: Invalid value: {"namespace":"x"}: must be empty'], {
    namespace: 'x',
  });
  check(accessReviewErrors, asks, [], { managedFields: [{}], labels: {}, finalizers: [], name: '' });
});

describe('of oneself', () => {
  check(selfAccessReviewErrors, { resourceAttributes }, []);
  check(selfAccessReviewErrors, undefined, [neither]);
  check(selfAccessReviewErrors, { resourceAttributes, nonResourceAttributes }, [
    both('{"Path":"/p","Verb":"get"}'),
  ]);
  check(selfAccessReviewErrors, { resourceAttributes, nonResourceAttributes: {} }, [
    both('{"Path":"","Verb":""}'),
  ]);
});

describe('in a namespace', () => {
  const here = { namespace: 'here' };
  check(localAccessReviewErrors, { user: 'a', resourceAttributes: here }, [], here);
  check(
    localAccessReviewErrors,
    { user: 'a', resourceAttributes: { namespace: 'there' } },
    ['spec.resourceAttributes.namespace: Invalid value: "there": must match metadata.namespace'],
    here,
  );
  check(
    localAccessReviewErrors,
    { user: 'a', nonResourceAttributes },
    [
      'spec.nonResourceAttributes: Invalid value: {"Path":"/p","Verb":"get"}: disallowed on this kind of request',
    ],
    here,
  );
  check(
    localAccessReviewErrors,
    { user: 'a', resourceAttributes: here },
    ['metadata: Invalid value: {"namespace":"here","labels":{"a":"b"}}: must be empty except for namespace'],
    { ...here, labels: { a: 'b' } },
  );
});

describe('selectors', () => {
  const at = 'spec.resourceAttributes';
  const select = (name: 'fieldSelector' | 'labelSelector', selector: object, ...expected: string[]): void =>
    check(
      selfAccessReviewErrors,
      { resourceAttributes: { [name]: selector } },
      expected.map((error) => `${at}.${name}.${error}`),
    );
  const requirement = { key: 'k', operator: 'In', values: ['v'] };
  for (const name of ['fieldSelector', 'labelSelector'] as const) {
    select(name, { rawSelector: 'anything' });
    select(name, { requirements: [requirement] });
    select(name, { requirements: [{ ...requirement, operator: 'Near' }] });
    select(
      name,
      { rawSelector: 'a', requirements: [requirement] },
      'rawSelector: Invalid value: "a": may not specified at the same time as requirements',
    );
    select(
      name,
      { requirements: [requirement, { key: 'k', operator: 'NotIn' }] },
      "requirements[1].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    );
    select(
      name,
      { requirements: [{ ...requirement, operator: 'Exists' }] },
      "requirements[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    );
  }
  select(
    'fieldSelector',
    { requirements: [{ key: '', operator: 'Exists' }] },
    'requirements[0].key: Required value: must be specified',
  );
});
