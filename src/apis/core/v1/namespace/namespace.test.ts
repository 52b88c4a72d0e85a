import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject, ObjectMeta } from '../../../../apimachinery/object-meta.ts';
import { namespaceDefinition } from './namespace-definition.ts';
import { namespaceFinalizeSubresource, namespaceStatusSubresource } from './namespace-strategy.ts';

const { strategy } = namespaceDefinition;
const context = {
  nowMs: 0,
  user: { name: 'ann', uid: '', groups: [], extra: {} },
  dryRun: false,
  newUid: () => 'u',
  revision: 0,
};
const named = { name: 'a', labels: { 'kubernetes.io/metadata.name': 'a' } };

function namespace(fields: { metadata?: ObjectMeta; spec?: object; status?: object } = {}): KubeObject {
  return structuredClone({ apiVersion: 'v1', kind: 'Namespace', metadata: named, ...fields });
}

describe('a new namespace', () => {
  function check(given: KubeObject, expected: KubeObject): void {
    strategy.defaults?.(given);
    strategy.prepareForCreate?.(given, context);
    assert.deepEqual(given, expected);
  }
  const active = { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };

  test('is active, held, and labelled with its name', () =>
    check(namespace({ metadata: { name: 'a' } }), namespace(active)));
  test('keeps its other labels', () =>
    check(
      namespace({ metadata: { name: 'a', labels: { x: 'y', 'kubernetes.io/metadata.name': 'b' } } }),
      namespace({ ...active, metadata: { name: 'a', labels: { ...named.labels, x: 'y' } } }),
    ));
  test('keeps finalizers given, before its own', () =>
    check(
      namespace({ spec: { finalizers: ['example.com/x'] } }),
      namespace({ ...active, spec: { finalizers: ['example.com/x', 'kubernetes'] } }),
    ));
  test('does not name its own finalizer twice', () =>
    check(namespace({ spec: { finalizers: ['kubernetes'] } }), namespace(active)));
});

describe('an updated namespace', () => {
  function check(given: KubeObject, old: KubeObject, expected: KubeObject): void {
    strategy.prepareForUpdate?.(given, old, context);
    assert.deepEqual(given, expected);
  }
  const old = namespace({ spec: { finalizers: ['kubernetes'] } });

  test('keeps its finalizers', () => check(namespace({ spec: { finalizers: [] } }), old, old));
  test('gets no finalizers it has not', () => check(old, namespace(), namespace()));
  test('gets its label back', () => check(namespace({ ...old, metadata: { name: 'a' } }), old, old));
});

describe('names', () => {
  function check(name: string, isGood: boolean): void {
    assert.equal(strategy.validateName?.(name).length === 0, isGood);
  }
  test('a label', () => check('a-1', true));
  test('no dots', () => check('a.b', false));
  test('63 bytes', () => check('a'.repeat(63), true));
  test('not 64 bytes', () => check('a'.repeat(64), false));
});

describe('finalizers', () => {
  function check(finalizers: string[], expected: string[]): void {
    const errors = strategy.validate?.(namespace({ spec: { finalizers } })) ?? [];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  test('none', () => check([], []));
  test('standard ones', () => check(['kubernetes', 'orphan', 'foregroundDeletion'], []));
  test('qualified ones', () => check(['example.com/x'], []));
  test('others', () =>
    check(
      ['x'],
      [
        'spec.finalizers: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified',
      ],
    ));
});

describe('deletion', () => {
  function checkRefusal(name: string, expected: string | undefined): void {
    assert.equal(strategy.refuseDelete?.(namespace({ metadata: { name } })), expected);
  }
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    test(`${name} stays`, () => checkRefusal(name, 'this namespace may not be deleted'));
  }
  test('others go', () => checkRefusal('kube-other', undefined));

  function checkHeld(finalizers: string[] | undefined, expected: boolean): void {
    const spec = finalizers === undefined ? {} : { finalizers };
    assert.equal(strategy.isHeld?.(namespace({ spec })), expected);
  }
  test('held by a finalizer', () => checkHeld(['kubernetes'], true));
  test('not held by none', () => checkHeld([], false));
  test('not held by an absent list', () => checkHeld(undefined, false));

  test('makes it terminating', () => {
    const object = namespace({ status: { phase: 'Active', conditions: [] } });
    strategy.prepareForDelete?.(object, context);
    assert.deepEqual(object.status, { phase: 'Terminating', conditions: [] });
  });
});

describe('status', () => {
  const { merge, validate } = namespaceStatusSubresource;
  test('takes status and labels, and leaves the rest', () => {
    const stored = namespace({
      metadata: { ...named, uid: 'u', finalizers: ['example.com/x'] },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
    const conditions = [{ type: 'T', status: 'True' }];
    merge(
      stored,
      namespace({
        metadata: { name: 'a', uid: 'other', labels: { x: 'y' } },
        status: { phase: 'Active', conditions },
      }),
    );
    assert.deepEqual(
      stored,
      namespace({
        metadata: { name: 'a', uid: 'u', labels: { x: 'y' } },
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active', conditions },
      }),
    );
  });

  function check(deletionTimestamp: string | undefined, phase: string, expected: string[]): void {
    const metadata = deletionTimestamp === undefined ? named : { ...named, deletionTimestamp };
    const object = namespace({ metadata, status: { phase } });
    const errors = validate?.(object, object) ?? [];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  const now = '2026-01-01T00:00:00Z';
  test('active while it is not deleted', () => check(undefined, 'Active', []));
  test('terminating once it is', () => check(now, 'Terminating', []));
  test('not terminating before', () =>
    check(undefined, 'Terminating', [
      'status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty',
    ]));
  test('not active after', () =>
    check(now, 'Active', [
      'status.Phase: Invalid value: "Active": may only be \'Terminating\' if `deletionTimestamp` is not empty',
    ]));
});

describe('finalize', () => {
  function check(wanted: string[] | undefined, expected: object): void {
    const stored = namespace({ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Terminating' } });
    const incoming = namespace({
      metadata: { name: 'a', labels: { x: 'y' } },
      ...(wanted === undefined ? {} : { spec: { finalizers: wanted } }),
      status: { phase: 'Active' },
    });
    namespaceFinalizeSubresource.merge(stored, incoming);
    const { metadata } = incoming;
    assert.deepEqual(stored, namespace({ metadata, spec: expected, status: { phase: 'Terminating' } }));
  }
  test('lets go with an empty list', () => check([], {}));
  test('lets go with no list', () => check(undefined, {}));
  test('takes finalizers and metadata, and nothing else', () =>
    check(['example.com/x'], { finalizers: ['example.com/x'] }));
});

describe('columns', () => {
  test('name, status, age', () => {
    const object = namespace({
      metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' },
      status: { phase: 'Active' },
    });
    assert.deepEqual(
      namespaceDefinition.columns.map((column) => column.value(object)),
      ['a', 'Active', '2026-01-01T00:00:00Z'],
    );
  });
});
