import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject, ObjectMeta } from '../../../../apimachinery/object-meta.ts';
import { decodeObject } from '../../../../apimachinery/schema/decode.ts';
import { validateValue } from '../../../../apimachinery/schema/validate.ts';
import { organizationDefinition } from './organization-definition.ts';
import { organizationSchema } from './organization-schema.ts';

const { strategy, subresources } = organizationDefinition;
const createdMs = Date.parse('2026-01-01T00:00:00Z');
const created = '2026-01-01T00:00:00Z';
const context = {
  nowMs: createdMs,
  user: { name: 'ann', uid: '', groups: [], extra: {} },
  dryRun: false,
  newUid: () => 'u',
  revision: 0,
};
const later = { ...context, nowMs: createdMs + 60_000 };
const contactInfo = { email: 'ann@example.com', name: 'Ann' };

function organization(spec: object | undefined, metadata: ObjectMeta = {}): KubeObject {
  return structuredClone({
    apiVersion: 'resourcemanager.miloapis.com/v1alpha1',
    kind: 'Organization',
    metadata: { name: 'acme', ...metadata },
    ...(spec === undefined ? {} : { spec }),
  });
}
/** As the engine makes one. */
function stored(spec?: object): KubeObject {
  const object = organization(spec, { uid: 'u1', generation: 1 });
  strategy.prepareForCreate?.(object, context);
  return object;
}
/** As the engine changes one: the status is the stored one when the strategy sees it. */
function updated(old: KubeObject, spec: object | undefined): KubeObject {
  const object = { ...structuredClone(old), ...(spec === undefined ? {} : { spec }) };
  if (spec === undefined) delete object.spec;
  strategy.prepareForUpdate?.(object, old, later);
  return object;
}

describe('a new organization', () => {
  function check(spec: object | undefined, onboarding: object): void {
    assert.deepEqual(stored(spec).status, {
      observedGeneration: 1,
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Ready',
          message: 'The organization is ready to use.',
          observedGeneration: 1,
          lastTransitionTime: created,
        },
        { type: 'OnboardingComplete', observedGeneration: 1, lastTransitionTime: created, ...onboarding },
      ],
    });
  }
  const incomplete = {
    status: 'False',
    reason: 'ContactInfoIncomplete',
    message: 'The organization needs a name and an email address in spec.contactInfo.',
  };
  test('is ready', () => check(undefined, incomplete));
  test('is not onboarded by its type', () => check({ type: 'Standard' }, incomplete));
  test('is onboarded by its contact', () =>
    check({ contactInfo }, { status: 'True', reason: 'Ready', message: 'The organization can be reached.' }));

  function checkFinalizers(given: string[] | undefined, expected: string[]): void {
    const object = organization({}, given === undefined ? {} : { finalizers: given });
    strategy.prepareForCreate?.(object, context);
    assert.deepEqual(object.metadata.finalizers, expected);
  }
  const own = 'resourcemanager.miloapis.com/organization-namespace';
  test('has its finalizer', () => checkFinalizers(undefined, [own]));
  test('keeps others', () => checkFinalizers(['example.com/x'], ['example.com/x', own]));
  test('has it once', () => checkFinalizers([own], [own]));
});

describe('a change', () => {
  function check(
    before: object | undefined,
    after: object | undefined,
    expected: Record<string, unknown>,
  ): void {
    const { status } = updated(stored(before), after);
    const [ready, onboarding] = status.conditions;
    assert.deepEqual(
      {
        generation: status.observedGeneration,
        ready: ready.observedGeneration,
        onboarding: onboarding.status,
        since: onboarding.lastTransitionTime,
      },
      { generation: ready.observedGeneration, ...expected },
    );
  }
  const changed = '2026-01-01T00:01:00Z';
  test('of nothing', () => check({}, {}, { ready: 1, onboarding: 'False', since: created }));
  test('that completes it', () =>
    check({}, { contactInfo }, { ready: 2, onboarding: 'True', since: changed }));
  test('that undoes it', () => check({ contactInfo }, {}, { ready: 2, onboarding: 'False', since: changed }));
  test('beside it', () =>
    check(
      { contactInfo },
      { contactInfo: { ...contactInfo, businessName: 'Acme' } },
      { ready: 2, onboarding: 'True', since: created },
    ));
  test('of nothing leaves the object as it was', () => {
    const old = stored({ contactInfo });
    assert.deepEqual(updated(old, old.spec), old);
  });
  test('does not bring back a Ready that was taken away', () => {
    const old = stored({});
    old.status.conditions[0].status = 'False';
    assert.equal(updated(old, { contactInfo }).status.conditions[0].status, 'False');
  });
});

describe('type', () => {
  function check(before: object, after: object, expected: string[]): void {
    const errors = strategy.validateUpdate?.(organization(after), organization(before)) ?? [];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  test('may be given later', () => check({}, { type: 'Personal' }, []));
  test('may stay', () => check({ type: 'Personal' }, { type: 'Personal' }, []));
  test('may not change', () =>
    check({ type: 'Personal' }, { type: 'Standard' }, [
      'spec.type: Invalid value: "Standard": field is immutable',
    ]));
  test('may not be taken back', () =>
    check({ type: 'Personal' }, {}, ['spec.type: Invalid value: "": field is immutable']));
});

describe('fields', () => {
  function check(spec: object | undefined, expected: string[]): void {
    const object = decodeObject(organization(spec) as never, organizationSchema);
    assert.deepEqual(
      validateValue(organizationSchema, object).map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  const address = (fields: object): object => ({ contactInfo: { ...contactInfo, address: fields } });

  test('none', () => check(undefined, []));
  test('all', () =>
    check(
      {
        type: 'Standard',
        contactInfo: {
          ...contactInfo,
          businessName: 'Acme',
          address: { country: 'CH', line1: '1', line2: '2', city: 'Bern', region: 'BE', postalCode: '3000' },
        },
      },
      [],
    ));
  test('type', () =>
    check({ type: 'Other' }, [
      'spec.type: Unsupported value: "Other": supported values: "Personal", "Standard"',
    ]));
  test('a contact needs a name and an email', () =>
    check({ contactInfo: {} }, [
      'spec.contactInfo.email: Required value',
      'spec.contactInfo.name: Required value',
    ]));
  test('an address needs a country', () =>
    check(address({}), ['spec.contactInfo.address.country: Required value']));
  test('a country is two capital letters', () =>
    check(address({ country: 'che' }), [
      `spec.contactInfo.address.country: Invalid value: "che": spec.contactInfo.address.country in body should match '^[A-Z]{2}$'`,
    ]));
  test('a postal code is short', () =>
    check(address({ country: 'CH', postalCode: '0'.repeat(33) }), [
      'spec.contactInfo.address.postalCode: Too long: may not be more than 32 bytes',
    ]));
});

describe('names', () => {
  function check(name: string, expected: string[]): void {
    assert.deepEqual(strategy.validateName?.(name), expected);
  }
  test('a label', () => check('acme-1', []));
  test('50 bytes', () => check('a'.repeat(50), []));
  test('not 51', () => check('a'.repeat(51), ['must be no more than 50 characters']));
  test('no dots: it is part of the name of a namespace', () =>
    assert.equal(strategy.validateName?.('a.b').length, 1));
});

describe('its namespace', () => {
  test('is written with it', () =>
    assert.deepEqual(strategy.companions?.(stored(), context), [
      {
        definition: { group: '', resource: 'namespaces' },
        object: {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: {
            name: 'organization-acme',
            labels: {
              'resourcemanager.miloapis.com/organization': 'acme',
              'resourcemanager.miloapis.com/type': 'organization',
            },
            ownerReferences: [
              {
                apiVersion: 'resourcemanager.miloapis.com/v1alpha1',
                kind: 'Organization',
                name: 'acme',
                uid: 'u1',
              },
            ],
          },
        },
      },
    ]));
});

describe('columns', () => {
  test('name, display name, type, conditions, age', () => {
    const object = stored({ type: 'Standard' });
    object.metadata.annotations = { 'kubernetes.io/display-name': 'Acme Inc.' };
    assert.deepEqual(
      organizationDefinition.columns.map((column) => column.value(object)),
      ['acme', 'Acme Inc.', 'Standard', 'False', 'True', ''],
    );
  });
});

test('status is written without anything else', () => {
  const object = stored({ type: 'Standard' });
  const expected = { ...structuredClone(object), status: { conditions: [] } };
  const incoming = organization({ type: 'Personal' }, { labels: { x: 'y' } });
  subresources[0]?.merge(object, { ...incoming, status: { conditions: [] } });
  assert.deepEqual(object, expected);
});
