/**
 * Judges the rules of a schema before it is stored: that each compiles against what the schema declares, looks at the
 * old object only where a counterpart can be found, and costs no more than it may, by itself and all together. For whoever
 * validates CustomResourceDefinitions, who has seen before that the schema is structural and the rules well-formed.
 * Errors are upstream's in place, kind and words (k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation).
 */
import { estimateCost } from '../../cel/cost/estimate-cost.ts';
import { type FieldError, forbidden, invalidValue } from '../../field-error.ts';
import { limits } from '../../limits.ts';
import type { JsonObject } from '../../object-meta.ts';
import type { JsonSchemaProps, ValidationRule } from '../json-schema-props.ts';
import { declaredCostEstimator } from './declared-cost.ts';
import { RuleCompiler } from './rule-compiler.ts';
import { mapIsCorrelatable, type RuleNode, ruleTreeOf } from './rule-tree.ts';

export interface SchemaRuleOptions {
  /** Schemas in which something is wrong. Rules there, or around them, are not compiled: their errors would mislead. */
  readonly broken?: ReadonlySet<object>;
  /** A single expression may cost what it wants: the schema has been stored with it before. */
  readonly hasOldCosts?: boolean;
  readonly compiler?: RuleCompiler;
}

export interface SchemaRuleReport {
  readonly errors: readonly FieldError[];
  /** Of all expressions, each as often as its value can be in one object. */
  readonly totalCost: bigint;
}

/** `field` is the path of the schema in its definition. The schema is that of a custom resource as a whole. */
export function schemaRuleErrors(
  schema: JsonSchemaProps,
  field: string,
  options: SchemaRuleOptions = {},
): SchemaRuleReport {
  const walk = new Walk(options);
  const tree = ruleTreeOf(schema, true);
  if (tree !== undefined) walk.visit(tree, { field, cardinality: 1n, uncorrelatable: undefined });
  return walk.report(field);
}

/** Where the walk is, and what stands above. */
interface Place {
  readonly field: string;
  /** How often the value can be in one object; undefined where nothing above bounds it. */
  readonly cardinality: bigint | undefined;
  /** The field of the outermost thing above whose parts have no counterpart in the old object. */
  readonly uncorrelatable: string | undefined;
}

interface Expense {
  readonly field: string;
  readonly cost: bigint;
}

const expressionLimit = BigInt(limits.ruleEstimatedCost);
const schemaLimit = BigInt(limits.schemaEstimatedCost);
/** What is named when all together cost too much: the most expensive, if they are a hundredth of the limit. */
const namedExpenses = 4;
const namedCost = schemaLimit / 100n;

class Walk {
  readonly #options: SchemaRuleOptions;
  readonly #compiler: RuleCompiler;
  readonly #errors: FieldError[] = [];
  readonly #expenses: Expense[] = [];
  #totalCost = 0n;

  constructor(options: SchemaRuleOptions) {
    this.#options = options;
    this.#compiler = options.compiler ?? RuleCompiler.shared;
  }

  report(field: string): SchemaRuleReport {
    const errors = [...this.#errors];
    if (this.#totalCost > schemaLimit) {
      const expensive = this.#expenses.sort((a, b) => Number(b.cost - a.cost)).slice(0, namedExpenses);
      const contributed =
        'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
      errors.push(...expensive.map((expense) => forbidden(expense.field, contributed)));
      const name = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
      errors.push(forbidden(field, overBudget(name, this.#totalCost, schemaLimit)));
    }
    return { errors, totalCost: this.#totalCost };
  }

  visit(node: RuleNode, place: Place): void {
    const { schema, items, values, properties, allOf } = node;
    const { field } = place;
    const times = elementCount(schema);
    const cardinality =
      place.cardinality === undefined || times === undefined ? undefined : place.cardinality * times;
    const forbidOld = (isCorrelatable: boolean): string | undefined =>
      place.uncorrelatable ?? (isCorrelatable ? undefined : field);
    const inside = { ...place, cardinality };
    if (values !== undefined) this.visit(values, { ...inside, field: `${field}.additionalProperties` });
    const ofFields = { ...inside, uncorrelatable: forbidOld(mapIsCorrelatable(schema)) };
    for (const [name, property] of properties) {
      this.visit(property, { ...ofFields, field: `${field}.properties[${name}]` });
    }
    for (const [i, part] of allOf) this.visit(part, { ...place, field: `${field}.allOf[${i}]` });
    if (items !== undefined) {
      const uncorrelatable = forbidOld(schema['x-kubernetes-list-type'] === 'map');
      this.visit(items, { ...inside, field: `${field}.items`, uncorrelatable });
    }
    if (node.rules.length > 0 && !this.#isBroken(node.said)) this.#compile(node, place);
  }

  /** The schema, or one inside it. */
  #isBroken(schema: JsonSchemaProps): boolean {
    const { broken } = this.#options;
    return broken !== undefined && broken.size > 0 && holdsAny(schema, broken);
  }

  #compile({ rules, type, schema }: RuleNode, { field, cardinality, uncorrelatable }: Place): void {
    if (type === undefined) {
      this.#errors.push(untyped(`${field}.x-kubernetes-validations`));
      return;
    }
    const times = cardinality ?? BigInt(Math.floor(limits.requestBodyBytes / (type.minSerializedBytes + 1)));
    const estimator = declaredCostEstimator(type);
    const scope = this.#compiler.scopeOf(type);
    rules.forEach((rule, i) => {
      const at = `${field}.x-kubernetes-validations[${i}]`;
      const compiled = scope.compile(rule, schema);
      const { program, message } = compiled;
      if (program !== undefined) {
        this.#spend(
          `${at}.rule`,
          'estimated rule cost',
          estimateCost(program.checked, estimator).max * times,
        );
      }
      if (compiled.error !== undefined)
        this.#errors.push(invalidValue(`${at}.rule`, shownRule(rule), compiled.error));
      if (compiled.messageError !== undefined) {
        this.#errors.push(invalidValue(`${at}.messageExpression`, shownRule(rule), compiled.messageError));
      } else if (message !== undefined) {
        const cost = estimateCost(message.checked, estimator).max;
        this.#spend(`${at}.messageExpression`, 'estimated messageExpression cost', cost);
      }
      if (compiled.usesOldSelf) {
        if (uncorrelatable !== undefined) {
          const problem = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`;
          this.#errors.push(invalidValue(`${at}.rule`, rule.rule, problem));
        }
      } else if (rule.optionalOldSelf !== undefined) {
        const problem = 'may not be set if oldSelf is not used in rule';
        this.#errors.push(invalidValue(`${at}.optionalOldSelf`, rule.optionalOldSelf, problem));
      }
    });
  }

  #spend(field: string, name: string, cost: bigint): void {
    if (cost > expressionLimit && this.#options.hasOldCosts !== true) {
      this.#errors.push(forbidden(field, overBudget(name, cost, expressionLimit)));
    }
    this.#totalCost += cost;
    if (cost >= namedCost) this.#expenses.push({ field, cost });
  }
}

/** As Go shows one: every field, by the name that it has there. */
const shownRule = (rule: ValidationRule): JsonObject => ({
  Rule: rule.rule ?? '',
  Message: rule.message ?? '',
  MessageExpression: rule.messageExpression ?? '',
  Reason: rule.reason ?? null,
  FieldPath: rule.fieldPath ?? '',
  OptionalOldSelf: rule.optionalOldSelf ?? null,
});

/** Goes by upstream's words, numbers as Go prints them. */
function overBudget(name: string, cost: bigint, limit: bigint): string {
  const factor = Number(cost) / Number(limit);
  const shown = factor > 100 ? 'more than 100' : factor.toFixed(factor < 1.5 ? 6 : 1);
  return `${name} exceeds budget by factor of ${shown}x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

/** How many values below a schema there can be for each of its own; undefined where it sets no bound. */
function elementCount(schema: JsonSchemaProps): bigint | undefined {
  const { type, additionalProperties, maxItems, maxProperties } = schema;
  let bound: number | undefined = 1;
  if (type === 'array') bound = maxItems;
  else if (type === 'object' && additionalProperties !== undefined) bound = maxProperties;
  return bound === undefined ? undefined : BigInt(Math.max(0, bound));
}

const untyped = (field: string): FieldError => ({
  reason: 'InternalError',
  field,
  message:
    'Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations',
});

function holdsAny(value: unknown, wanted: ReadonlySet<object>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return wanted.has(value) || Object.values(value).some((inner) => holdsAny(inner, wanted));
}
