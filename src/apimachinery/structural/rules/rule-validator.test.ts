import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../limits.ts';
import type { JsonValue } from '../../object-meta.ts';
import type { JsonSchemaProps } from '../json-schema-props.ts';
import { type RuleOutcome, RuleValidator } from './rule-validator.ts';

const rule = (text: string) => ({ 'x-kubernetes-validations': [{ rule: text }] });
function judge(schema: JsonSchemaProps, object: JsonValue, old?: JsonValue): RuleOutcome {
  const validator = RuleValidator.of(schema);
  assert.ok(validator);
  return validator.validate(object, old);
}
const told = ({ errors }: RuleOutcome): string[] =>
  errors.map(({ field, message }) => `${field}: ${message}`);

test('a schema without rules has no validator', () => {
  assert.equal(RuleValidator.of({ type: 'object', properties: { a: { type: 'string' } } }), undefined);
});

test('errors say where, and show scalars', () => {
  const check = (schema: JsonSchemaProps, object: JsonValue, ...expected: string[]): void =>
    assert.deepEqual(told(judge(schema, object)), expected);
  const positive: JsonSchemaProps = { type: 'integer', ...rule('self > 0') };
  const inside = (of: JsonSchemaProps): JsonSchemaProps => ({ type: 'object', properties: { a: of } });
  check(inside(positive), { a: 1 });
  check(inside(positive), { a: 0 }, 'a: Invalid value: 0: failed rule: self > 0');
  check(inside(positive), {});
  check(inside({ ...positive, nullable: true }), { a: null });
  check(
    { ...inside(positive), ...rule('has(self.b)') },
    {},
    '<nil>: Invalid value: "object": rule compile error: compilation failed: ERROR: <input>:1:4: undefined field \'b\'\n | has(self.b)\n | ...^',
  );
  const absent = { ...inside({ type: 'integer' }), ...rule('self.a > 0') };
  check(absent, {}, '<nil>: Invalid value: "object": no such key: a evaluating rule: self.a > 0');
  const list = inside({ type: 'array', items: positive });
  check(list, { a: [1, 0] }, 'a[1]: Invalid value: 0: failed rule: self > 0');
  const map = inside({ type: 'object', additionalProperties: positive });
  check(map, { a: { 'x y': 0 } }, 'a[x y]: Invalid value: 0: failed rule: self > 0');
});

test('transition rules find what was there before by field, key and list-map key', () => {
  const frozen: JsonSchemaProps = { type: 'integer', ...rule('self == oldSelf') };
  const item: JsonSchemaProps = { type: 'object', properties: { k: { type: 'string' }, v: frozen } };
  const listMap: JsonSchemaProps = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
    items: item,
  };
  const schema: JsonSchemaProps = {
    type: 'object',
    properties: { field: frozen, map: { type: 'object', additionalProperties: frozen }, list: listMap },
  };
  const check = (object: JsonValue, old: JsonValue | undefined, ...fields: string[]): void =>
    assert.deepEqual(
      judge(schema, object, old).errors.map(({ field }) => field),
      fields,
    );
  check({ field: 1 }, undefined);
  check({ field: 1 }, {});
  check({ field: 1 }, { field: 2 }, 'field');
  check({ map: { a: 1, b: 2 } }, { map: { a: 2, c: 2 } }, 'map[a]');
  check(
    {
      list: [
        { k: 'b', v: 1 },
        { k: 'a', v: 1 },
      ],
    },
    {
      list: [
        { k: 'a', v: 1 },
        { k: 'b', v: 2 },
      ],
    },
    'list[0].v',
  );
});

test('one validator judges many objects', () => {
  const validator = RuleValidator.of({
    type: 'object',
    properties: { a: { type: 'integer', ...rule('self > 0') } },
  });
  const errors = [1, 0, 2, -1].map((a) => validator?.validate({ a }, undefined).errors.length);
  assert.deepEqual(errors, [0, 1, 0, 1]);
});

const numbers = (count: number): JsonValue => ({ list: Array.from({ length: count }, (_, i) => i) });
const list: JsonSchemaProps = {
  type: 'object',
  properties: { list: { type: 'array', items: { type: 'integer' } } },
};

test('a rule at the cost limit is ended soon', () => {
  const nested = {
    ...list,
    ...rule('self.list.all(a, self.list.all(b, self.list.all(c, a + b + c >= 0)))'),
  };
  const validator = RuleValidator.of(nested);
  const object = numbers(1_000);
  validator?.validate(object, undefined, { budget: 100_000 });
  const start = performance.now();
  const outcome = validator?.validate(object, undefined, { callLimit: 100_000 });
  // A tenth of the limit takes a tenth of its time, on whatever machine: 10 ms with room for a slow one.
  assert.ok(performance.now() - start < 100, `${performance.now() - start} ms`);
  assert.match(told(outcome!)[0]!, /call cost exceeds limit for rule/);
  assert.equal(outcome?.remainingBudget, -1);
});

test('rules that each cost little end when together they cost too much', () => {
  const item: JsonSchemaProps = {
    type: 'integer',
    ...rule('[1,2,3,4,5,6,7,8,9].all(x, x > 0) && self >= 0'),
  };
  const schema: JsonSchemaProps = { type: 'object', properties: { list: { type: 'array', items: item } } };
  const outcome = RuleValidator.of(schema)?.validate(numbers(10_000), undefined, { budget: 10_000 });
  assert.equal(outcome?.errors.length, 1);
  assert.match(told(outcome!)[0]!, /running out of cost budget/);
  assert.equal(limits.objectRulesCost, 10_000_000);
});

test('an object as deep as JSON may be is walked', () => {
  let schema: JsonSchemaProps = { type: 'string', ...rule("self == 'x'") };
  let object: JsonValue = 'y';
  for (let i = 0; i < 400; i++) {
    schema = { type: 'object', properties: { a: schema } };
    object = { a: object };
  }
  const { errors, warnings } = judge(schema, object, structuredClone(object));
  assert.deepEqual([errors.length, warnings.length], [0, 1]);
  assert.equal(warnings[0]?.field, Array(400).fill('a').join('.'));
});

test('rules that take longer than their cost says are interrupted', () => {
  const numbers: JsonSchemaProps = { type: 'array', items: { type: 'integer' } };
  const schema: JsonSchemaProps = {
    type: 'object',
    properties: { a: { type: 'array', items: numbers }, b: { type: 'array', items: numbers }, c: numbers },
    ...rule('self.c.all(i, self.a == self.b)'),
  };
  const large = [Array.from({ length: 100_000 }, (_, i) => i)];
  const object = { a: large, b: structuredClone(large), c: Array.from({ length: 50_000 }, () => 1) };
  const start = performance.now();
  const problem = 'operation interrupted evaluating rule: self.c.all(i, self.a == self.b)';
  assert.deepEqual(told(judge(schema, object)), [`<nil>: Invalid value: "object": ${problem}`]);
  assert.ok(performance.now() - start < 3 * limits.objectRulesMs);
});

test('what a rule makes of large values has an end, and an error in words', () => {
  const schema: JsonSchemaProps = {
    type: 'object',
    properties: { l: { type: 'array', items: { type: 'integer' } }, t: { type: 'string' } },
  };
  const object = { l: Array.from({ length: 20_000 }, (_, i) => i), t: 'a'.repeat(1_000_000) };
  const check = (text: string, message: RegExp): void => {
    const outcome = RuleValidator.of({ ...schema, ...rule(text) })!.validate(object, undefined);
    assert.equal(outcome.errors.length, 1, text);
    assert.match(told(outcome)[0]!, message);
  };
  check("self.t.split('').join(self.t).size() > 0", /text too long evaluating rule/);
  check(`'${'%s'.repeat(600)}'.format([${Array(600).fill('self.t').join(',')}]).size() > 0`, /text too long/);
  check('lists.range(9000000).size() > 0', /actual cost limit exceeded/);
  check('sets.contains(self.l, self.l)', /running out of cost budget/);
  check('self.l.all(x, (self.t + self.t).size() > 0)', /call cost exceeds limit for rule/);
  check('self.l.map(a, self.l.map(b, [a, b])).flatten().size() > 0', /call cost exceeds limit for rule/);
  check("string(self.l[0]).matches('(x{1000}){1000}')", /rule compile error: compilation failed/);
  check(`${'['.repeat(300)}${']'.repeat(300)} == []`, /recursion limit exceeded/);
});
