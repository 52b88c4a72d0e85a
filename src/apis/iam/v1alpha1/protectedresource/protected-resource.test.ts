/** What a registration may say, and what is known of it at first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { validateValue } from '../../../../apimachinery/schema/validate.ts';
import { protectedResourceDefinition as definition } from './protected-resource-definition.ts';

const good = {
  serviceRef: { name: 'compute.example.com' },
  kind: 'Workload',
  plural: 'workloads',
  singular: 'workload',
  permissions: ['list', 'get', 'use'],
  parentResources: [{ apiGroup: 'resourcemanager.miloapis.com', kind: 'Project' }],
};
const made = (changes: object): KubeObject => ({
  apiVersion: '',
  kind: '',
  metadata: { name: 'p' },
  spec: { ...good, ...changes },
});

function check(changes: object, expected: string[]): void {
  const resource = made(changes);
  const errors = [
    ...validateValue(definition.versions[0]!.schema, resource),
    ...(definition.strategy.validate?.(resource) ?? []),
  ];
  assert.deepEqual(
    errors.map(({ field, message }) => `${field}: ${message}`),
    expected,
  );
}

test('a kind', () => check({}, []));
test('without parents and permissions', () => check({ parentResources: undefined, permissions: [] }, []));
for (const name of ['serviceRef', 'kind', 'plural', 'singular', 'permissions']) {
  test(`needs ${name}`, () => check({ [name]: undefined }, [`spec.${name}: Required value`]));
}
test('parents are kinds', () =>
  check({ parentResources: [{ apiGroup: 'a' }] }, ['spec.parentResources[0].kind: Required value']));
test('verbs, each once', () =>
  check({ permissions: ['get', 'get', 'a b', 'a.b'] }, [
    'spec.permissions[1]: Duplicate value: "get"',
    'spec.permissions[2]: Invalid value: "a b": must be a verb: letters, digits and dashes',
    'spec.permissions[3]: Invalid value: "a.b": must be a verb: letters, digits and dashes',
  ]));
test('is not ready at first', () => {
  const resource = made({});
  const user = { name: '', uid: '', groups: [], extra: {} };
  const context = { nowMs: 0, user, dryRun: false, newUid: () => '', revision: 0 };
  definition.strategy.prepareForCreate?.(resource, context);
  const ready = definition.columns.find(({ name }) => name === 'Ready');
  assert.equal(ready?.value(resource), 'Unknown');
});
