/**
 * Defaults are values that the server itself would write, so each must be one that it would accept from anybody: known
 * fields alone, of the types and within the bounds that the schema around it asks for. Defaults inside metadata must be
 * metadata. Source: apiserver/schema/defaulting/validation.go.
 */
import { cloneJson } from '../../clone-json.ts';
import { deepEqual } from '../../equality.ts';
import { type FieldError, forbidden, invalidValue } from '../../field-error.ts';
import { limits } from '../../limits.ts';
import type { JsonObject, JsonValue } from '../../object-meta.ts';
import { DecodeError } from '../../schema/decode.ts';
import { typeEmbedded, validateEmbedded } from '../embedded-objects.ts';
import type { JsonSchemaProps } from '../json-schema-props.ts';
import { prune } from '../prune.ts';
import { RuleValidator } from '../rules/rule-validator.ts';
import { validateValue } from '../validate-value.ts';
import type { WrittenSchema } from '../written-schema.ts';
import { LawBudget } from './law-budget.ts';
import { childPath, keyPath } from './schema-path.ts';
import { schemasIn } from './schema-walk.ts';

export interface DefaultRules {
  /** Without unknown fields. */
  readonly requiresPruned: boolean;
}

/** Of a structural schema of a whole custom resource. */
export function defaultErrors(
  schema: JsonSchemaProps,
  path: string,
  rules: DefaultRules,
  budget = new LawBudget(),
): FieldError[] {
  const root: JsonSchemaProps = { ...schema, 'x-kubernetes-embedded-resource': true };
  const check = new DefaultCheck(rules, budget);
  check.visit(root, path, { resource: root, steps: [], inMetadata: false });
  return check.errors;
}

/** Whether it has a default with unknown fields in it. */
export function hasUnprunedDefaults(schema: JsonSchemaProps): boolean {
  return defaultErrors(schema, '', { requiresPruned: true }).some(({ message }) =>
    message.endsWith(unknownFields),
  );
}
const unknownFields = 'must not have unknown fields';

interface Place {
  /** The custom resource, or the one embedded in it, that the value lies in. */
  readonly resource: JsonSchemaProps;
  /** From there to the value: names of fields, and undefined for the first item of a list. */
  readonly steps: readonly (string | undefined)[];
  readonly inMetadata: boolean;
}

const ofEveryResource: ReadonlySet<string> = new Set(['metadata', 'apiVersion', 'kind']);

class DefaultCheck {
  readonly errors: FieldError[] = [];
  readonly #rules: DefaultRules;
  readonly #budget: LawBudget;

  constructor(rules: DefaultRules, budget: LawBudget) {
    this.#rules = rules;
    this.#budget = budget;
  }

  /** Maps have no defaults for their values. */
  visit(schema: JsonSchemaProps, path: string, outer: Place): void {
    if (!this.#budget.mayJudgeDefaults) return;
    const isResource = schema['x-kubernetes-embedded-resource'] === true;
    const place: Place = isResource ? { resource: schema, steps: [], inMetadata: false } : outer;
    const value = schema.default ?? null;
    if (value !== null) {
      const at = childPath(path, 'default');
      this.#budget.judgesDefault(countValues(value) * countSchemas(schema));
      if (!this.#budget.mayJudgeDefaults) {
        const detail = `the defaults of a definition may take ${limits.defaultSteps} steps to be judged`;
        this.errors.push(forbidden(at, detail));
        return;
      }
      this.errors.push(...this.#of(value, schema, at, place));
    }
    if (schema.items !== undefined) {
      const steps = [...place.steps, undefined];
      this.visit(schema.items, childPath(path, 'items'), { ...place, steps });
    }
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      this.visit(property, keyPath(path, 'properties', name), {
        resource: place.resource,
        steps: [...place.steps, name],
        inMetadata: place.inMetadata || (isResource && ofEveryResource.has(name)),
      });
    }
  }

  #of(value: JsonValue, schema: JsonSchemaProps, path: string, place: Place): FieldError[] {
    if (place.inMetadata) {
      const problem = metadataProblem(value, place);
      return problem === undefined
        ? this.#judge(value, schema, path)
        : [invalidValue(path, value, `must result in valid metadata: ${problem}`)];
    }
    const isResource = schema['x-kubernetes-embedded-resource'] === true;
    const errors: FieldError[] = [];
    if (this.#rules.requiresPruned) {
      const pruned = cloneJson(value);
      prune(pruned, schema, { isResource });
      if (!deepEqual(pruned, value)) errors.push(invalidValue(path, value, unknownFields));
    }
    const typed = cloneJson(value);
    try {
      typeEmbedded(typed, schema, { dropsInvalid: false });
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return [...errors, invalidValue(path, value, error.message)];
    }
    const embedded = validateEmbedded(typed, schema);
    errors.push(...(embedded.length > 0 ? embedded.map(below(path)) : this.#judge(value, schema, path)));
    return errors;
  }

  /** As an object with it would be judged, whether it was there before or is new. */
  #judge(value: JsonValue, schema: JsonSchemaProps, path: string): FieldError[] {
    const errors = validateValue(cloneJson(value), schema).map(below(path));
    if (errors.length > 0) return errors;
    const isResource = schema['x-kubernetes-embedded-resource'] === true;
    const rules = RuleValidator.of(schema, isResource);
    if (rules === undefined || this.#budget.defaultRulesCost < 0) return [];
    const options = { field: path, budget: this.#budget.defaultRulesCost };
    const unchanged = rules.validate(value, value, options);
    const added = unchanged.errors.length > 0 ? unchanged : rules.validate(value, undefined, options);
    this.#budget.defaultRulesCost = Math.min(unchanged.remainingBudget, added.remainingBudget);
    return [...added.errors];
  }
}

function countValues(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const inner of Object.values(value)) count += countValues(inner ?? null);
  return count;
}

function countSchemas(schema: WrittenSchema): number {
  let count = 1;
  for (const inner of schemasIn(schema)) count += countSchemas(inner);
  return count;
}

/** As upstream names the value itself. */
const nowhere = '<nil>';
const below =
  (path: string) =>
  (error: FieldError): FieldError => {
    const { field } = error;
    if (field === nowhere || field === '') return { ...error, field: path };
    return { ...error, field: field.startsWith('[') ? path + field : childPath(path, field) };
  };

/** What is wrong with the smallest object that has the value in its metadata. */
function metadataProblem(value: JsonValue, { resource, steps }: Place): string | undefined {
  let around = cloneJson(value);
  for (const step of steps.toReversed()) around = step === undefined ? [around] : { [step]: around };
  const object = around as JsonObject;
  object.kind ??= 'Validation';
  object.apiVersion ??= 'validation/v1';
  try {
    typeEmbedded(object, resource, { dropsInvalid: false });
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
  const errors = validateEmbedded(object, resource).map(({ field, message }) => `${field}: ${message}`);
  if (errors.length < 2) return errors[0];
  return `[${errors.join(', ')}]`;
}
