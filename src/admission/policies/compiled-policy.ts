/**
 * A policy of either sort, with its expressions compiled: once for each object, and each expression once for all
 * objects that have it. Source: compilePolicy in apiserver pkg/admission/plugin/policy/{validating,mutating}.
 */

import { jsonPatchType } from '../../apimachinery/cel/libraries/json-patch.ts';
import { boolType, dynType, listOf, nullType, stringType } from '../../apimachinery/cel/types.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import type {
  MatchCondition,
  MatchResources,
  ParamKind,
  Variable,
} from '../../apis/admissionregistration/v1/admission-schemas.ts';
import { patchedObjectType } from '../../apis/admissionregistration/v1/expressions/admission-environment.ts';
import type {
  CompiledExpression,
  CompiledExpressions,
  Declarations,
} from '../../apis/admissionregistration/v1/expressions/compiled-expressions.ts';
import { typesOf } from '../expressions/evaluation.ts';
import { compileSelectors, type Selectors } from '../matching/selectors.ts';

/** What both sorts have. */
interface PolicySpec {
  readonly paramKind?: ParamKind;
  readonly matchConstraints?: MatchResources;
  readonly failurePolicy?: string;
  readonly matchConditions?: readonly MatchCondition[];
  readonly variables?: readonly Variable[];
  readonly reinvocationPolicy?: string;
  readonly validations?: readonly {
    readonly expression: string;
    readonly message?: string;
    readonly messageExpression?: string;
    readonly reason?: string;
  }[];
  readonly auditAnnotations?: readonly { readonly key: string; readonly valueExpression: string }[];
  readonly mutations?: readonly {
    readonly patchType: string;
    readonly applyConfiguration?: { readonly expression?: string };
    readonly jsonPatch?: { readonly expression?: string };
  }[];
}

export interface CompiledValidation {
  readonly expression: CompiledExpression;
  readonly message: string;
  readonly messageExpression: CompiledExpression | undefined;
  readonly reason: string | undefined;
}
export interface CompiledMutation {
  readonly patchType: string;
  readonly expression: CompiledExpression;
}

export interface CompiledPolicy {
  readonly name: string;
  readonly ignoresFailure: boolean;
  readonly isReinvoked: boolean;
  readonly paramKind: ParamKind | undefined;
  readonly match: MatchResources;
  readonly selectors: Selectors;
  readonly conditions: readonly CompiledExpression[];
  readonly variables: ReadonlyMap<string, CompiledExpression>;
  readonly validations: readonly CompiledValidation[];
  readonly auditAnnotations: readonly CompiledExpression[];
  readonly mutations: readonly CompiledMutation[];
}

const compiledPolicies = new WeakMap<KubeObject, CompiledPolicy>();

export function compiledPolicy(policy: KubeObject, expressions: CompiledExpressions): CompiledPolicy {
  let compiled = compiledPolicies.get(policy);
  if (compiled === undefined) {
    compiled = compile(policy, expressions);
    compiledPolicies.set(policy, compiled);
  }
  return compiled;
}

function compile({ metadata, spec }: KubeObject, expressions: CompiledExpressions): CompiledPolicy {
  const wanted: PolicySpec = spec ?? {};
  const match = wanted.matchConstraints ?? {};
  const base: Declarations = {
    hasParams: wanted.paramKind !== undefined,
    hasAuthorizer: true,
    hasPatchTypes: wanted.mutations !== undefined,
    variables: new Map(),
  };
  const variables = new Map<string, CompiledExpression>();
  for (const { name, expression } of wanted.variables ?? []) {
    const declared = { ...base, variables: typesOf(variables, dynType) };
    variables.set(name, expressions.compile(expression, declared, []));
  }
  const all: Declarations = { ...base, variables: typesOf(variables, dynType) };
  // Messages and annotations may not ask what somebody may do.
  const unauthorized: Declarations = { ...all, hasAuthorizer: false };
  return {
    name: metadata.name ?? '',
    ignoresFailure: wanted.failurePolicy === 'Ignore',
    isReinvoked: wanted.reinvocationPolicy === 'IfNeeded',
    paramKind: wanted.paramKind,
    match,
    selectors: compileSelectors(match),
    conditions: (wanted.matchConditions ?? []).map(({ expression }) =>
      expressions.compile(expression, all, [boolType]),
    ),
    variables,
    validations: (wanted.validations ?? []).map(({ expression, message, messageExpression, reason }) => ({
      expression: expressions.compile(expression, all, [boolType]),
      message: message ?? '',
      messageExpression: isGiven(messageExpression)
        ? expressions.compile(messageExpression, unauthorized, [stringType])
        : undefined,
      reason,
    })),
    auditAnnotations: (wanted.auditAnnotations ?? []).map(({ valueExpression }) =>
      expressions.compile(valueExpression, unauthorized, [stringType, nullType]),
    ),
    mutations: (wanted.mutations ?? []).map(({ patchType, applyConfiguration, jsonPatch }) =>
      patchType === 'ApplyConfiguration'
        ? {
            patchType,
            expression: expressions.compile(applyConfiguration?.expression ?? '', all, [patchedObjectType]),
          }
        : {
            patchType,
            expression: expressions.compile(jsonPatch?.expression ?? '', all, [listOf(jsonPatchType)]),
          },
    ),
  };
}

const isGiven = (text: string | undefined): text is string => text !== undefined && text !== '';
