/** Upstream's tables of what rules of a schema are estimated to cost, to the unit, and of which of them compile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../../../test/corpus.ts';
import type { CostRange } from '../../cel/cost/cost-range.ts';
import { estimateCost } from '../../cel/cost/estimate-cost.ts';
import { kubernetesLibraries } from '../../cel/libraries/kubernetes-libraries.ts';
import { declare, global } from '../../cel/library.ts';
import { stringType } from '../../cel/types.ts';
import { parseJson } from '../../codec/json.ts';
import type { JsonSchemaProps } from '../json-schema-props.ts';
import { declaredCostEstimator } from './declared-cost.ts';
import { type CompiledRule, RuleCompiler } from './rule-compiler.ts';
import { type RuleNode, ruleTreeOf } from './rule-tree.ts';

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

/** All nodes with rules, outermost first. */
function* nodesWithRules(node: RuleNode | undefined): Generator<RuleNode, undefined> {
  if (node === undefined) return undefined;
  if (node.rules.length > 0) yield node;
  for (const inner of [node.items, node.values, ...node.properties.values()]) yield* nodesWithRules(inner);
  return undefined;
}

function compileNode({ type, rules, schema }: RuleNode, compiler: RuleCompiler): CompiledRule[] {
  assert.ok(type);
  const scope = compiler.scopeOf(type);
  return rules.map((rule) => scope.compile(rule, schema));
}

/** Of the only rule in a schema. */
function estimate(schema: JsonSchemaProps, isRoot: boolean): CostRange {
  const nodes = [...nodesWithRules(ruleTreeOf(schema, isRoot))];
  assert.equal(nodes.length, 1);
  const [node] = nodes as [RuleNode];
  const [rule] = compileNode(node, RuleCompiler.shared);
  assert.ok(rule?.program, rule?.error);
  return estimateCost(rule.program.checked, declaredCostEstimator(node.type!));
}
const withRule = (schema: JsonSchemaProps, rule: string): JsonSchemaProps => ({
  ...schema,
  'x-kubernetes-validations': [{ rule }],
});

interface StabilityCase {
  readonly id: string;
  readonly schema: JsonSchemaProps;
  readonly expectedEstimatedCost: Readonly<Record<string, number | bigint>>;
}
table<StabilityCase>('estimated_cost_stability', 23, (cases) => {
  for (const { id, schema, expectedEstimatedCost } of cases) {
    for (const [rule, expected] of Object.entries(expectedEstimatedCost)) {
      assert.equal(estimate(withRule(schema, rule), true).max, BigInt(expected), `${id}: ${rule}`);
    }
  }
});

interface Estimated {
  readonly schema: JsonSchemaProps;
  readonly estimatedCost?: number;
  readonly estimatedCostAtLeast?: number;
}
interface EstimationCase {
  readonly id: string;
  readonly unbounded: Estimated;
  readonly bounded?: Estimated;
}
table<EstimationCase>('cost_estimation', 41, (cases) => {
  for (const { id, ...each } of cases) {
    for (const estimated of [each.unbounded, each.bounded]) {
      if (estimated === undefined) continue;
      const { max } = estimate(estimated.schema, false);
      const { estimatedCost, estimatedCostAtLeast } = estimated;
      if (estimatedCost !== undefined) assert.equal(max, BigInt(estimatedCost), id);
      // A few say nothing but that the rule compiles.
      assert.ok(max >= BigInt(estimatedCostAtLeast ?? 0), `${id}: ${max}`);
    }
  }
});

interface NameCase {
  readonly id: string;
  readonly schema: JsonSchemaProps;
  readonly isRoot: boolean;
  readonly expected: { readonly estimatedCostMin: number; readonly estimatedCostMax: number };
}
table<NameCase>('metadata_name_cost', 2, (cases) => {
  for (const { id, schema, isRoot, expected } of cases) {
    const { max } = estimate(schema, isRoot);
    assert.ok(max >= BigInt(expected.estimatedCostMin) && max <= BigInt(expected.estimatedCostMax), id);
  }
});

interface Expected {
  readonly noError?: boolean;
  readonly error?: { readonly type: string; readonly contains: string };
  readonly messageExpressionError?: { readonly contains: string };
  readonly transitionRule?: boolean;
  readonly all?: readonly Expected[];
  readonly goPredicate?: string;
}
interface CompilationCase {
  readonly id: string;
  readonly schema: JsonSchemaProps;
  readonly env: 'new' | 'stored';
  readonly expectedResults: readonly Expected[];
}

/** A function that only rules stored already may use. */
const later = {
  name: 'later',
  functions: [
    declare(
      'fakeFunction',
      global('fakeFunction', [stringType], stringType, (text: string) => text.toUpperCase()),
    ),
  ],
};
const storedCompiler = new RuleCompiler([...kubernetesLibraries(), later]);

function checkResult(rule: CompiledRule, expected: Expected, id: string): void {
  for (const part of expected.all ?? []) checkResult(rule, part, id);
  if (expected.noError === true)
    assert.deepEqual([rule.error, rule.messageError], [undefined, undefined], id);
  if (expected.error !== undefined)
    assert.ok(rule.error?.includes(expected.error.contains), `${id}: ${rule.error}`);
  if (expected.messageExpressionError !== undefined) {
    assert.ok(
      rule.messageError?.includes(expected.messageExpressionError.contains),
      `${id}: ${rule.messageError}`,
    );
  }
  if (expected.transitionRule !== undefined) assert.equal(rule.usesOldSelf, expected.transitionRule, id);
  if (expected.goPredicate === 'program is nil') assert.equal(rule.program, undefined, id);
}
table<CompilationCase>('compilation', 13, (cases) => {
  for (const { id, schema, env, expectedResults } of cases) {
    const [node] = nodesWithRules(ruleTreeOf(schema, false));
    const compiled = compileNode(node!, env === 'stored' ? storedCompiler : RuleCompiler.shared);
    assert.equal(compiled.length, expectedResults.length, id);
    for (const [i, expected] of expectedResults.entries()) checkResult(compiled[i]!, expected, id);
  }
});

test('a library that is added is there for those who ask for it, and nobody else', () => {
  const schema: JsonSchemaProps = withRule({ type: 'string' }, "fakeFunction(self) == 'A'");
  const [node] = nodesWithRules(ruleTreeOf(schema, false));
  assert.equal(compileNode(node!, storedCompiler)[0]?.error, undefined);
  assert.match(
    compileNode(node!, RuleCompiler.shared)[0]?.error ?? '',
    /undeclared reference to 'fakeFunction'/,
  );
});
