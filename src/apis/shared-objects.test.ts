/** What every control plane shows from its start: well formed, complete among itself, and about what is served. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { validateValue } from '../apimachinery/schema/validate.ts';
import { builtInDefinitions } from './definitions.ts';
import type { PolicyRule } from './rbac/v1/policy-rule.ts';

const sharedOf = (resource: string): readonly KubeObject[] =>
  builtInDefinitions.find((definition) => definition.resource === resource)?.sharedObjects ?? [];
const namesOf = (resource: string): (string | undefined)[] =>
  sharedOf(resource).map(({ metadata }) => metadata.name);

describe('every one', () => {
  for (const definition of builtInDefinitions) {
    const { sharedObjects = [], versions, strategy, scope, kind } = definition;
    if (sharedObjects.length === 0) continue;
    test(`of ${kind} is one that a create accepts, under a name of its own`, () => {
      assert.equal(scope, 'Cluster');
      for (const object of sharedObjects) {
        const { name = '' } = object.metadata;
        const errors = [
          ...validateValue(versions[0]!.schema, object),
          ...(strategy.validate?.(object) ?? []),
          ...(strategy.validateName?.(name) ?? []),
        ];
        assert.deepEqual(errors, [], name);
        assert.equal(object.kind, kind);
        const filled = structuredClone(object);
        if (kind !== 'Namespace') strategy.defaults?.(filled);
        assert.deepEqual(filled, object, `${name} leaves nothing to defaults`);
      }
      const names = sharedObjects.map(({ metadata }) => metadata.name);
      assert.equal(new Set(names).size, names.length);
      // Keys are in the order of bytes, and the store compares texts: these are both.
      for (const name of names) assert.match(name ?? '', /^[!-~]+$/);
    });
  }
});

test('the system namespaces, the roles that users bind, and the mandatory flow objects are there', () => {
  assert.deepEqual(namesOf('namespaces'), ['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  for (const name of ['admin', 'cluster-admin', 'edit', 'view'])
    assert.ok(namesOf('clusterroles').includes(name));
  for (const resource of ['flowschemas', 'prioritylevelconfigurations'])
    for (const name of ['catch-all', 'exempt']) assert.ok(namesOf(resource).includes(name));
});

test('bindings give roles that are there, flow schemas lead to levels that are there', () => {
  for (const { roleRef } of sharedOf('clusterrolebindings')) {
    assert.ok(namesOf('clusterroles').includes(roleRef.name), roleRef.name);
  }
  for (const { spec } of sharedOf('flowschemas')) {
    const { name } = spec?.priorityLevelConfiguration ?? {};
    assert.ok(namesOf('prioritylevelconfigurations').includes(name), name);
  }
});

test('what has upstream’s name has its marks', () => {
  for (const resource of ['clusterroles', 'clusterrolebindings']) {
    for (const { metadata } of sharedOf(resource)) {
      assert.equal(metadata.labels?.['kubernetes.io/bootstrapping'], 'rbac-defaults');
      assert.equal(metadata.annotations?.['rbac.authorization.kubernetes.io/autoupdate'], 'true');
    }
  }
});

test('roles allow nothing of a kind that is not served', () => {
  const served = new Set(
    builtInDefinitions.flatMap(({ group, resource, subresources }) => [
      `${group}/${resource}`,
      ...subresources.map(({ name }) => `${group}/${resource}/${name}`),
    ]),
  );
  // What is asked for at the token endpoint, and whom an approver approves for: no stored kinds.
  const abstract = ['/serviceaccounts/token', 'certificates.k8s.io/signers', '*/*'];
  for (const { metadata, rules } of sharedOf('clusterroles')) {
    for (const { apiGroups = [], resources = [] } of rules as PolicyRule[]) {
      for (const name of apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`))) {
        assert.ok(served.has(name) || abstract.includes(name), `${metadata.name}: ${name}`);
      }
    }
  }
});

describe('aggregates have the rules of their parts', () => {
  const rulesOf = (name: string): string[] => {
    const role = sharedOf('clusterroles').find(({ metadata }) => metadata.name === name);
    const rules: PolicyRule[] = role?.rules ?? [];
    assert.ok(rules.length > 0, name);
    return rules.map((rule) => JSON.stringify(rule));
  };
  for (const [name, ...parts] of [
    ['view', 'system:aggregate-to-view'],
    ['edit', 'system:aggregate-to-edit', 'view'],
    ['admin', 'edit', 'system:aggregate-to-admin'],
  ] as [string, ...string[]][]) {
    test(name, () => assert.deepEqual(rulesOf(name), parts.flatMap(rulesOf)));
  }
});
