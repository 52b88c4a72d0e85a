import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { usageOf } from './quota-usage.ts';
import { resourceQuotaDefinition } from './resource-quota-definition.ts';

const { strategy, columns } = resourceQuotaDefinition;
const quota = (spec: object, status: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q', namespace: 'n' },
  spec,
  status,
});
const texts = (errors: readonly { field: string; message: string }[] = []): string[] =>
  errors.map((error) => `${error.field}: ${error.message}`);

describe('rules', () => {
  function check(spec: object, expected: string[]): void {
    assert.deepEqual(texts(strategy.validate?.(quota(spec))), expected);
  }
  const hard = (name: string, value: string): object => ({ hard: { [name]: value } });
  test('nothing', () => check({}, []));
  test('a kind', () => check(hard('configmaps', '1'), []));
  test('any kind', () => check(hard('count/widgets.example.com', '1'), []));
  test('what pods use', () => check(hard('requests.cpu', '500m'), []));
  test('not below zero', () =>
    check(hard('configmaps', '-1'), [
      'spec.hard[configmaps]: Invalid value: "-1": must be greater than or equal to 0',
    ]));
  test('no half objects', () =>
    check(hard('count/widgets.example.com', '1500m'), [
      'spec.hard[count/widgets.example.com]: Invalid value: "1500m": must be an integer',
    ]));
  test('half a processor', () => check(hard('cpu', '1500m'), []));
  test('no unknown names', () =>
    check(hard('widgets', '1'), [
      'spec.hard[widgets]: Invalid value: "widgets": must be a standard resource type or fully qualified',
      'spec.hard[widgets]: Invalid value: "widgets": must be a standard resource for quota',
    ]));
  test('known elsewhere only', () =>
    check(hard('storage', '1'), [
      'spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota',
    ]));
  test('scopes', () => check({ ...hard('pods', '1'), scopes: ['Terminating'] }, []));
  test('no unknown scopes', () =>
    check({ scopes: ['x'] }, ['spec.scopes: Invalid value: ["x"]: unsupported scope']));
  test('only pods are in scopes', () =>
    check({ ...hard('configmaps', '1'), scopes: ['Terminating'] }, [
      'spec.scopes: Invalid value: ["Terminating"]: unsupported scope applied to resource',
    ]));
  test('no contradiction', () =>
    check({ scopes: ['BestEffort', 'NotBestEffort'] }, [
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
    ]));
  test('scopes by rules', () =>
    check({ scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] } }, [
      "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
    ]));
  test('no rule of another sort', () =>
    check({ scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Is' }] } }, [
      'spec.scopeSelector.matchExpressions.operator: Invalid value: "Is": not a valid selector operator',
    ]));

  function checkUpdate(before: string[], now: string[], expected: string[]): void {
    assert.deepEqual(
      texts(strategy.validateUpdate?.(quota({ scopes: now }), quota({ scopes: before }))),
      expected,
    );
  }
  test('scopes in another order', () => checkUpdate(['A', 'B'], ['B', 'A'], []));
  test('scopes do not change', () =>
    checkUpdate(['A'], [], ['spec.scopes: Invalid value: []: field is immutable']));
});

describe('what an object takes', () => {
  function check(group: string, resource: string, expected: object, spec: object = {}): void {
    assert.deepEqual(
      usageOf({ group, resource }, { apiVersion: '', kind: '', metadata: {}, spec }),
      expected,
    );
  }
  const service = { services: '1', 'count/services': '1' };
  test('a kind with a short name', () => check('', 'secrets', { secrets: '1', 'count/secrets': '1' }));
  test('a kind without', () => check('', 'events', { 'count/events': '1' }));
  test('a kind of a group', () => check('a.b', 'secrets', { 'count/secrets.a.b': '1' }));
  test('a service', () =>
    check('', 'services', { ...service, 'services.nodeports': '0', 'services.loadbalancers': '0' }));
  test('a load balancer', () =>
    check(
      '',
      'services',
      { ...service, 'services.nodeports': '2', 'services.loadbalancers': '1' },
      { type: 'LoadBalancer', ports: [{}, {}] },
    ));
  test('a load balancer without node ports, but one', () =>
    check(
      '',
      'services',
      { ...service, 'services.nodeports': '1', 'services.loadbalancers': '1' },
      { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{ nodePort: 30_000 }, {}] },
    ));
});

test('columns', () => {
  const hard = { secrets: '2', configmaps: '1', 'limits.cpu': '1' };
  const made = quota({}, { hard, used: { configmaps: '1', secrets: '0', 'limits.cpu': '0' } });
  assert.deepEqual(
    columns.slice(0, 3).map(({ value }) => value(made)),
    ['q', 'configmaps: 1/1, secrets: 0/2', 'limits.cpu: 0/1'],
  );
});
