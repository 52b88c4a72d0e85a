import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { decodeObject } from '../../../../apimachinery/schema/decode.ts';
import { validateValue } from '../../../../apimachinery/schema/validate.ts';
import { folderDefinition } from './folder-definition.ts';
import { folderSchema } from './folder-schema.ts';

const { strategy } = folderDefinition;
const context = {
  nowMs: Date.parse('2026-01-01T00:00:00Z'),
  user: { name: 'ann', uid: '', groups: [], extra: {} },
  dryRun: false,
  newUid: () => 'u',
  revision: 0,
};
const folder = (spec: object | undefined): KubeObject => ({
  apiVersion: 'resourcemanager.miloapis.com/v1alpha1',
  kind: 'Folder',
  metadata: { name: 'team', generation: 1 },
  ...(spec === undefined ? {} : { spec }),
});
const under = (kind: string, name: string): KubeObject => folder({ parentRef: { kind, name } });

describe('fields', () => {
  function check(given: KubeObject, expected: string[]): void {
    const object = decodeObject(given as never, folderSchema);
    assert.deepEqual(
      validateValue(folderSchema, object).map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  test('under an organization', () => check(under('Organization', 'acme'), []));
  test('under a folder', () => check(under('Folder', 'all'), []));
  test('not without a spec', () => check(folder(undefined), ['spec: Required value']));
  test('not without a parent', () => check(folder({}), ['spec.parentRef: Required value']));
  test('not under half a parent', () =>
    check(folder({ parentRef: {} }), [
      'spec.parentRef.kind: Required value',
      'spec.parentRef.name: Required value',
    ]));
  test('not under a project', () =>
    check(under('Project', 'p'), [
      'spec.parentRef.kind: Unsupported value: "Project": supported values: "Organization", "Folder"',
    ]));
  test('not under a parent without a name', () =>
    check(under('Folder', ''), [
      `spec.parentRef.name: Invalid value: "": spec.parentRef.name in body should be at least 1 chars long`,
    ]));
});

describe('status', () => {
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'Ready',
    message: 'The folder is ready to use.',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  function check(change: (folder: KubeObject) => void, generation: number): void {
    const old = under('Organization', 'acme');
    strategy.prepareForCreate?.(old, context);
    const object = structuredClone(old);
    change(object);
    strategy.prepareForUpdate?.(object, old, { ...context, nowMs: context.nowMs + 1000 });
    assert.deepEqual(object.status, {
      observedGeneration: generation,
      conditions: [{ ...ready, observedGeneration: generation }],
    });
  }
  test('ready at once', () => check(() => {}, 1));
  test('as ready after a label', () =>
    check((object) => {
      object.metadata.labels = { x: 'y' };
    }, 1));
  test('as ready after a move', () =>
    check((object) => {
      object.spec.parentRef.name = 'other';
    }, 2));
});

test('a new folder is held until nothing is in it', () => {
  const object = under('Organization', 'acme');
  strategy.prepareForCreate?.(object, context);
  assert.deepEqual(object.metadata.finalizers, ['resourcemanager.miloapis.com/children']);
});

describe('the parent', () => {
  function check(object: KubeObject, resource: string | undefined, indexed: string | undefined): void {
    const reference = (name: string): object => ({
      definition: { group: 'resourcemanager.miloapis.com', resource },
      namespace: '',
      name,
      field: 'spec.parentRef',
    });
    assert.deepEqual(
      strategy.references?.(object),
      resource === undefined ? [] : [reference(object.spec.parentRef.name)],
    );
    const values = folderDefinition.indexes?.find(({ name }) => name === 'children')?.values(object);
    assert.deepEqual(values, indexed === undefined ? [] : [indexed]);
    assert.equal(folderDefinition.columns.find(({ name }) => name === 'Parent')?.value(object), indexed);
  }
  test('an organization', () => check(under('Organization', 'acme'), 'organizations', 'Organization/acme'));
  test('a folder', () => check(under('Folder', 'all'), 'folders', 'Folder/all'));
  test('none of another kind', () => check(under('Project', 'p'), undefined, undefined));
  test('none named like what all objects have', () => check(under('toString', 'x'), undefined, undefined));
  test('none without a name', () => check(under('Folder', ''), undefined, undefined));
  test('none without a spec', () => check(folder(undefined), undefined, undefined));
});

describe('names', () => {
  function check(name: string, isGood: boolean): void {
    assert.equal(strategy.validateName?.(name).length === 0, isGood);
  }
  test('63 bytes', () => check('a'.repeat(63), true));
  test('not 64', () => check('a'.repeat(64), false));
  test('no dots', () => check('a.b', false));
});
