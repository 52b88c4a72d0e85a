import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject, ObjectMeta } from '../../../../apimachinery/object-meta.ts';
import { decodeObject } from '../../../../apimachinery/schema/decode.ts';
import { validateValue } from '../../../../apimachinery/schema/validate.ts';
import { projectDefinition } from './project-definition.ts';
import { projectSchema } from './project-schema.ts';

const { strategy } = projectDefinition;
const context = {
  nowMs: Date.parse('2026-01-01T00:00:00Z'),
  user: { name: 'ann', uid: '', groups: [], extra: {} },
  dryRun: false,
  newUid: () => 'u',
  revision: 7,
};
const label = 'resourcemanager.miloapis.com/organization-name';
const finalizer = 'resourcemanager.miloapis.com/project-controller';
const ready = {
  type: 'Ready',
  status: 'True',
  reason: 'Ready',
  message: 'The control plane of the project is ready to use.',
  observedGeneration: 1,
  lastTransitionTime: '2026-01-01T00:00:00Z',
};

function project(owner: string, metadata: ObjectMeta = {}): KubeObject {
  const [kind, name] = owner.split('/');
  return structuredClone({
    apiVersion: 'resourcemanager.miloapis.com/v1alpha1',
    kind: 'Project',
    metadata: { name: 'web', ...metadata },
    spec: { ownerRef: { kind, name } },
  });
}

describe('a new project', () => {
  function check(given: KubeObject, labels: Record<string, string> | undefined): void {
    strategy.prepareForCreate?.(given, context);
    assert.deepEqual(given.metadata.labels, labels);
    assert.deepEqual(given.metadata.finalizers, [finalizer]);
    assert.deepEqual(given.status, { startRevision: 7, conditions: [ready] });
  }
  test('is ready, and knows its organization', () =>
    check(project('Organization/acme'), { [label]: 'acme' }));
  test('keeps its other labels', () =>
    check(project('Organization/acme', { labels: { x: 'y' } }), { x: 'y', [label]: 'acme' }));
  test('belongs to its owner, whatever the label says', () =>
    check(project('Organization/acme', { labels: { [label]: 'other' } }), { [label]: 'acme' }));
  test('under a folder leaves the label to the engine', () => check(project('Folder/team'), undefined));
  test('under a folder cannot claim an organization', () =>
    check(project('Folder/team', { labels: { [label]: 'other' } }), {}));
});

describe('an updated project', () => {
  const old = project('Organization/acme', { generation: 1, labels: { [label]: 'acme' } });
  old.status = { conditions: [ready] };

  function checkPrepared(given: KubeObject, labels: Record<string, string>, generation: number): void {
    given.status = structuredClone(old.status);
    strategy.prepareForUpdate?.(given, old, { ...context, nowMs: context.nowMs + 1000 });
    assert.deepEqual(given.metadata.labels, labels);
    assert.deepEqual(given.status, { conditions: [{ ...ready, observedGeneration: generation }] });
  }
  test('gets its label back', () => checkPrepared(project('Organization/acme'), { [label]: 'acme' }, 1));
  test('moves', () => checkPrepared(project('Folder/team'), { [label]: 'acme' }, 2));

  function check(given: KubeObject, expected: string[]): void {
    const errors = strategy.validateUpdate?.(given, old) ?? [];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  test('may move to a folder', () => check(project('Folder/team', { labels: { [label]: 'acme' } }), []));
  test('may not move to another organization', () =>
    check(project('Organization/other', { labels: { [label]: 'acme' } }), [
      'spec.ownerRef: Forbidden: a project may not leave its organization "acme"',
    ]));
  test('may not be labelled with another organization', () =>
    check(project('Organization/acme', { labels: { [label]: 'other' } }), [
      `metadata.labels[${label}]: Invalid value: "other": field is immutable`,
    ]));
  test('may be labelled when it was not', () =>
    assert.deepEqual(
      strategy.validateUpdate?.(
        project('Folder/team', { labels: { [label]: 'acme' } }),
        project('Folder/team'),
      ),
      [],
    ));
});

describe('status', () => {
  function check(incoming: object | undefined, expected: object): void {
    const stored = project('Organization/acme');
    strategy.prepareForCreate?.(stored, context);
    const given = project('Folder/other', { labels: { x: 'y' } });
    if (incoming !== undefined) given.status = incoming;
    const before = structuredClone(stored);
    projectDefinition.subresources[0]?.merge(stored, given);
    assert.deepEqual(stored, { ...before, status: expected });
  }
  test('is written', () => check({ conditions: [] }, { conditions: [], startRevision: 7 }));
  test('but not where the control plane began', () => check({ startRevision: 1 }, { startRevision: 7 }));
  test('nor by leaving it all out', () => check(undefined, { startRevision: 7 }));
});

describe('fields', () => {
  function check(spec: object | undefined, expected: string[]): void {
    const { spec: _, ...rest } = project('Organization/acme');
    const object = decodeObject((spec === undefined ? rest : { ...rest, spec }) as never, projectSchema);
    assert.deepEqual(
      validateValue(projectSchema, object).map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  test('an owner', () => check({ ownerRef: { kind: 'Folder', name: 'team' } }, []));
  test('no spec', () => check(undefined, ['spec: Required value']));
  test('no owner', () => check({}, ['spec.ownerRef: Required value']));
  test('no name', () => check({ ownerRef: { kind: 'Folder' } }, ['spec.ownerRef.name: Required value']));
  test('an owner of another kind', () =>
    check({ ownerRef: { kind: 'User', name: 'ann' } }, [
      'spec.ownerRef.kind: Unsupported value: "User": supported values: "Organization", "Folder"',
    ]));
});

describe('names', () => {
  function check(name: string, expected: string[]): void {
    assert.deepEqual(strategy.validateName?.(name), expected);
  }
  test('a subdomain', () => check('web.v2', []));
  test('55 bytes', () => check('a'.repeat(55), []));
  test('not 56', () => check('a'.repeat(56), ['must be no more than 55 characters']));
});

describe('its surroundings', () => {
  const object = project('Organization/acme', { creationTimestamp: '2026-01-01T00:00:00Z' });
  test('the owner is referred to', () =>
    assert.deepEqual(strategy.references?.(object), [
      {
        definition: { group: 'resourcemanager.miloapis.com', resource: 'organizations' },
        namespace: '',
        name: 'acme',
        field: 'spec.ownerRef',
      },
    ]));
  test('it is among the children of its owner', () =>
    assert.deepEqual(projectDefinition.indexes?.[0]?.values(object), ['Organization/acme']));
  test('columns', () => {
    strategy.prepareForCreate?.(object, context);
    assert.deepEqual(
      projectDefinition.columns.map((column) => column.value(object)),
      ['web', undefined, 'Organization/acme', 'True', '2026-01-01T00:00:00Z'],
    );
  });
  test('a deleted project says that it is being emptied', () => {
    const deleted = project('Organization/acme', { generation: 2 });
    deleted.status = { conditions: [ready] };
    strategy.prepareForDelete?.(deleted, context);
    assert.deepEqual(deleted.status.conditions, [
      ready,
      {
        type: 'ResourceCleanup',
        status: 'False',
        reason: 'CleanupStarted',
        message: 'The project takes no more writes; what is in its control plane is being removed.',
        observedGeneration: 2,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ]);
  });
});
