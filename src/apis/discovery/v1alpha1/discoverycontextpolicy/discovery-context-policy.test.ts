/** What a policy may say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { validateValue } from '../../../../apimachinery/schema/validate.ts';
import { discoveryContextPolicyDefinition as definition } from './discovery-context-policy-definition.ts';

const good = { group: 'a.b', resources: ['widgets'], contexts: ['Project'] };

function check(spec: object, expected: string[]): void {
  const policy: KubeObject = { apiVersion: '', kind: '', metadata: { name: 'p' }, spec };
  const errors = [
    ...validateValue(definition.versions[0]!.schema, policy),
    ...(definition.strategy.validate?.(policy) ?? []),
  ];
  assert.deepEqual(
    errors.map(({ field, message }) => `${field}: ${message.split('\n')[0]}`),
    expected,
  );
}
const rule = (changes: object): object => ({ rules: [{ ...good, ...changes }] });

test('a rule', () => check(rule({}), []));
test('of the core group, for all of it', () => check(rule({ group: '', resources: ['*'] }), []));
test('no rules', () => check({}, ['spec.rules: Required value']));
test('empty lists', () =>
  check(rule({ resources: [], contexts: [] }), [
    'spec.rules[0].resources: Invalid value: 0: spec.rules[0].resources in body should have at least 1 items',
    'spec.rules[0].contexts: Invalid value: 0: spec.rules[0].contexts in body should have at least 1 items',
  ]));
test('surfaces that there are, each once', () =>
  check(rule({ contexts: ['Galaxy', 'User', 'User'] }), [
    'spec.rules[0].contexts[0]: Unsupported value: "Galaxy": supported values: "Platform", "Organization", "Folder", "Project", "User"',
    'spec.rules[0].contexts[2]: Duplicate value: "User"',
  ]));
test('names that resources can have', () =>
  check(rule({ resources: ['', 'pods/log'] }), [
    'spec.rules[0].resources[0]: Required value: a plural name, or *',
    "spec.rules[0].resources[1]: Invalid value: \"pods/log\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  ]));
