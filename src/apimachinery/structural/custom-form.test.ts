import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invalidValue, tooLong } from '../field-error.ts';
import type { JsonObject, KubeObject } from '../object-meta.ts';
import { DecodeError } from '../schema/decode.ts';
import { customForm } from './custom-form.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';

const string: JsonSchemaProps = { type: 'string' };
const form = customForm({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1 },
        colour: { ...string, default: 'red' },
        note: string,
        tags: { type: 'array', items: { ...string, maxLength: 3 }, 'x-kubernetes-list-type': 'set' },
        template: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
      },
    },
  },
});
const widget = (spec: JsonObject): KubeObject =>
  ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' }, spec }) as unknown as KubeObject;
const asJson = (object: KubeObject): JsonObject => object as unknown as JsonObject;

test('what a client sent is typed, pruned and defaulted, and unknown fields are told', () => {
  const unknown: string[] = [];
  const sent = asJson(
    widget({ size: 1, colour: null, note: null, extra: {}, template: { metadata: { x: 1 } } }),
  );
  sent.metadata = { name: 'a', labels: null, odd: 1 };
  const decoded = form.decode(sent, unknown);
  assert.deepEqual(decoded.metadata, { name: 'a' });
  assert.deepEqual(decoded.spec, { size: 1, colour: 'red', template: { metadata: {} } });
  assert.deepEqual(unknown, ['metadata.odd', 'spec.extra', 'spec.template.metadata.x']);
});

test('metadata of a wrong type is refused from a client, and dropped from what is stored', () => {
  const wrong = (): KubeObject => widget({ size: 1, template: { metadata: { labels: 5 }, kind: 3 } });
  assert.throws(() => form.decode(asJson(wrong())), DecodeError);
  assert.throws(() => form.decode({ ...asJson(widget({})), metadata: 'a' }), DecodeError);
  const stored = wrong();
  form.complete(stored);
  assert.deepEqual(stored.spec.template, { metadata: {} });
  const partly = widget({ size: 1, template: { metadata: { labels: 5, name: 'a' } } });
  form.complete(partly);
  assert.deepEqual(partly.spec.template.metadata, { name: 'a' });
  assert.equal(stored.spec.colour, 'red');
});

test('what has been read is complete: decoding leaves it as it is, so that an update may share it', () => {
  const check = (spec: JsonObject): void => {
    const read = widget(spec);
    form.complete(read);
    const complete = JSON.stringify(read);
    const shared = { ...asJson(read), metadata: { name: 'a' } };
    const unknown: string[] = [];
    assert.equal(JSON.stringify(form.decode(shared, unknown)), complete);
    assert.equal(JSON.stringify(read), complete);
    assert.deepEqual(unknown, []);
  };
  check({ size: 1, colour: null, note: null, extra: {} });
  check({ size: 1, tags: ['a', null], template: { kind: 'A', metadata: { labels: 5, x: 1 } } });
  check({ template: { metadata: null, extra: { metadata: 3 } } });
  check({ template: 'no object', tags: 'no list' });
});

test('all judgements are made, and what an update did not touch is not judged again', () => {
  const check = (spec: JsonObject, expected: string[], old?: JsonObject): void => {
    const found = form.validate(widget(spec), old === undefined ? undefined : widget(old));
    assert.deepEqual(
      found.map(({ field, message }) => `${field}: ${message}`),
      expected,
    );
  };
  const small = 'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1';
  check({ size: 1 }, []);
  check({ size: 0 }, [small]);
  check({ size: 0, note: 'b' }, [], { size: 0, note: 'a' });
  check({ size: 0 }, [small], { size: -1 });
  check({}, ['spec.size: Required value']);
  check({ size: 1, tags: ['a', 'a'] }, ['spec.tags[1]: Duplicate value: "a"']);
  check({ size: 1, tags: ['a', 'a', 'b'] }, [], { size: 1, tags: ['a', 'a'] });
  check({ size: 1, template: { kind: 'A' } }, ['spec.template.apiVersion: Required value']);
});

test('rules are the last judgement, of what is otherwise as it is declared', () => {
  const withRules = customForm({
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: { size: { type: 'integer' }, max: { type: 'integer', enum: [1, 5] } },
        'x-kubernetes-validations': [{ rule: 'self.size <= self.max', message: 'too large' }],
      },
    },
    'x-kubernetes-validations': [{ rule: "self.metadata.name != 'b'" }],
  });
  const check = (spec: JsonObject, expected: string[], old?: JsonObject): void => {
    const found = withRules.validate(widget(spec), old === undefined ? undefined : widget(old));
    assert.deepEqual(
      found.map(({ field, message }) => `${field}: ${message}`),
      expected,
    );
  };
  check({ size: 1, max: 5 }, []);
  check({ size: 2, max: 1 }, ['spec: Invalid value: too large']);
  check({ size: 2, max: 1 }, [], { size: 2, max: 1 });
  const warnings: string[] = [];
  const same = widget({ size: 2, max: 1 });
  assert.deepEqual(
    withRules.validate(same, structuredClone(same), [], (text) => warnings.push(text)),
    [],
  );
  assert.deepEqual(warnings, ['spec: Invalid value: too large']);
  const inMetadata = tooLong('metadata.annotations', 1);
  assert.deepEqual(
    withRules.validate(same, undefined, [inMetadata]).map(({ field }) => field),
    ['<nil>'],
  );
  assert.deepEqual(
    withRules
      .validate(same, undefined, [invalidValue('metadata.name', 'B', 'odd')])
      .map(({ field }) => field),
    ['spec'],
  );
  check({ size: 2, max: 3 }, [
    'spec.max: Unsupported value: 3: supported values: "1", "5"',
    '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  ]);
});
