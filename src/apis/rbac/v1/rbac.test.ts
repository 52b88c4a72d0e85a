import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../apimachinery/resource-definition.ts';
import { aggregationIndexes, joinedRules } from './clusterrole/aggregation-rule.ts';
import { clusterRoleDefinition } from './clusterrole/cluster-role-definition.ts';
import { clusterRoleBindingDefinition } from './clusterrolebinding/cluster-role-binding-definition.ts';
import type { PolicyRule } from './policy-rule.ts';
import { roleDefinition } from './role/role-definition.ts';
import { roleBindingDefinition } from './rolebinding/role-binding-definition.ts';

const group = 'rbac.authorization.k8s.io';
const object = ({ kind }: ResourceDefinition, fields: object): KubeObject => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' },
  ...structuredClone(fields),
});
const told = (errors: readonly { field: string; message: string }[]): string[] =>
  errors.map(({ field, message }) => `${field}: ${message}`);

describe('rules', () => {
  function check(definition: ResourceDefinition, rule: object, expected: string[]): void {
    const role = object(definition, { rules: [rule] });
    assert.deepEqual(told(definition.strategy.validate!(role)), expected);
  }
  const resourceRule = { verbs: ['get'], apiGroups: [''], resources: ['secrets'] };
  const urlRule = { verbs: ['get'], nonResourceURLs: ['/healthz', '/metrics/*'] };
  const bothAtOnce =
    'rules[0].nonResourceURLs: Invalid value: ["/healthz","/metrics/*"]: rules cannot apply to both regular resources and non-resource URLs';

  for (const definition of [roleDefinition, clusterRoleDefinition]) {
    describe(definition.kind, () => {
      test('resources', () => check(definition, resourceRule, []));
      test('one of many resources by name', () =>
        check(definition, { ...resourceRule, resources: ['a', 'b'], resourceNames: ['x'] }, []));
      test('no verbs', () =>
        check(definition, { ...resourceRule, verbs: [] }, [
          'rules[0].verbs: Required value: verbs must contain at least one value',
        ]));
      test('nothing at all', () =>
        check(definition, {}, [
          'rules[0].verbs: Required value: verbs must contain at least one value',
          'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
          'rules[0].resources: Required value: resource rules must supply at least one resource',
        ]));
    });
  }
  test('paths', () => check(clusterRoleDefinition, urlRule, []));
  test('no paths in a namespace', () =>
    check(roleDefinition, urlRule, [
      'rules[0].nonResourceURLs: Invalid value: ["/healthz","/metrics/*"]: namespaced rules cannot apply to non-resource URLs',
    ]));
  test('paths or resources, not both', () => {
    check(clusterRoleDefinition, { ...urlRule, apiGroups: [''] }, [bothAtOnce]);
    check(clusterRoleDefinition, { ...urlRule, resources: ['a'] }, [bothAtOnce]);
    check(clusterRoleDefinition, { ...urlRule, resourceNames: ['a'] }, [bothAtOnce]);
  });
});

describe('aggregation', () => {
  function check(clusterRoleSelectors: object[] | undefined, expected: string[]): void {
    const role = object(clusterRoleDefinition, { aggregationRule: { clusterRoleSelectors } });
    assert.deepEqual(told(clusterRoleDefinition.strategy.validate!(role)), expected);
  }
  const path = 'aggregationRule.clusterRoleSelectors';
  const required = `${path}: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil`;
  const expression = (operator: string, ...values: string[]): object => ({
    matchExpressions: [{ key: 'k', operator, values }],
  });

  test('by labels', () => check([{ matchLabels: { a: 'b' } }, expression('Exists')], []));
  test('something must choose', () => {
    check(undefined, [required]);
    check([], [required]);
  });
  test('an operator that is none', () =>
    check(
      [{}, expression('Gt', '1')],
      [
        `${path}[1].matchExpressions[0].operator: Invalid value: "Gt": not a valid selector operator`,
        `${path}[1]: Invalid value: null: invalid label selector.`,
      ],
    ));
  test('values where none belong', () =>
    check(
      [expression('Exists', 'x')],
      [
        `${path}[0].matchExpressions[0].values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`,
        `${path}[0]: Invalid value: null: invalid label selector.`,
      ],
    ));

  test('only roles that aggregate are indexed', () => {
    const values = (fields: object): (readonly string[])[] =>
      aggregationIndexes.map((index) => index.values(object(clusterRoleDefinition, fields)));
    assert.deepEqual(values({ rules: [] }), [[], []]);
    assert.deepEqual(values({ aggregationRule: { clusterRoleSelectors: [{}] } }), [['true'], ['true']]);
  });
  test('a rule is taken once, the first time it comes', () => {
    const rule = (verb: string): PolicyRule => ({ verbs: [verb], apiGroups: [''], resources: ['pods'] });
    const role = (...verbs: string[]): KubeObject =>
      object(clusterRoleDefinition, { rules: verbs.map(rule) });
    const joined = joinedRules([
      role('list', 'get'),
      object(clusterRoleDefinition, {}),
      role('get', 'watch'),
    ]);
    assert.deepEqual(joined, [rule('list'), rule('get'), rule('watch')]);
  });
});

describe('bindings', () => {
  const roleRef = { apiGroup: group, kind: 'ClusterRole', name: 'admin' };
  const user = { kind: 'User', apiGroup: group, name: 'ada' };
  const account = { kind: 'ServiceAccount', name: 'builder', namespace: 'shop' };

  function check(definition: ResourceDefinition, fields: object, expected: string[]): void {
    const binding = object(definition, { roleRef, subjects: [user], ...fields });
    definition.strategy.defaults!(binding);
    assert.deepEqual(told(definition.strategy.validate!(binding)), expected);
  }
  for (const definition of [roleBindingDefinition, clusterRoleBindingDefinition]) {
    describe(definition.kind, () => {
      test('users, groups, accounts, nobody', () => {
        check(definition, { subjects: [user, { ...user, kind: 'Group' }, account] }, []);
        check(definition, { subjects: undefined }, []);
      });
      test('a role of another group', () =>
        check(definition, { roleRef: { ...roleRef, apiGroup: 'x' } }, [
          `roleRef.apiGroup: Unsupported value: "x": supported values: "${group}"`,
        ]));
      test('a role with a name that is no path segment', () =>
        check(definition, { roleRef: { ...roleRef, name: 'a/b' } }, [
          `roleRef.name: Invalid value: "a/b": may not contain '/'`,
        ]));
      test('a subject that is nothing', () =>
        check(definition, { subjects: [{}] }, [
          'subjects[0].name: Required value',
          'subjects[0].kind: Unsupported value: "": supported values: "ServiceAccount", "User", "Group"',
        ]));
      test('a user without name', () =>
        check(definition, { subjects: [{ kind: 'User' }] }, ['subjects[0].name: Required value']));
      test('a group of another API group', () =>
        check(definition, { subjects: [{ kind: 'Group', apiGroup: 'x', name: 'a' }] }, [
          `subjects[0].apiGroup: Unsupported value: "x": supported values: "${group}"`,
        ]));
      test('an account of an API group', () =>
        check(definition, { subjects: [{ ...account, apiGroup: group }] }, [
          `subjects[0].apiGroup: Unsupported value: "${group}": supported values: ""`,
        ]));
      test('an account that cannot be called so', () =>
        check(definition, { subjects: [{ ...account, name: 'A' }] }, [
          `subjects[0].name: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
        ]));
      test('the role stays', () => {
        const old = object(definition, { roleRef });
        const update = (to: object): string[] =>
          told(definition.strategy.validateUpdate!(object(definition, { roleRef: to }), old));
        assert.deepEqual(update(roleRef), []);
        assert.deepEqual(update({ ...roleRef, name: 'b' }), [
          `roleRef: Invalid value: {"APIGroup":"${group}","Kind":"ClusterRole","Name":"b"}: cannot change roleRef`,
        ]);
      });
    });
  }
  test('a namespace has roles too', () => {
    const toRole = { roleRef: { ...roleRef, kind: 'Role' } };
    check(roleBindingDefinition, toRole, []);
    check(clusterRoleBindingDefinition, toRole, [
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
    ]);
    check(roleBindingDefinition, { roleRef: undefined }, [
      'roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole"',
      'roleRef.name: Required value',
    ]);
  });
  test('beyond a namespace, an account must say in which it is', () => {
    const nowhere = { subjects: [{ ...account, namespace: '' }] };
    check(roleBindingDefinition, nowhere, []);
    check(clusterRoleBindingDefinition, nowhere, ['subjects[0].namespace: Required value']);
  });

  test('API groups are filled in, once', () => {
    const { strategy } = roleBindingDefinition;
    const binding = object(roleBindingDefinition, {
      roleRef: { apiGroup: '', kind: 'Role', name: 'r' },
      subjects: [{ kind: 'User', name: 'u' }, { kind: 'Group', apiGroup: 'x', name: 'g' }, account],
    });
    strategy.defaults!(binding);
    assert.deepEqual(binding.roleRef, { apiGroup: group, kind: 'Role', name: 'r' });
    assert.deepEqual(binding.subjects, [
      { kind: 'User', apiGroup: group, name: 'u' },
      { kind: 'Group', apiGroup: 'x', name: 'g' },
      account,
    ]);
    const again = structuredClone(binding);
    strategy.defaults!(again);
    assert.deepEqual(again, binding);
  });

  test('columns', () => {
    const cells = ({ columns }: ResourceDefinition, fields: object): unknown[] =>
      columns.map((column) => column.value(object(roleBindingDefinition, fields)));
    const created = '2026-01-01T00:00:00Z';
    const subjects = [user, { ...user, name: 'bob' }, { ...user, kind: 'Group', name: 'devs' }, account];
    assert.deepEqual(cells(roleBindingDefinition, { roleRef, subjects }), [
      'a',
      'ClusterRole/admin',
      created,
      'ada, bob',
      'devs',
      'shop/builder',
    ]);
    assert.deepEqual(cells(roleBindingDefinition, { roleRef }).slice(3), ['', '', '']);
    assert.deepEqual(cells(roleDefinition, {}), ['a', created]);
  });
});
