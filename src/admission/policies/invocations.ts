/**
 * Which policies have a say in an attempt, by which bindings and with which parameters. Source: apiserver
 * pkg/admission/plugin/policy/{generic,matching}.
 */

import type { JsonObject, KubeObject } from '../../apimachinery/object-meta.ts';
import { StatusError } from '../../apimachinery/status.ts';
import type { MatchResources, ParamRef } from '../../apis/admissionregistration/v1/admission-schemas.ts';
import type { CompiledExpressions } from '../../apis/admissionregistration/v1/expressions/compiled-expressions.ts';
import type { Definitions } from '../../registry/definitions.ts';
import type { Store, TenantId } from '../../storage/store.ts';
import type { SharedEvaluation, Subject } from '../expressions/evaluation.ts';
import type { Attempt, SentAs } from '../matching/attempt.ts';
import { matchedNamedAs } from '../matching/rules.ts';
import { compileSelectors, isSelected, namespaceOf, type Selectors } from '../matching/selectors.ts';
import { type CompiledPolicy, compiledPolicy } from './compiled-policy.ts';
import { ConfigurationProblem, paramsOf } from './params.ts';

export interface PolicyParts {
  readonly store: Store;
  readonly definitions: Definitions;
  readonly expressions: CompiledExpressions;
  readonly sharedOf: (attempt: Attempt) => SharedEvaluation;
}

/** A policy, those that put it to use, and the control plane that both are of. */
export interface BoundPolicy {
  readonly policy: KubeObject;
  readonly bindings: readonly KubeObject[];
  readonly home: TenantId;
}

export interface Invocation {
  readonly policy: CompiledPolicy;
  readonly binding: KubeObject;
  readonly home: TenantId;
  readonly sentAs: SentAs;
  readonly params: JsonObject | undefined;
}
/** What a policy or a binding cannot be used for; its binding where it is its fault. */
export interface Misconfiguration {
  readonly policy: CompiledPolicy;
  readonly binding: KubeObject | undefined;
  readonly problem: string;
}

interface BindingSpec {
  readonly paramRef?: ParamRef;
  readonly matchResources?: MatchResources;
}

/** In the order of the policies, then of their bindings. */
export async function invocationsOf(
  parts: PolicyParts,
  policies: readonly BoundPolicy[],
  attempt: Attempt,
): Promise<(Invocation | Misconfiguration)[]> {
  const found: (Invocation | Misconfiguration)[] = [];
  for (const { policy: object, bindings, home } of policies) {
    const policy = compiledPolicy(object, parts.expressions);
    const sentAs = matchedBy(parts.store, policy.match, policy.selectors, attempt);
    if (sentAs === undefined) continue;
    if (sentAs instanceof Error) {
      found.push({ policy, binding: undefined, problem: `failed to configure policy: ${sentAs.message}` });
      continue;
    }
    for (const binding of bindings) {
      try {
        for (const params of await paramsFor(parts, policy, binding, home, attempt)) {
          found.push({ policy, binding, home, sentAs, params });
        }
      } catch (error) {
        if (!(error instanceof ConfigurationProblem || error instanceof StatusError)) throw error;
        found.push({ policy, binding, problem: `failed to configure binding: ${error.message}` });
      }
    }
  }
  return found;
}

async function paramsFor(
  { store, definitions }: PolicyParts,
  { paramKind }: CompiledPolicy,
  binding: KubeObject,
  home: TenantId,
  attempt: Attempt,
): Promise<readonly (JsonObject | undefined)[]> {
  const { paramRef, matchResources }: BindingSpec = binding.spec ?? {};
  if (matchResources !== undefined) {
    const matched = matchedBy(store, matchResources, selectorsOf(binding, matchResources), attempt);
    if (matched instanceof Error) throw matched;
    if (matched === undefined) return [];
  }
  const { plane } = attempt.write;
  return await paramsOf({ store, definitions, home, plane }, paramKind, paramRef, attempt.namespace);
}

const selectors = new WeakMap<KubeObject, Selectors>();
function selectorsOf(binding: KubeObject, match: MatchResources): Selectors {
  let compiled = selectors.get(binding);
  if (compiled === undefined) {
    compiled = compileSelectors(match);
    selectors.set(binding, compiled);
  }
  return compiled;
}

/** As what the attempt is looked at; undefined where it is not meant, the error where that cannot be told. */
function matchedBy(
  store: Store,
  { resourceRules = [], excludeResourceRules = [], matchPolicy }: MatchResources,
  compiled: Selectors,
  attempt: Attempt,
): SentAs | Error | undefined {
  const selected = isSelected(store, compiled, attempt);
  if (selected === false) return undefined;
  if (matchedNamedAs(excludeResourceRules, matchPolicy, attempt) !== undefined) return undefined;
  const sentAs =
    resourceRules.length === 0 ? attempt.asked : matchedNamedAs(resourceRules, matchPolicy, attempt);
  if (sentAs === undefined) return undefined;
  return selected instanceof Error ? selected : sentAs;
}

/** What the expressions of an invocation are about. */
export async function subjectOf(
  parts: PolicyParts,
  { sentAs, params, home }: Invocation,
  attempt: Attempt,
): Promise<Subject> {
  const shared = parts.sharedOf(attempt);
  const namespace = attempt.isNamespace ? undefined : namespaceOf(parts.store, attempt);
  return {
    attempt,
    sentAs,
    objects: await attempt.sent(sentAs),
    namespace: namespace as unknown as JsonObject | undefined,
    params,
    shared,
    budget: shared.budgetOf(home),
  };
}
