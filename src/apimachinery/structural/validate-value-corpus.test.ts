/** Values judged by schemas: upstream's tables, and the cases of the JSON schema test suite in the dialect of CRDs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../../test/corpus.ts';
import { parseJson } from '../codec/json.ts';
import type { JsonValue } from '../object-meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import { CorrelatedValue } from './rules/correlated-value.ts';
import { validateValue } from './validate-value.ts';

interface Table<Case> {
  readonly cases: readonly Case[];
}
function table<Case>(path: string, run: (each: Case) => void): void {
  const text = corpusText(path);
  test(path, { skip: text === undefined ? corpusMissing(path) : false }, () => {
    for (const each of (parseJson(text!) as unknown as Table<Case>).cases) run(each);
  });
}
const told = (value: JsonValue, schema: JsonSchemaProps): string[] =>
  validateValue(value, schema).map(({ field, message }) => `${field}: ${message}`);

interface ResourceCase {
  readonly id: string;
  readonly schema: JsonSchemaProps;
  readonly valid?: readonly { readonly object: JsonValue }[];
  readonly invalid?: readonly { readonly object: JsonValue; readonly errors: readonly string[] }[];
}
table<ResourceCase>('upstream-tables/crd/validate_custom_resource.json', ({ id, schema, valid, invalid }) => {
  const hasRules = JSON.stringify(schema).includes('x-kubernetes-validations');
  for (const { object } of valid ?? []) assert.deepEqual(told(object, schema), [], id);
  for (const { object, errors } of invalid ?? []) {
    const expected = hasRules ? errors.filter((error) => !error.includes('failed rule')) : errors;
    assert.deepEqual(told(object, schema).sort(), [...expected].sort(), `${id} ${JSON.stringify(object)}`);
  }
});

interface RatchetingCase {
  readonly id: string;
  readonly schema: JsonSchemaProps;
  readonly object: JsonValue;
  readonly oldObject: JsonValue;
  readonly valid: boolean;
}
table<RatchetingCase>(
  'upstream-tables/crd/ratcheting_schema.json',
  ({ id, schema, object, oldObject, valid }) => {
    const errors = validateValue(object, schema, new CorrelatedValue(object, oldObject, schema));
    assert.equal(errors.length === 0, valid, `${id}: ${JSON.stringify(errors)}`);
  },
);

/** Groups of cases that no structural schema can express, and why. */
const otherDialect: Readonly<Record<string, string>> = {
  'additionalProperties being false does not allow other properties': 'patternProperties is forbidden',
  'properties, patternProperties, additionalProperties interaction': 'patternProperties is forbidden',
  'an array of schemas for items': 'items must be one schema',
  'allOf with base schema': 'type may not be null',
  'null type matches only the null object': 'type may not be null',
  'not multiple types': 'type must be one type',
  'multiple types can be specified in an array': 'type must be one type',
};

for (const name of [
  'additionalProperties',
  'allOf',
  'anyOf',
  'default',
  'enum',
  'format',
  'items',
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'multipleOf',
  'not',
  'oneOf',
  'pattern',
  'properties',
  'required',
  'type',
]) {
  const path = `jsonschema-draft4/${name}.json`;
  const text = corpusText(path);
  test(path, { skip: text === undefined ? corpusMissing(path) : false }, () => {
    const groups = parseJson(text!) as unknown as readonly {
      readonly description: string;
      readonly schema: JsonSchemaProps;
      readonly tests: readonly {
        readonly description: string;
        readonly data: JsonValue;
        readonly valid: boolean;
      }[];
    }[];
    for (const { description, schema, tests } of groups) {
      if (otherDialect[description] !== undefined) continue;
      for (const each of tests) {
        const id = `${name}: ${description}: ${each.description}`;
        assert.equal(validateValue(each.data, schema).length === 0, each.valid, id);
      }
    }
  });
}
