/**
 * Upstream's tables of rules and objects: which rules hold of which object, where and in which words they fail, and to
 * the unit what they cost.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../../../test/corpus.ts';
import { parseJson } from '../../codec/json.ts';
import type { FieldError } from '../../field-error.ts';
import type { JsonValue } from '../../object-meta.ts';
import type { JsonSchemaProps } from '../json-schema-props.ts';
import { type RuleOptions, type RuleOutcome, RuleValidator } from './rule-validator.ts';

/** A table where it is, else nothing, and the test says so. */
function table<Case>(name: string, count: number, play: (cases: readonly Case[]) => void): void {
  test(name, (t) => {
    const path = `upstream-tables/cel/${name}.json`;
    const text = corpusText(path);
    if (text === undefined) return t.skip(corpusMissing(path));
    const { cases } = parseJson(text) as unknown as { cases: Case[] };
    assert.equal(cases.length, count);
    play(cases);
  });
}

/** Rules that do not do here what they do upstream, and why. One that does is to be taken from the list. */
const missed: Readonly<Record<string, string>> = {
  "'%e'.format([3.14]) == '3.140000×10⁰⁰'":
    'the specification has 3.140000e+00, as later versions of the strings library than Kubernetes uses',
};
const met = new Set<string>();
function unlessMissed(rule: string, play: () => void): void {
  if (missed[rule] === undefined) {
    play();
  } else {
    met.add(rule);
    assert.throws(play, assert.AssertionError, `${rule} passes now`);
  }
}

const textOf = ({ field, message }: FieldError): string => `${field}: ${message}`;
const withRule = (schema: JsonSchemaProps, rule: string): JsonSchemaProps => ({
  ...schema,
  'x-kubernetes-validations': [{ rule }],
});

function run(
  schema: JsonSchemaProps,
  isRoot: boolean,
  object: JsonValue,
  old: JsonValue | undefined,
  options: RuleOptions = {},
): RuleOutcome {
  const validator = RuleValidator.of(schema, isRoot);
  assert.ok(validator);
  return validator.validate(object, old, { field: 'root', ...options });
}

/** Every expected text is in one error, and every error has one of them. */
function checkErrors(errors: readonly FieldError[], expected: readonly string[], id: string): void {
  const left = errors.map(textOf);
  for (const text of expected) {
    const at = left.findIndex((error) => error.includes(text));
    assert.ok(at >= 0, `${id}: no error with ${text} in ${JSON.stringify(left)}`);
    left.splice(at, 1);
  }
  assert.deepEqual(left, [], id);
}

interface ExpressionCase {
  readonly id: string;
  readonly schema: JsonSchemaProps;
  readonly isRoot?: boolean;
  readonly object: JsonValue;
  readonly oldObject?: JsonValue;
  readonly valid: readonly string[];
  readonly errors: Readonly<Record<string, string>>;
  readonly expectedCost?: number;
  readonly expectSkipped?: boolean;
}
const budget = 10_000_000;

function playExpressions(cases: readonly ExpressionCase[]): void {
  for (const { id, schema, isRoot = false, object, oldObject, ...each } of cases) {
    for (const rule of each.valid) {
      unlessMissed(rule, () => {
        const outcome = run(withRule(schema, rule), isRoot, object, oldObject, { budget });
        checkErrors(outcome.errors, [], `${id}: ${rule}`);
        const cost = budget - outcome.remainingBudget;
        if (each.expectSkipped === true) assert.equal(cost, 0, rule);
        if (each.expectedCost !== undefined) assert.equal(cost, each.expectedCost, rule);
      });
    }
    for (const [rule, expected] of Object.entries(each.errors ?? {})) {
      const { errors } = run(withRule(schema, rule), true, object, oldObject, { budget });
      assert.ok(errors.length > 0, `${id}: ${rule}`);
      for (const error of errors) {
        assert.equal(error.reason, 'FieldValueInvalid', rule);
        assert.ok(textOf(error).includes(expected), `${id}: ${rule}: ${textOf(error)}, not ${expected}`);
      }
    }
  }
}
table<ExpressionCase>('validation_expressions', 43, playExpressions);
table<ExpressionCase>('max_recursion_depth', 1, playExpressions);

interface LevelCase {
  readonly id: string;
  readonly schema: JsonSchemaProps;
  readonly object: JsonValue;
  readonly oldObject?: JsonValue;
  readonly alsoWithOldObjectNull?: boolean;
  readonly errors: readonly string[];
  readonly warnings?: readonly string[];
  readonly costBudget?: number;
}
function playLevels(cases: readonly LevelCase[], isRoot: boolean): void {
  for (const { id, schema, object, oldObject, costBudget = Number.MAX_SAFE_INTEGER, ...each } of cases) {
    const options = { budget: costBudget };
    const outcome = run(schema, isRoot, object, oldObject, options);
    checkErrors(outcome.errors, each.errors, id);
    if (each.warnings !== undefined) {
      assert.deepEqual(outcome.warnings.map(textOf).sort(), [...each.warnings].sort(), id);
    }
    if (each.alsoWithOldObjectNull === true) {
      checkErrors(
        run(schema, isRoot, object, undefined, options).errors,
        [],
        `${id}, without the old object`,
      );
    }
  }
}
table<LevelCase>('validation_schema_levels', 17, (cases) => playLevels(cases, true));
table<LevelCase>('optional_old_self', 21, (cases) => playLevels(cases, false));
table<LevelCase>('ratcheting', 13, (cases) => playLevels(cases, false));

interface MessageCase {
  readonly id: string;
  readonly schema: JsonSchemaProps;
  readonly object: JsonValue;
  readonly costBudget: number;
  readonly perCallLimit: number;
  readonly expected: { readonly expectedValidationErr?: string; readonly expectedRemainingBudget?: number };
}
table<MessageCase>('message_expression', 7, (cases) => {
  for (const { id, schema, object, costBudget, perCallLimit, expected } of cases) {
    const options = { budget: costBudget, callLimit: perCallLimit };
    const { errors, remainingBudget } = run(schema, false, object, undefined, options);
    checkErrors(errors, [expected.expectedValidationErr ?? ''], id);
    if (expected.expectedRemainingBudget !== undefined) {
      assert.equal(remainingBudget, expected.expectedRemainingBudget, id);
    }
  }
});

interface ReasonCase {
  readonly id: string;
  readonly schema: JsonSchemaProps;
  readonly object: JsonValue;
  readonly errors: readonly { readonly type: string; readonly field: string }[];
}
table<ReasonCase>('reason_and_fieldpath', 3, (cases) => {
  for (const { id, schema, object, errors } of cases) {
    const found = run(schema, true, object, undefined).errors;
    assert.deepEqual(
      found.map(({ reason, field }) => ({ type: reason, field })),
      errors,
      id,
    );
  }
});

interface LimitCase {
  readonly schema: JsonSchemaProps;
  readonly object: JsonValue;
  readonly valid: readonly string[];
}
table<LimitCase>('validation_limit', 1, (cases) => {
  for (const { schema, object, valid } of cases) {
    for (const rule of valid) {
      const withoutBudget = run(withRule(schema, rule), false, object, undefined, { budget: 0 });
      const noBudget =
        'validation failed due to running out of cost budget, no further validation rules will be run';
      checkErrors(withoutBudget.errors, [noBudget], rule);
      const withoutCall = run(withRule(schema, rule), false, object, undefined, { callLimit: 0 });
      const noCall = 'no further validation rules will be run due to call cost exceeds limit for rule';
      checkErrors(withoutCall.errors, [noCall], rule);
    }
  }
});

interface CostCase {
  readonly id: string;
  readonly schema: JsonSchemaProps;
  readonly object: JsonValue;
  readonly expectedCost: Readonly<Record<string, number>>;
}
table<CostCase>('cost_stability', 29, (cases) => {
  for (const { id, schema, object, expectedCost } of cases) {
    for (const [rule, expected] of Object.entries(expectedCost)) {
      unlessMissed(rule, () => {
        const { errors, remainingBudget } = run(withRule(schema, rule), true, object, undefined, { budget });
        checkErrors(errors, [], `${id}: ${rule}`);
        assert.equal(budget - remainingBudget, expected, `${id}: ${rule}`);
      });
    }
  }
});

test('what is said to be missed is in a table', (t) => {
  const path = 'upstream-tables/cel';
  if (corpusText(`${path}/cost_stability.json`) === undefined) return t.skip(corpusMissing(path));
  assert.deepEqual([...met], Object.keys(missed));
});
