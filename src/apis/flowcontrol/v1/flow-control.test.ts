import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../apimachinery/resource-definition.ts';
import { flowSchemaDefinition } from './flowschema/flow-schema-definition.ts';
import { priorityLevelConfigurationDefinition } from './prioritylevelconfiguration/priority-level-configuration-definition.ts';

function make({ kind, strategy }: ResourceDefinition, name: string, spec: object, status = {}): KubeObject {
  const object: KubeObject = {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind,
    metadata: { name, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: structuredClone(spec),
    status,
  };
  strategy.defaults!(object);
  const again = structuredClone(object);
  strategy.defaults!(again);
  assert.deepEqual(again, object, 'defaults are filled in once');
  return object;
}
function errorsOf(definition: ResourceDefinition, name: string, spec: object, status = {}): string[] {
  const errors = definition.strategy.validate!(make(definition, name, spec, status));
  return errors.map(({ field, message }) => `${field}: ${message}`);
}

describe('FlowSchema', () => {
  const user = { kind: 'User', user: { name: 'ann' } };
  const resourceRule = { verbs: ['get'], apiGroups: [''], resources: ['secrets'], namespaces: ['shop'] };
  const rule = { subjects: [user], resourceRules: [resourceRule] };
  const base = { priorityLevelConfiguration: { name: 'level' }, rules: [rule] };
  const check = (spec: object, ...expected: string[]): void =>
    assert.deepEqual(errorsOf(flowSchemaDefinition, 'a', { ...base, ...spec }), expected);
  const checkRule = (change: object, ...expected: string[]): void =>
    check({ rules: [{ ...rule, ...change }] }, ...expected.map((error) => `spec.rules[0]${error}`));
  const checkSubject = (subject: object, ...expected: string[]): void =>
    checkRule({ subjects: [subject] }, ...expected.map((error) => `.subjects[0].${error}`));
  const checkResource = (change: object, ...expected: string[]): void =>
    checkRule(
      { resourceRules: [{ ...resourceRule, ...change }] },
      ...expected.map((error) => `.resourceRules[0].${error}`),
    );
  const checkPaths = (nonResourceURLs: string[], ...expected: string[]): void =>
    checkRule(
      { nonResourceRules: [{ verbs: ['get'], nonResourceURLs }] },
      ...expected.map((error) => `.nonResourceRules[0].nonResourceURLs${error}`),
    );

  test('one that is fine', () => check({}));
  test('precedence', () => {
    const of = (matchingPrecedence: number, ...problems: string[]): void =>
      check(
        { matchingPrecedence },
        ...problems.map(
          (problem) => `spec.matchingPrecedence: Invalid value: ${matchingPrecedence}: ${problem}`,
        ),
      );
    assert.equal(make(flowSchemaDefinition, 'a', base).spec.matchingPrecedence, 1000);
    of(0);
    of(10_000);
    of(-1, 'must be a positive value');
    of(10_001, 'must not be greater than 10000');
    of(1, "only the schema named 'exempt' may have matchingPrecedence 1");
  });
  test('distinguisher', () => {
    check({ distinguisherMethod: { type: 'ByUser' } });
    check(
      { distinguisherMethod: { type: 'ByMood' } },
      'spec.distinguisherMethod.type: Unsupported value: {"Type":"ByMood"}: supported values: "ByNamespace", "ByUser"',
    );
  });
  test('priority level', () => {
    const path = 'spec.priorityLevelConfiguration.name';
    check(
      { priorityLevelConfiguration: undefined },
      `${path}: Required value: must reference a priority level`,
    );
    const [error] = errorsOf(flowSchemaDefinition, 'a', {
      ...base,
      priorityLevelConfiguration: { name: 'A' },
    });
    assert.match(
      error ?? '',
      /^spec\.priorityLevelConfiguration\.name: Invalid value: "A": a lowercase RFC 1123/,
    );
  });
  test('a rule has subjects and rules', () => {
    checkRule({ subjects: [] }, '.subjects: Required value: subjects must contain at least one value');
    checkRule(
      { resourceRules: [] },
      ': Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
    );
  });
  test('subjects', () => {
    checkSubject({ kind: 'Group', group: { name: '*' } });
    checkSubject({ kind: 'ServiceAccount', serviceAccount: { name: '*', namespace: 'shop' } });
    checkSubject(
      { kind: 'Dog' },
      'kind: Unsupported value: "Dog": supported values: "Group", "ServiceAccount", "User"',
    );
    checkSubject({ kind: 'User' }, "user: Required value: user is required when subject kind is 'User'");
    checkSubject({ kind: 'Group', group: {} }, 'group.name: Required value');
    checkSubject(
      { ...user, serviceAccount: { name: 'a', namespace: 'b' }, group: { name: 'g' } },
      "serviceAccount: Forbidden: serviceAccount is forbidden when subject kind is not 'ServiceAccount'",
      "group: Forbidden: group is forbidden when subject kind is not 'Group'",
    );
    checkSubject(
      { kind: 'ServiceAccount', serviceAccount: {} },
      'serviceAccount.name: Required value',
      'serviceAccount.namespace: Required value: must specify namespace for service account',
    );
    checkSubject(
      { kind: 'ServiceAccount', serviceAccount: { name: 'a', namespace: 'b.c' } },
      'serviceAccount.namespace: Invalid value: "b.c": must not contain dots',
    );
  });
  test('resource rules', () => {
    checkResource({ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] });
    checkResource({ clusterScope: true, namespaces: [] });
    checkResource(
      { verbs: [], apiGroups: [], resources: [], namespaces: [] },
      'verbs: Required value: verbs must contain at least one value',
      'apiGroups: Required value: resource rules must supply at least one api group',
      'resources: Required value: resource rules must supply at least one resource',
      'namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
    );
    const both = ['*', 'a'];
    checkResource(
      { verbs: both, apiGroups: both, resources: both, namespaces: both },
      'verbs: Invalid value: ["*","a"]: if \'*\' is present, must not specify other verbs',
      'apiGroups: Invalid value: ["*","a"]: if \'*\' is present, must not specify other api groups',
      'resources: Invalid value: ["*","a"]: if \'*\' is present, must not specify other resources',
      'namespaces: Invalid value: ["*","a"]: if \'*\' is present, must not specify other namespaces',
    );
    checkResource(
      { verbs: ['get', 'fly'] },
      'verbs: Unsupported value: ["get","fly"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
    );
    checkResource(
      { namespaces: ['a', 'b.c'] },
      `namespaces[1]: Invalid value: "b.c": each member of this list must be '*' or a DNS-1123 label; must not contain dots`,
    );
  });
  test('paths', () => {
    checkPaths(['/', '/healthz', '/apis/*', '/*']);
    checkPaths(['*']);
    checkPaths([], ': Required value: nonResourceURLs must contain at least one value');
    checkPaths(
      ['*', '/a'],
      `: Invalid value: ["*","/a"]: if '*' is present, must not specify other non-resource URLs`,
    );
    const bad = (path: string, problem: string): void =>
      checkPaths([path], `[0]: Invalid value: ${JSON.stringify(path)}: ${problem}`);
    bad('', 'must not be empty');
    bad('a', 'must start with slash');
    bad('/a b', 'must not contain white-space');
    bad('/a//b', 'must not contain double slash');
    for (const path of ['/a*', '/*/a', '/a/*/*']) bad(path, 'wildcard can only do suffix matching');
  });
  test('those that every server has are as they are', () => {
    const everything = {
      resourceRules: [
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] },
      ],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    };
    const groups = (...names: string[]): object[] =>
      names.map((name) => ({ kind: 'Group', group: { name } }));
    const exempt = {
      priorityLevelConfiguration: { name: 'exempt' },
      matchingPrecedence: 1,
      rules: [{ subjects: groups('system:masters'), ...everything }],
    };
    const catchAll = {
      priorityLevelConfiguration: { name: 'catch-all' },
      matchingPrecedence: 10_000,
      distinguisherMethod: { type: 'ByUser' },
      rules: [{ subjects: groups('system:unauthenticated', 'system:authenticated'), ...everything }],
    };
    assert.deepEqual(errorsOf(flowSchemaDefinition, 'exempt', exempt), []);
    assert.deepEqual(errorsOf(flowSchemaDefinition, 'catch-all', catchAll), []);
    for (const name of ['exempt', 'catch-all']) {
      const [error] = errorsOf(flowSchemaDefinition, name, base);
      assert.match(
        error ?? '',
        new RegExp(`^spec: Invalid value: {.*}: spec of '${name}' must equal the fixed value$`),
      );
    }
  });
  test('conditions', () => {
    const conditions = [{ type: 'Dangling', status: 'False' }, { type: 'Dangling' }, {}];
    assert.deepEqual(errorsOf(flowSchemaDefinition, 'a', base, { conditions }), [
      'status.conditions[1].type: Duplicate value: "Dangling"',
      'status.conditions[2].type: Required value: must not be empty',
    ]);
  });
  test('columns', () => {
    const cells = (spec: object, status: object): unknown[] =>
      flowSchemaDefinition.columns.map((column) =>
        column.value(make(flowSchemaDefinition, 'a', spec, status)),
      );
    const created = '2026-01-01T00:00:00Z';
    assert.deepEqual(cells(base, {}), ['a', 'level', 1000, '<none>', created, '?']);
    const status = { conditions: [{ type: 'Dangling', status: 'True' }] };
    assert.deepEqual(cells({ ...base, distinguisherMethod: { type: 'ByUser' } }, status).slice(3), [
      'ByUser',
      created,
      'True',
    ]);
  });
});

describe('PriorityLevelConfiguration', () => {
  const definition = priorityLevelConfigurationDefinition;
  const limited = (fields: object = {}): object => ({
    type: 'Limited',
    limited: { limitResponse: { type: 'Reject' }, ...fields },
  });
  const queued = (queuing: object | undefined): object =>
    limited({ limitResponse: { type: 'Queue', queuing } });
  const check = (spec: object, ...expected: string[]): void =>
    assert.deepEqual(errorsOf(definition, 'a', spec), expected);

  test('defaults', () => {
    assert.deepEqual(make(definition, 'a', limited()).spec.limited, {
      nominalConcurrencyShares: 30,
      lendablePercent: 0,
      limitResponse: { type: 'Reject' },
    });
    assert.equal(
      make(definition, 'a', limited({ nominalConcurrencyShares: 0 })).spec.limited.nominalConcurrencyShares,
      0,
    );
    assert.deepEqual(make(definition, 'a', queued({})).spec.limited.limitResponse.queuing, {
      queues: 64,
      handSize: 8,
      queueLengthLimit: 50,
    });
    assert.deepEqual(make(definition, 'exempt', { type: 'Exempt', exempt: {} }).spec.exempt, {
      nominalConcurrencyShares: 0,
      lendablePercent: 0,
    });
  });
  test('types', () => {
    check(limited());
    check({ type: 'Limited' }, 'spec.limited: Required value: must not be empty when type is Limited');
    check({ ...limited(), exempt: {} }, 'spec.exempt: Forbidden: must be nil if the type is Limited');
    check({ type: 'Wild' }, 'spec.type: Unsupported value: "Wild": supported values: "Exempt", "Limited"');
    check(
      { type: 'Exempt' },
      `spec.type: Invalid value: "Exempt": must be 'Exempt' if and only if \`name\` is 'exempt'`,
    );
  });
  test('shares', () => {
    const at = 'spec.limited';
    check(limited({ nominalConcurrencyShares: 0, lendablePercent: 100, borrowingLimitPercent: 0 }));
    check(
      limited({ nominalConcurrencyShares: -1, lendablePercent: 101, borrowingLimitPercent: -1 }),
      `${at}.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer`,
      `${at}.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive`,
      `${at}.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer`,
    );
  });
  test('queues', () => {
    const at = 'spec.limited.limitResponse';
    check(queued({}));
    check(
      queued(undefined),
      `${at}.queuing: Required value: must not be empty if limited.limitResponse.type is Limited`,
    );
    check(
      limited({ limitResponse: { type: 'Reject', queuing: {} } }),
      `${at}.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited`,
    );
    check(limited({ limitResponse: {} }), `${at}.type: Required value`);
    check(
      queued({ queues: -1, handSize: -1, queueLengthLimit: -1 }),
      `${at}.queuing.queueLengthLimit: Invalid value: -1: must be positive`,
      `${at}.queuing.queues: Invalid value: -1: must be positive`,
      `${at}.queuing.handSize: Invalid value: -1: must be positive`,
    );
    check(
      queued({ queues: 10_000_001, handSize: 1 }),
      `${at}.queuing.queues: Invalid value: 10000001: must not be greater than 10000000`,
    );
    check(
      queued({ queues: 4 }),
      `${at}.queuing.handSize: Invalid value: 8: should not be greater than queues (4)`,
    );
    check(queued({ queues: 1024, handSize: 6 }));
    check(
      queued({ queues: 1024, handSize: 7 }),
      `${at}.queuing.handSize: Invalid value: 7: required entropy bits of deckSize 1024 and handSize 7 should not be greater than 60`,
    );
  });
  test('those that every server has', () => {
    const of = (name: string, spec: object): string[] => errorsOf(definition, name, spec);
    assert.deepEqual(of('exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 7 } }), []);
    assert.deepEqual(of('exempt', { type: 'Exempt', exempt: { lendablePercent: -1 } }), [
      'spec.exempt.lendablePercent: Invalid value: -1: must be between 0 and 100, inclusive',
    ]);
    assert.deepEqual(
      of('exempt', { type: 'Exempt', limited: {} })[0],
      'spec.limited: Forbidden: must be nil if the type is not Limited',
    );
    assert.match(
      of('exempt', limited())[1] ?? '',
      /^spec: Invalid value: .*: spec of 'exempt' except the 'spec\.exempt' field must equal the fixed value$/,
    );
    assert.deepEqual(of('catch-all', limited({ nominalConcurrencyShares: 5 })), []);
    assert.match(
      of('catch-all', limited())[0] ?? '',
      /^spec: Invalid value: .*: spec of 'catch-all' must equal the fixed value$/,
    );
  });
  test('columns', () => {
    const cells = (name: string, spec: object): unknown[] =>
      definition.columns.map((column) => column.value(make(definition, name, spec)));
    const created = '2026-01-01T00:00:00Z';
    assert.deepEqual(cells('a', queued({})), ['a', 'Limited', 30, 64, 8, 50, created]);
    const none = '<none>';
    assert.deepEqual(cells('a', limited()), ['a', 'Limited', 30, none, none, none, created]);
    assert.deepEqual(cells('exempt', { type: 'Exempt' }), [
      'exempt',
      'Exempt',
      none,
      none,
      none,
      none,
      created,
    ]);
  });
});
