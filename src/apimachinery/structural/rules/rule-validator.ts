/**
 * Judges objects by the rules of their schema. One validator serves all objects of a schema, in whatever control plane:
 * it holds programs, compiled when a value that they speak of is first seen, and nothing of any object.
 *
 * The caller has validated the object by its schema before: rules take for granted that values have their declared
 * types. How errors are told is rule-verdict.ts. The walk is upstream's
 * (k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go).
 */
import { CelOptional, type CelValue } from '../../cel/values.ts';
import type { FieldError } from '../../field-error.ts';
import { limits } from '../../limits.ts';
import type { JsonObject, JsonValue } from '../../object-meta.ts';
import { withinPatternBudget } from '../../re2.ts';
import type { JsonSchemaProps } from '../json-schema-props.ts';
import { CorrelatedValue } from './correlated-value.ts';
import { listMapKeyOf } from './list-map-key.ts';
import { isUnchangedAt, type ObjectPath } from './object-path.ts';
import { type CompiledRule, RuleCompiler } from './rule-compiler.ts';
import { mapIsCorrelatable, type RuleNode, ruleTreeOf } from './rule-tree.ts';
import { fail, judgeRule, outOfBudget, type RuleRun, type RunnableRule } from './rule-verdict.ts';
import type { Adapter } from './typed-lists.ts';
import { adapterOf, type KnownAdapters } from './typed-values.ts';

export interface RuleOptions {
  /** What stands before the paths of errors; nothing for an object by itself. */
  readonly field?: string;
  /** Cost of all rules together. */
  readonly budget?: number;
  /** Cost of one evaluation. */
  readonly callLimit?: number;
}

export interface RuleOutcome {
  readonly errors: readonly FieldError[];
  /** What would be errors, were the values not as they were before the update. */
  readonly warnings: readonly FieldError[];
  /** Of the budget; negative where it did not suffice, and rules were left out. */
  readonly remainingBudget: number;
}

export class RuleValidator {
  readonly #schema: JsonSchemaProps;
  readonly #tree: RuleNode;
  readonly #compiler: RuleCompiler;
  readonly #compiled = new Map<RuleNode, CompiledNode>();
  readonly #adapters: KnownAdapters = new Map();

  private constructor(schema: JsonSchemaProps, tree: RuleNode, compiler: RuleCompiler) {
    this.#schema = schema;
    this.#tree = tree;
    this.#compiler = compiler;
  }

  /**
   * Undefined for a schema without rules. `isRoot`: of a custom resource as a whole, of which rules see the names.
   * Costs a walk of the schema; nothing is compiled.
   */
  static of(
    schema: JsonSchemaProps,
    isRoot = true,
    compiler = RuleCompiler.shared,
  ): RuleValidator | undefined {
    const tree = ruleTreeOf(schema, isRoot);
    return tree && new RuleValidator(schema, tree, compiler);
  }

  /** `old` is what the object replaces; undefined on create. */
  validate(object: JsonValue, old: JsonValue | undefined, options: RuleOptions = {}): RuleOutcome {
    const { field = '', budget = limits.objectRulesCost, callLimit = limits.ruleCallCost } = options;
    const deadline = performance.now() + limits.objectRulesMs;
    const isInterrupted = (): boolean => performance.now() > deadline;
    const run: RuleRun = { field, callLimit, remaining: budget, findings: [], isInterrupted };
    withinPatternBudget(() => this.#visit(this.#tree, undefined, object, old ?? undefined, run));
    const errors: FieldError[] = [];
    const warnings: FieldError[] = [];
    const root =
      old === undefined || run.findings.length === 0
        ? undefined
        : new CorrelatedValue(object, old, this.#schema);
    for (const { error, path, ratchets } of run.findings) {
      const isExcused = ratchets && root !== undefined && isUnchangedAt(path, root);
      (isExcused ? warnings : errors).push(error);
    }
    return { errors, warnings, remainingBudget: run.remaining };
  }

  /** False once nothing more is to be evaluated. */
  #visit(
    node: RuleNode,
    path: ObjectPath | undefined,
    value: JsonValue,
    old: JsonValue | undefined,
    run: RuleRun,
  ): boolean {
    // A rule speaks of a value that is there; that there must be one is for a rule around it to say.
    if (value === null) return true;
    if (node.rules.length > 0 && !this.#judge(node, path, value, old, run)) return false;
    for (const part of node.allOf.values()) {
      if (!this.#visit(part, { parent: path, step: 'allOf', name: '' }, value, old, run)) return false;
    }
    if (Array.isArray(value)) return this.#visitItems(node, path, value, old, run);
    if (typeof value === 'object') return this.#visitFields(node, path, value, old, run);
    return true;
  }

  #visitItems(
    { schema, items }: RuleNode,
    path: ObjectPath | undefined,
    list: JsonValue[],
    old: JsonValue | undefined,
    run: RuleRun,
  ): boolean {
    if (items === undefined) return true;
    const oldItem = items.mentionsOld ? oldItemsOf(schema, old) : noOldItem;
    return list.every((item, index) =>
      this.#visit(items, { parent: path, step: 'item', name: index }, item, oldItem(item), run),
    );
  }

  #visitFields(
    { schema, values, properties }: RuleNode,
    path: ObjectPath | undefined,
    object: JsonObject,
    old: JsonValue | undefined,
    run: RuleRun,
  ): boolean {
    const oldFields = isObject(old) && mapIsCorrelatable(schema) ? old : undefined;
    for (const name of Object.keys(object)) {
      const property = properties.get(name);
      const value = object[name];
      if (value === undefined || (values === undefined && property === undefined)) continue;
      const before =
        oldFields !== undefined && Object.hasOwn(oldFields, name)
          ? (oldFields[name] ?? undefined)
          : undefined;
      const goesOn =
        (values === undefined ||
          this.#visit(values, { parent: path, step: 'key', name }, value, before, run)) &&
        (property === undefined ||
          this.#visit(property, { parent: path, step: 'field', name }, value, before, run));
      if (!goesOn) return false;
    }
    return true;
  }

  /** All rules of a node, of one value. */
  #judge(
    node: RuleNode,
    path: ObjectPath | undefined,
    value: JsonValue,
    old: JsonValue | undefined,
    run: RuleRun,
  ): boolean {
    const shown = typeof value === 'object' ? undefined : value;
    const judged = { path, shown, type: node.schema.type ?? '', run };
    if (run.remaining <= 0) return outOfBudget(judged);
    const { rules, adapt } = this.#compiledOf(node);
    const self = (): CelValue => adapt(value);
    const oldSelf = old === undefined ? undefined : (): CelValue => adapt(old);
    const variables = oldSelf === undefined ? { self } : { self, oldSelf };
    const optionalVariables = {
      self,
      oldSelf: () => (oldSelf === undefined ? CelOptional.none : CelOptional.of(oldSelf())),
    };
    for (const rule of rules) {
      if (rule.error !== undefined) fail(judged, `rule compile error: ${rule.error}`);
      if (rule.program === undefined) continue;
      const isOptional = rule.source.optionalOldSelf === true;
      // A transition rule needs something to compare with.
      if (rule.usesOldSelf && oldSelf === undefined && !isOptional) continue;
      if (!judgeRule(rule, rule.program, isOptional ? optionalVariables : variables, judged)) return false;
    }
    return true;
  }

  #compiledOf(node: RuleNode): CompiledNode {
    let compiled = this.#compiled.get(node);
    if (compiled === undefined) {
      compiled = compileNode(node, this.#compiler, this.#adapters);
      this.#compiled.set(node, compiled);
    }
    return compiled;
  }
}

interface CompiledNode {
  readonly rules: readonly RunnableRule[];
  readonly adapt: Adapter;
}

function compileNode(
  { schema, rules, name, type, isResource }: RuleNode,
  compiler: RuleCompiler,
  known: KnownAdapters,
): CompiledNode {
  const adapt = adapterOf(schema, isResource, name, known);
  // There is an adapter for exactly what there is a type for.
  if (type === undefined || adapt === undefined) return { rules: [], adapt: () => null };
  const scope = compiler.scopeOf(type);
  return { rules: rules.map((rule) => runnable(scope.compile(rule, schema))), adapt };
}

function runnable({ source, program, message, error, usesOldSelf, fieldPath }: CompiledRule): RunnableRule {
  return {
    ...{ source, usesOldSelf, fieldPath },
    ...(error !== undefined && { error }),
    program: program && { evaluate: program.evaluate },
    message: message && { evaluate: message.evaluate },
  };
}

type OldItemOf = (item: JsonValue) => JsonValue | undefined;
const noOldItem: OldItemOf = () => undefined;
/** Only a list map says which item was which. */
function oldItemsOf(schema: JsonSchemaProps, old: JsonValue | undefined): OldItemOf {
  const { 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  if (listType !== 'map' || !Array.isArray(old)) return noOldItem;
  const byKey = new Map(old.map((item) => [listMapKeyOf(item, keys), item]));
  return (item) => byKey.get(listMapKeyOf(item, keys)) ?? undefined;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
