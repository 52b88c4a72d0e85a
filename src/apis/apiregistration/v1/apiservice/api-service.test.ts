import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { apiServiceDefinition } from './api-service-definition.ts';

const { strategy, columns, subresources } = apiServiceDefinition;
const user = { name: 'ann', uid: '', groups: [], extra: {} };
const context = { nowMs: 0, user, dryRun: false, newUid: () => 'u', revision: 0 };
const good = { group: 'a.example', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 10 };
const service = { namespace: 'n', name: 's' };

function apiService(changes: object, name = 'v1.a.example', status?: object): KubeObject {
  const made: KubeObject = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name },
    spec: structuredClone({ ...good, ...changes }),
    ...(status === undefined ? {} : { status }),
  };
  strategy.defaults?.(made);
  return made;
}
const texts = (errors: readonly { field: string; message: string }[] = []): string[] =>
  errors.map((error) => `${error.field}: ${error.message}`);

describe('rules', () => {
  function check(changes: object, expected: string[], name?: string): void {
    assert.deepEqual(texts(strategy.validate?.(apiService(changes, name))), expected);
  }
  test('a local one', () => check({}, []));
  test('a service', () => check({ service }, []));
  test('the name says which', () =>
    check(
      {},
      ['metadata.name: Invalid value: "x": must be `spec.version+"."+spec.group`: "v1.a.example"'],
      'x',
    ));
  test('the group without a name has one version', () =>
    check(
      { group: '', version: 'v2' },
      ['spec.group: Required value: only v1 may have an empty group and it better be legacy kube'],
      'v2.',
    ));
  test('ranks', () =>
    check({ groupPriorityMinimum: 20_001, versionPriority: 0 }, [
      'spec.groupPriorityMinimum: Invalid value: 20001: must be positive and less than 20000',
      'spec.versionPriority: Invalid value: 0: must be positive and less than 1000',
    ]));
  test('a local one needs no trust', () =>
    check({ caBundle: 'AAAA', insecureSkipTLSVerify: true }, [
      'spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle',
      'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify',
    ]));
  test('a service has both its names', () =>
    check({ service: {} }, ['spec.service.namespace: Required value', 'spec.service.name: Required value']));
  test('one sort of trust', () =>
    check({ service, caBundle: 'AAAA', insecureSkipTLSVerify: true }, [
      'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
    ]));
  test('statuses', () => {
    const made = apiService({}, undefined, { conditions: [{ type: 'Available', status: 'Maybe' }] });
    assert.deepEqual(texts(subresources[0]?.validate?.(made, made)), [
      'status.conditions[0].status: Unsupported value: "Maybe": supported values: "True", "False", "Unknown"',
    ]);
  });
});

test('the port of a service is 443', () =>
  assert.deepEqual(apiService({ service }).spec?.service, { ...service, port: 443 }));

describe('what it says', () => {
  function check(changes: object, expected: [service: string, available: string], status?: object): void {
    const made = apiService(changes);
    strategy.prepareForCreate?.(made, context);
    const shown = status === undefined ? made : { ...made, status };
    assert.deepEqual(
      columns.slice(1, 3).map(({ value }) => value(shown)),
      expected,
    );
  }
  test('a local one is there at once', () => check({}, ['Local', 'True']));
  test('a service is not known yet', () => check({ service }, ['n/s', 'Unknown']));
  test('one that is not there', () =>
    check({ service }, ['n/s', 'False (ServiceNotFound)'], {
      conditions: [{ type: 'Available', status: 'False', reason: 'ServiceNotFound' }],
    }));
});
