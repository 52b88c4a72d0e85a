/** Where what versions say is looked for, and with that where errors are told. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { formOf, schemasOf } from './definition-form.ts';

const a = { openAPIV3Schema: { type: 'object', title: 'a' } };
const b = { openAPIV3Schema: { type: 'object', title: 'b' } };
const columns = [{ name: 'Size', type: 'integer', jsonPath: '.size' }];

function formWith(spec: object): ReturnType<typeof formOf> {
  const definition: KubeObject = { apiVersion: '', kind: '', metadata: { name: 'd' }, spec };
  return formOf(definition);
}
const paths = (spec: object): string[] => [...schemasOf(formWith(spec).spec)].map(([, path]) => path);

describe('schemas', () => {
  const check = (versions: object[], expected: string[]): void =>
    assert.deepEqual(paths({ versions }), expected);
  test('of one version', () => check([{ name: 'v1', schema: a }], ['spec.validation.openAPIV3Schema']));
  test('that are alike', () =>
    check(
      [
        { name: 'v1', schema: a },
        { name: 'v2', schema: structuredClone(a) },
      ],
      ['spec.validation.openAPIV3Schema'],
    ));
  test('that are not', () =>
    check(
      [
        { name: 'v1', schema: a },
        { name: 'v2', schema: b },
      ],
      ['spec.versions[0].schema.openAPIV3Schema', 'spec.versions[1].schema.openAPIV3Schema'],
    ));
  test('of which one is missing', () =>
    check([{ name: 'v1' }, { name: 'v2', schema: b }], ['spec.versions[1].schema.openAPIV3Schema']));
  test('of which all are', () => check([{ name: 'v1' }, { name: 'v2' }], []));
});

test('each thing that versions say goes up by itself', () => {
  const { spec } = formWith({
    versions: [
      { name: 'v1', schema: a, additionalPrinterColumns: columns, subresources: { status: {} } },
      { name: 'v2', schema: b, additionalPrinterColumns: columns },
    ],
  });
  assert.equal(spec.version, 'v1');
  assert.deepEqual(spec.additionalPrinterColumns, columns);
  assert.equal(spec.validation, undefined);
  assert.equal(spec.subresources, undefined);
  assert.deepEqual(spec.versions, [
    { name: 'v1', schema: a, subresources: { status: {} } },
    { name: 'v2', schema: b },
  ]);
});

test('the webhook of a conversion is flat', () => {
  const clientConfig = { url: 'https://a.example' };
  const webhook = { clientConfig, conversionReviewVersions: ['v1'] };
  assert.deepEqual(formWith({ conversion: { strategy: 'Webhook', webhook } }).spec.conversion, {
    strategy: 'Webhook',
    webhookClientConfig: clientConfig,
    conversionReviewVersions: ['v1'],
  });
  assert.deepEqual(formWith({ conversion: { strategy: 'None' } }).spec.conversion, { strategy: 'None' });
});

test('what is said of no version is nothing, and unknown fields are not kept', () => {
  assert.deepEqual(formWith({}), {
    metadata: { name: 'd' },
    status: {},
    spec: { preserveUnknownFields: false },
  });
});

test('the definition stays as it is', () => {
  const definition: KubeObject = {
    apiVersion: '',
    kind: '',
    metadata: { name: 'd' },
    spec: { versions: [{ name: 'v1', schema: a }] },
  };
  const before = structuredClone(definition);
  formOf(definition);
  assert.deepEqual(definition, before);
});
