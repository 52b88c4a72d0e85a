import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from './limits.ts';
import { type MetaRules, validateObjectMeta, validateObjectMetaUpdate } from './metadata-validation.ts';
import type { ObjectMeta } from './object-meta.ts';

/** Errors as lines: reason, field, and how the message starts. */
function check(meta: ObjectMeta, want: readonly string[], rules: MetaRules = { namespaced: true }): void {
  const errors = validateObjectMeta(
    { name: 'n', ...(rules.namespaced ? { namespace: 'ns' } : {}), ...meta },
    rules,
  );
  compare(
    errors.map((e) => `${e.reason} ${e.field}: ${e.message}`),
    want,
  );
}
function compare(got: readonly string[], want: readonly string[]): void {
  assert.equal(got.length, want.length, got.join('\n'));
  got.forEach((line, i) => {
    assert.ok(line.startsWith(want[i]!), `${line}\nshould start with\n${want[i]}`);
  });
}
const cluster: MetaRules = { namespaced: false };

test('names', () => {
  check({}, []);
  check({ name: '' }, ['FieldValueRequired metadata.name: Required value: name or generateName is required']);
  check({ name: 'A' }, [
    'FieldValueInvalid metadata.name: Invalid value: "A": a lowercase RFC 1123 subdomain must',
  ]);
  check({ name: 'x', generateName: 'web-' }, []);
  check({ name: 'x', generateName: 'Web-' }, [
    'FieldValueInvalid metadata.generateName: Invalid value: "Web-": a low',
  ]);
  check({ name: 'any' }, ['FieldValueInvalid metadata.name: Invalid value: "any": no'], {
    namespaced: true,
    validateName: () => ['no'],
  });
  check({ name: '' }, ['FieldValueRequired spec.template.metadata.name: Required value'], {
    namespaced: true,
    path: 'spec.template.metadata',
  });
});

test('namespaces', () => {
  check({ namespace: '' }, ['FieldValueRequired metadata.namespace: Required value']);
  check({ namespace: 'a_b' }, [
    'FieldValueInvalid metadata.namespace: Invalid value: "a_b": a lowercase RFC 1123 label',
  ]);
  check({}, [], cluster);
  check(
    { namespace: 'ns' },
    ['FieldValueForbidden metadata.namespace: Forbidden: not allowed on this type'],
    cluster,
  );
});

test('labels, annotations, generation', () => {
  check({ labels: { 'a.b/c': 'd', e: '' }, annotations: { 'A.b/C': '\n any text' } }, []);
  check({ labels: { 'a b': 'c' } }, [
    'FieldValueInvalid metadata.labels: Invalid value: "a b": name part must consist',
  ]);
  check({ labels: { a: 'b c' } }, [
    'FieldValueInvalid metadata.labels: Invalid value: "b c": a valid label must be',
  ]);
  check({ annotations: { 'a/b/c': '' } }, [
    'FieldValueInvalid metadata.annotations: Invalid value: "a/b/c": a valid',
  ]);
  const bytes = limits.annotationsBytes;
  check({ annotations: { ab: 'é'.repeat(bytes / 2 - 1) } }, []);
  check({ annotations: { abc: 'é'.repeat(bytes / 2 - 1) } }, [
    'FieldValueTooLong metadata.annotations: Too long: may not be more than 262144 bytes',
  ]);
  check({ generation: -1 }, [
    'FieldValueInvalid metadata.generation: Invalid value: -1: must be greater than or equal to 0',
  ]);
});

test('owner references', () => {
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u' };
  const at = 'FieldValueInvalid metadata.ownerReferences';
  check({ ownerReferences: [owner, { ...owner, controller: true }, { ...owner, controller: false }] }, []);
  check({ ownerReferences: [{} as typeof owner] }, [
    `${at}.apiVersion: Invalid value: "": version must not be empty`,
    `${at}.kind: Invalid value: "": must not be empty`,
    `${at}.name: Invalid value: "": must not be empty`,
    `${at}.uid: Invalid value: "": must not be empty`,
  ]);
  check({ ownerReferences: [{ ...owner, apiVersion: 'apps/' }] }, [
    `${at}.apiVersion: Invalid value: "apps/"`,
  ]);
  check({ ownerReferences: [{ ...owner, kind: 'Event' }] }, [
    `${at}: Invalid value: {"apiVersion":"v1","kind":"Event","name":"o","uid":"u"}: /v1, Kind=Event is disallowed from`,
  ]);
  check({ ownerReferences: [{ ...owner, apiVersion: 'events.k8s.io/v1', kind: 'Event' }] }, []);
  const both = { ...owner, controller: true };
  const errors = validateObjectMeta({ name: 'n', ownerReferences: [both, { ...both, name: 'p' }] }, cluster);
  assert.match(errors[0]!.message, /Found "true" in references for ConfigMap\/o and ConfigMap\/p$/);
});

test('finalizers', () => {
  check({ finalizers: ['kubernetes', 'a.b/c', 'orphan'] }, []);
  check({ finalizers: ['a b', ''] }, [
    'FieldValueInvalid metadata.finalizers: Invalid value: "a b": name part must consist',
    'FieldValueInvalid metadata.finalizers: Invalid value: "": name part must be non-empty',
    'FieldValueInvalid metadata.finalizers: Invalid value: "": name part must consist',
  ]);
  check({ finalizers: ['orphan', 'foregroundDeletion'] }, [
    'FieldValueInvalid metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and',
  ]);
});

test('updates keep what is not theirs to change', () => {
  const old: ObjectMeta = { name: 'n', namespace: 'ns', uid: 'u', resourceVersion: '7', generation: 3 };
  const update = (change: ObjectMeta, before: ObjectMeta, want: readonly string[]): void => {
    const errors = validateObjectMetaUpdate({ ...old, ...change }, { ...old, ...before });
    compare(
      errors.map((e) => `${e.field}: ${e.message}`),
      want,
    );
  };
  const deleted = { deletionTimestamp: '2020-01-01T00:00:00Z', finalizers: ['a', 'b'] };
  update({ generation: 4, labels: { a: 'b' } }, {}, []);
  update({ name: 'm' }, {}, ['metadata.name: Invalid value: "m": field is immutable']);
  update({ namespace: '' }, {}, ['metadata.namespace: Invalid value: "": field is immutable']);
  update({ uid: 'v' }, {}, ['metadata.uid: Invalid value: "v": field is immutable']);
  update({ creationTimestamp: '2020-01-01T00:00:00Z' }, { creationTimestamp: null }, [
    'metadata.creationTimestamp: Invalid value: "2020-01-01T00:00:00Z": field is immutable',
  ]);
  update({ creationTimestamp: null }, {}, []);
  update({}, { deletionGracePeriodSeconds: 0 }, [
    'metadata.deletionGracePeriodSeconds: Invalid value: null: field is',
  ]);
  update({ resourceVersion: '' }, {}, [
    'metadata.resourceVersion: Invalid value: "": must be specified for an update',
  ]);
  update({ generation: 2 }, {}, ['metadata.generation: Invalid value: 2: must not be decremented']);
  update({ ...deleted, finalizers: ['b'] }, deleted, []);
  update({ ...deleted, finalizers: ['b', 'z', 'c'] }, deleted, [
    'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c", "z"}',
  ]);
  update({ finalizers: ['a'] }, {}, []);
});
