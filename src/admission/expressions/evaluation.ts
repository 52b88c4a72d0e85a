/**
 * Evaluates expressions of admission about one attempt, within a budget that they share. What expressions speak of is
 * adapted when they first look at it; variables are evaluated once, when they are first read, and at the cost of who
 * reads them. Source: apiserver pkg/admission/plugin/cel/{activation,composition}.go.
 */
import { setImmediate } from 'node:timers/promises';
import { goQuote } from '../../apimachinery/apply/go-text.ts';
import type { AnsweredChecks } from '../../apimachinery/cel/libraries/answered-checks.ts';
import { AuthorizerValue } from '../../apimachinery/cel/libraries/authorization.ts';
import type { CelType } from '../../apimachinery/cel/types.ts';
import { CelError, CelObject, type CelValue } from '../../apimachinery/cel/values.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonObject } from '../../apimachinery/object-meta.ts';
import type { CompiledExpression } from '../../apis/admissionregistration/v1/expressions/compiled-expressions.ts';
import type { Attempt, SentAs, SentObjects } from '../matching/attempt.ts';
import { celOfJson } from './json-values.ts';

/** What is left for a policy, and for all that are asked with it. */
export class Budget {
  #remaining: number;
  readonly #whole: Budget | undefined;

  constructor(cost: number, whole?: Budget) {
    this.#remaining = cost;
    this.#whole = whole;
  }

  get remaining(): number {
    return Math.min(this.#remaining, this.#whole?.remaining ?? Number.POSITIVE_INFINITY);
  }

  spend(cost: number): void {
    if (cost > this.remaining) throw new OutOfBudget();
    this.#remaining -= cost;
    this.#whole?.spend(cost);
  }
}

export class OutOfBudget extends Error {
  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
    this.name = 'OutOfBudget';
  }
}

export interface Subject {
  readonly attempt: Attempt;
  readonly sentAs: SentAs;
  readonly objects: SentObjects;
  /** The Namespace that the object is in; undefined for what is in none. */
  readonly namespace: JsonObject | undefined;
  readonly params?: JsonObject | undefined;
  readonly shared: SharedEvaluation;
  /** Of all that the control plane has configured whose expressions they are. */
  readonly budget: Budget;
}

/** What all evaluations about one attempt share. */
export class SharedEvaluation {
  /** What expressions find out about permissions. */
  readonly checks: AnsweredChecks;
  readonly #budgets = new Map<string, Budget>();
  #pauseMs = performance.now();

  constructor(checks: AnsweredChecks) {
    this.checks = checks;
  }

  /** By the control plane that configured it: nobody's rules go unheard because another's were dear. */
  budgetOf(home: string): Budget {
    let budget = this.#budgets.get(home);
    if (budget === undefined) {
      budget = new Budget(limits.attemptPoliciesCost);
      this.#budgets.set(home, budget);
    }
    return budget;
  }

  /** Lets others have their turn now and then. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#pauseMs < limits.expressionsSliceMs) return;
    await setImmediate();
    this.#pauseMs = performance.now();
  }
}

export type Finding =
  | { readonly value: CelValue; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: string };

export class Evaluation {
  readonly #subject: Subject;
  readonly #variables: Readonly<Record<string, CelValue | (() => CelValue)>>;
  readonly #composed: VariablesObject;
  #spentOnVariables = 0;
  #limit = 0;

  constructor(subject: Subject, variables: ReadonlyMap<string, CompiledExpression> = new Map()) {
    const { objects, namespace, params, shared, attempt } = subject;
    const authorizer = new AuthorizerValue(shared.checks.answer);
    const composed = new VariablesObject(variables, (expression) => this.#variable(expression));
    this.#subject = subject;
    this.#composed = composed;
    this.#variables = {
      object: () => celOfJson(objects.object),
      oldObject: () => celOfJson(objects.old),
      request: () => celOfJson(requestOf(subject)),
      namespaceObject: () => celOfJson(namespace && namespaceOf(namespace)),
      params: () => celOfJson(params),
      variables: composed,
      authorizer,
      'authorizer.requestResource': () =>
        authorizer.resourceCheck({
          group: attempt.asked.resource.group,
          resource: attempt.asked.resource.resource,
          subresource: attempt.subresource,
          namespace: attempt.namespace,
          name: attempt.name,
        }),
    };
  }

  /** Throws OutOfBudget. Evaluates again once what the expression asked about permissions has been answered. */
  async of(expression: CompiledExpression, budget: Budget): Promise<Finding> {
    const { source, program, problem } = expression;
    if (program === undefined) return { error: `compilation error: ${problem}` };
    const { shared } = this.#subject;
    await shared.breathe();
    let rounds = 0;
    const { value, error, cost } = await shared.checks.settle(() => {
      if (rounds++ > 0) this.#composed.forget();
      this.#spentOnVariables = 0;
      this.#limit = budget.remaining;
      return program.evaluate(this.#variables, limits.admissionCallCost);
    });
    budget.spend(this.#spentOnVariables);
    budget.spend(cost);
    if (error === undefined) return { value };
    return { error: `expression '${source}' resulted in error: ${error.message}` };
  }

  #variable({ name, expression }: NamedExpression): CelValue {
    if (expression.program === undefined) {
      throw new CelError(`composited variable ${goQuote(name)} fails to compile: ${expression.problem}`);
    }
    const { value, error, cost } = expression.program.evaluate(this.#variables, limits.admissionCallCost);
    this.#spentOnVariables += cost;
    if (this.#spentOnVariables > this.#limit) throw new OutOfBudget();
    if (error === undefined) return value;
    throw new CelError(`composited variable ${goQuote(name)} fails to evaluate: ${error.message}`);
  }
}

interface NamedExpression {
  readonly name: string;
  readonly expression: CompiledExpression;
}

class VariablesObject extends CelObject {
  readonly typeName = 'kubernetes.variables';
  readonly #expressions: ReadonlyMap<string, CompiledExpression>;
  readonly #evaluate: (named: NamedExpression) => CelValue;
  readonly #known = new Map<string, CelValue>();

  constructor(
    expressions: ReadonlyMap<string, CompiledExpression>,
    evaluate: (named: NamedExpression) => CelValue,
  ) {
    super();
    this.#expressions = expressions;
    this.#evaluate = evaluate;
  }

  get(field: string): CelValue | undefined {
    const known = this.#known.get(field);
    if (known !== undefined) return known;
    const expression = this.#expressions.get(field);
    if (expression === undefined) return undefined;
    const value = this.#evaluate({ name: field, expression });
    this.#known.set(field, value);
    return value;
  }
  /** What was computed with answers that were not known yet. */
  forget(): void {
    this.#known.clear();
  }
  has(field: string): boolean {
    return this.#expressions.has(field);
  }
  fields(): Iterable<string> {
    return this.#expressions.keys();
  }
}

/** The types of variables for expressions behind them; of what does not compile nothing is known. */
export function typesOf(
  variables: ReadonlyMap<string, CompiledExpression>,
  unknown: CelType,
): Map<string, CelType> {
  return new Map([...variables].map(([name, { program }]) => [name, program?.type ?? unknown]));
}

function requestOf({ attempt, sentAs }: Subject): JsonObject {
  const { asked, subresource, name, namespace, operation, user, options, write } = attempt;
  const kindOf = ({ kind: { group, version, kind } }: SentAs): JsonObject => ({ group, version, kind });
  return {
    kind: kindOf(sentAs),
    resource: { ...sentAs.resource },
    requestKind: kindOf(asked),
    requestResource: { ...asked.resource },
    ...(subresource === '' ? {} : { subResource: subresource, requestSubResource: subresource }),
    name,
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: {
      username: user.name,
      uid: user.uid,
      groups: [...user.groups],
      extra: Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]])),
    },
    dryRun: write.dryRun,
    options,
  };
}

/** What expressions may see of a Namespace. */
function namespaceOf({ metadata = {}, spec = {}, status = {} }: JsonObject): JsonObject {
  const { managedFields: _m, ownerReferences: _o, selfLink: _s, ...shown } = metadata as JsonObject;
  return { metadata: shown, spec, status };
}
