import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonSchemaProps, ValidationRule } from '../json-schema-props.ts';
import { schemaRuleErrors } from './schema-rule-errors.ts';

const rules = (...list: (string | ValidationRule)[]): Pick<JsonSchemaProps, 'x-kubernetes-validations'> => ({
  'x-kubernetes-validations': list.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});
const root = (properties: Readonly<Record<string, JsonSchemaProps>>): JsonSchemaProps => ({
  type: 'object',
  properties,
});
const told = (schema: JsonSchemaProps, options = {}): string[] =>
  schemaRuleErrors(schema, 'schema', options).errors.map(({ field, message }) => `${field}: ${message}`);

test('rules that fit cost what they cost', () => {
  const check = (schema: JsonSchemaProps, totalCost: bigint): void => {
    const report = schemaRuleErrors(schema, 'schema');
    assert.deepEqual(report.errors, []);
    assert.equal(report.totalCost, totalCost);
  };
  const named: JsonSchemaProps = { type: 'integer', ...rules('self > 1') };
  check(root({}), 0n);
  check(root({ a: named }), 2n);
  check(root({ a: { type: 'array', maxItems: 10, items: named } }), 20n);
  const map: JsonSchemaProps = { type: 'object', maxProperties: 5, additionalProperties: named };
  check(root({ a: { type: 'array', maxItems: 10, items: map } }), 100n);
  // Without a bound, as many as fit into a request.
  check(root({ a: { type: 'array', items: named } }), 2n * 1_572_864n);
});

test('what is wrong is told where it is', () => {
  const check = (schema: JsonSchemaProps, ...expected: RegExp[]): void => {
    const errors = told(schema);
    assert.equal(errors.length, expected.length, errors.join('\n'));
    for (const [i, pattern] of expected.entries()) assert.match(errors[i]!, pattern);
  };
  check(
    root({ a: { type: 'string', ...rules('self == 1') } }),
    /^schema\.properties\[a\]\.x-kubernetes-validations\[0\]\.rule: Invalid value: .*compilation failed: ERROR: <input>:1:6: found no matching overload for '_==_' applied to '\(string, int\)'/s,
  );
  check(
    root({ a: { type: 'string', ...rules('self') } }),
    /\[0\]\.rule: .*cel expression must evaluate to a bool/,
  );
  check(
    root({ a: { type: 'string', ...rules({ rule: 'true', messageExpression: '1' }) } }),
    /\[0\]\.messageExpression: .*messageExpression must evaluate to a string/,
  );
  check(
    root({
      a: { type: 'array', items: { type: 'string', maxLength: 5, ...rules('self == oldSelf') }, maxItems: 5 },
    }),
    /^schema\.properties\[a\]\.items\.x-kubernetes-validations\[0\]\.rule: .*oldSelf cannot be used on the uncorrelatable portion of the schema within schema\.properties\[a\]$/,
  );
  check(
    root({ a: { type: 'string', ...rules({ rule: 'true', optionalOldSelf: true }) } }),
    /\[0\]\.optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule$/,
  );
  check(
    root({ a: { 'x-kubernetes-preserve-unknown-fields': true, ...rules('true') } }),
    /^schema\.properties\[a\]\.x-kubernetes-validations: Internal error: .*unable to convert structural schema to CEL declarations$/,
  );
  check(
    root({ a: { type: 'string', allOf: [{}, rules('self == 1')] } }),
    /^schema\.properties\[a\]\.allOf\[1\]\.x-kubernetes-validations\[0\]\.rule: /,
  );
});

test('a rule that costs too much is refused, and who contributed when all together do', () => {
  const dear: JsonSchemaProps = { type: 'string', ...rules('self.contains(self)') };
  const factor = 'exceeds budget by factor of';
  const single = told(root({ a: { ...dear, maxLength: 10_000 } }));
  assert.equal(single.length, 1);
  assert.match(
    single[0]!,
    new RegExp(`^schema.properties\\[a\\].*Forbidden: estimated rule cost ${factor} 1\\.6x`),
  );
  const all = told(root({ a: { type: 'array', items: dear } }));
  assert.equal(all.length, 3);
  assert.match(all[0]!, /factor of more than 100x \(try simplifying the rule/);
  assert.match(
    all[1]!,
    /\.rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema$/,
  );
  assert.match(
    all[2]!,
    /^schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds/,
  );
  // A schema that has been stored is not refused for a single rule.
  assert.deepEqual(told(root({ a: { ...dear, maxLength: 10_000 } }), { hasOldCosts: true }), []);
});

test('rules around what is broken are not compiled', () => {
  const broken: JsonSchemaProps = { type: 'string' };
  const schema: JsonSchemaProps = {
    ...root({ a: broken, b: { type: 'string', ...rules('self == 2') } }),
    ...rules('self.a == 1'),
  };
  assert.equal(told(schema).length, 2);
  assert.equal(told(schema, { broken: new Set([broken]) }).length, 1);
});
