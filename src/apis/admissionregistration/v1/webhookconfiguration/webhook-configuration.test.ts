import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import {
  mutatingWebhookConfigurationDefinition,
  validatingWebhookConfigurationDefinition,
} from './webhook-definitions.ts';

const validating = validatingWebhookConfigurationDefinition;
const mutating = mutatingWebhookConfigurationDefinition;
const texts = (errors: readonly { field: string; message: string }[] = []): string[] =>
  errors.map((error) => `${error.field.replace(/^webhooks\[0\]\./, '')}: ${error.message}`);

const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };
const good = {
  name: 'a.example.com',
  clientConfig: { url: 'https://a.example.com/path' },
  rules: [rule],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};
function configuration(definition: typeof validating, ...webhooks: readonly object[]): KubeObject {
  const made: KubeObject = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: definition.kind,
    metadata: { name: 'c' },
    webhooks: structuredClone([...webhooks]) as never,
  };
  definition.strategy.defaults?.(made);
  return made;
}

test('defaults', () => {
  const withService = { ...good, clientConfig: { service: { namespace: 'n', name: 's' } } };
  const common = {
    ...withService,
    clientConfig: { service: { namespace: 'n', name: 's', port: 443 } },
    rules: [{ ...rule, scope: '*' }],
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
  };
  assert.deepEqual(configuration(validating, withService).webhooks, [common]);
  assert.deepEqual(configuration(mutating, withService).webhooks, [
    { ...common, reinvocationPolicy: 'Never' },
  ]);
});

describe('rules', () => {
  function check(changes: object, expected: string[], definition = validating): void {
    const made = configuration(definition, { ...good, ...changes });
    assert.deepEqual(texts(definition.strategy.validateCreate?.(made)), expected);
  }
  test('a good one', () => check({}, []));
  test('a name has three parts', () =>
    check({ name: 'a.b' }, [
      'name: Invalid value: "a.b": should be a domain with at least three segments separated by dots',
    ]));
  test('somebody is called', () =>
    check({ clientConfig: {} }, ['clientConfig: Required value: exactly one of url or service is required']));
  test('by https', () =>
    check({ clientConfig: { url: 'http://a.example.com' } }, [
      'clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
    ]));
  test('a host, without user, query, fragment', () =>
    check({ clientConfig: { url: 'https://u@/?q#f' } }, [
      'clientConfig.url: Invalid value: "": host must be specified; desired format: https://host[/path]',
      'clientConfig.url: Invalid value: "u": user information is not permitted in the URL',
      'clientConfig.url: Invalid value: "f": fragments are not permitted in the URL',
      'clientConfig.url: Invalid value: "q": query parameters are not permitted in the URL',
    ]));
  test('a path of a service', () =>
    check({ clientConfig: { service: { namespace: 'n', name: 's', path: 'a//b' } } }, [
      'clientConfig.service.path: Invalid value: "a//b": must start with a \'/\'',
      'clientConfig.service.path: Invalid value: "a//b": segment[0] may not be empty',
      'clientConfig.service.path: Invalid value: "a//b": segment[1] may not be empty',
    ]));
  test('a port of a service', () =>
    check({ clientConfig: { service: { namespace: 'n', name: 's', port: 0 } } }, [
      'clientConfig.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive',
    ]));
  test('side effects', () =>
    check({ sideEffects: 'Some' }, [
      'sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
    ]));
  test('side effects must be told', () =>
    check({ sideEffects: undefined }, [
      'sideEffects: Required value: must specify one of None, NoneOnDryRun',
    ]));
  test('versions must be told', () =>
    check({ admissionReviewVersions: [] }, [
      'admissionReviewVersions: Required value: must specify one of v1, v1beta1',
    ]));
  test('one of them known', () =>
    check({ admissionReviewVersions: ['v9'] }, [
      'admissionReviewVersions: Invalid value: ["v9"]: must include at least one of v1, v1beta1',
    ]));
  test('how long a call takes', () =>
    check({ timeoutSeconds: 31 }, [
      'timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
    ]));
  test('policies', () =>
    check({ failurePolicy: 'x', matchPolicy: 'y' }, [
      'failurePolicy: Unsupported value: "x": supported values: "Fail", "Ignore"',
      'matchPolicy: Unsupported value: "y": supported values: "Equivalent", "Exact"',
    ]));
  test('being asked again', () =>
    check(
      { reinvocationPolicy: 'x' },
      ['reinvocationPolicy: Unsupported value: "x": supported values: "IfNeeded", "Never"'],
      mutating,
    ));
  test('operations', () =>
    check({ rules: [{ ...rule, operations: ['*', 'READ'] }] }, [
      'rules[0].operations: Invalid value: ["*","READ"]: if \'*\' is present, must not specify other operations',
      'rules[0].operations[1]: Unsupported value: "READ": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"',
    ]));
  test('an empty rule', () =>
    check({ rules: [{}] }, [
      'rules[0].operations: Required value',
      'rules[0].apiGroups: Required value',
      'rules[0].apiVersions: Required value',
      'rules[0].resources: Required value',
    ]));
  test('resources beside all of them', () =>
    check({ rules: [{ ...rule, resources: ['*', 'pods'] }] }, [
      'rules[0].resources: Invalid value: ["*","pods"]: if \'*\' is present, must not specify other resources without subresources',
    ]));
  test('subresources beside all of them', () =>
    check({ rules: [{ ...rule, resources: ['pods/*', 'pods/log'] }] }, [
      'rules[0].resources[1]: Invalid value: "pods/log": if \'pods/*\' is present, must not specify pods/log',
    ]));
  test('scopes', () =>
    check({ rules: [{ ...rule, scope: 'All' }] }, [
      'rules[0].scope: Unsupported value: "All": supported values: "*", "Cluster", "Namespaced"',
    ]));
  test('selectors', () =>
    check({ objectSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }, [
      "objectSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ]));
  test('conditions', () =>
    check(
      {
        matchConditions: [
          { name: 'a', expression: ' ' },
          { name: 'a', expression: 'true' },
        ],
      },
      ['matchConditions[0].expression: Required value', 'matchConditions[1].name: Duplicate value: "a"'],
    ));
  test('names differ', () => {
    const made = configuration(validating, good, good);
    assert.deepEqual(texts(validating.strategy.validateCreate?.(made)), [
      'webhooks[1].name: Duplicate value: "a.example.com"',
    ]);
  });
});

describe('updates', () => {
  function check(before: object, now: object, expected: string[]): void {
    const old = configuration(validating, { ...good, ...before });
    const made = configuration(validating, { ...good, ...now });
    assert.deepEqual(texts(validating.strategy.validateUpdate?.(made, old)), expected);
  }
  test('side effects that were there may stay', () =>
    check({ sideEffects: 'Some' }, { sideEffects: 'Some' }, []));
  test('none may come', () =>
    check({}, { sideEffects: 'Some' }, [
      'sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
    ]));
  test('conditions that were there may stay', () => {
    const matchConditions = [{ name: 'a', expression: '' }];
    check({ matchConditions }, { matchConditions }, []);
  });
});
