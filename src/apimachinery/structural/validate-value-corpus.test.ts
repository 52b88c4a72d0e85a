/** Values judged by schemas: upstream's tables, and the cases of the JSON schema test suite in the dialect of CRDs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../../test/corpus.ts';
import { parseJson } from '../codec/json.ts';
import type { JsonValue } from '../object-meta.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import { CorrelatedValue } from './rules/correlated-value.ts';
import { RuleValidator } from './rules/rule-validator.ts';
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
/** By the schema, and by its rules. */
function told(value: JsonValue, old: JsonValue | undefined, schema: JsonSchemaProps): string[] {
  const rules = RuleValidator.of(schema, false);
  const errors = [...validateValue(value, schema), ...(rules?.validate(value, old).errors ?? [])];
  return errors.map(({ field, message }) => `${field}: ${message}`);
}

interface ResourceCase {
  readonly id: string;
  readonly schema: JsonSchemaProps;
  readonly valid?: readonly { readonly object: JsonValue; readonly oldObject?: JsonValue }[];
  readonly invalid?: readonly {
    readonly object: JsonValue;
    readonly oldObject?: JsonValue;
    readonly errors: readonly string[];
  }[];
}
table<ResourceCase>('upstream-tables/crd/validate_custom_resource.json', ({ id, schema, valid, invalid }) => {
  for (const { object, oldObject } of valid ?? []) assert.deepEqual(told(object, oldObject, schema), [], id);
  for (const { object, oldObject, errors } of invalid ?? []) {
    const found = told(object, oldObject, schema).sort();
    assert.deepEqual(found, [...errors].sort(), `${id} ${JSON.stringify(object)}`);
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
