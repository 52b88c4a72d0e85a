/**
 * MutatingAdmissionPolicy: those that have a say change the object, one after the other. Source of the rules and words:
 * apiserver pkg/admission/plugin/policy/{generic/policy_dispatcher,mutating/dispatcher}.go.
 */

import { deepEqual } from '../../apimachinery/equality.ts';
import { apiVersionOf } from '../../apimachinery/gvk.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonObject } from '../../apimachinery/object-meta.ts';
import { DecodeError } from '../../apimachinery/schema/decode.ts';
import { asWritten } from '../../apimachinery/schema/zero-members.ts';
import { ForeignFailure, forbidden, StatusError } from '../../apimachinery/status.ts';
import { typedObject } from '../../registry/typed-object.ts';
import { conditionsOutcome } from '../expressions/cel-match-conditions.ts';
import { Budget, Evaluation, OutOfBudget } from '../expressions/evaluation.ts';
import type { Attempt } from '../matching/attempt.ts';
import type { Reinvocation } from '../matching/reinvocation.ts';
import type { CompiledMutation } from './compiled-policy.ts';
import {
  type BoundPolicy,
  type Invocation,
  invocationsOf,
  type Misconfiguration,
  type PolicyParts,
  subjectOf,
} from './invocations.ts';
import { PatchProblem, patchedBy } from './policy-patches.ts';
import { shownName } from './validating-policies.ts';

/** Changes the object of the attempt. Throws a StatusError to refuse. */
export async function askMutatingPolicies(
  parts: PolicyParts,
  policies: readonly BoundPolicy[],
  attempt: Attempt,
  reinvocation: Reinvocation,
): Promise<void> {
  const problems: Misconfiguration[] = [];
  for (const invocation of await invocationsOf(parts, policies, attempt)) {
    if ('problem' in invocation) {
      problems.push(invocation);
      continue;
    }
    const { policy, binding } = invocation;
    const id = idOf(invocation);
    try {
      if (!(await areConditionsMet(parts, invocation, attempt)) || !reinvocation.isDue(id)) continue;
    } catch (error) {
      problems.push({ policy, binding, problem: problemIn(error) });
      continue;
    }
    let hasChanged = false;
    for (const mutation of policy.mutations) {
      try {
        hasChanged = (await mutate(parts, invocation, mutation, attempt)) || hasChanged;
      } catch (error) {
        problems.push({ policy, binding, problem: problemIn(error) });
      }
    }
    if (hasChanged) reinvocation.changed();
    if (policy.isReinvoked) reinvocation.asked(id);
  }
  const failures = problems.filter(({ policy }) => !policy.ignoresFailure);
  if (failures.length > 0) throw denied(failures, attempt);
}

function idOf({ policy, binding, home, params }: Invocation): string {
  const { namespace = '', name = '' } = (params?.metadata ?? {}) as JsonObject;
  return ['policy', home, policy.name, binding.metadata.name, namespace, name].join('/');
}

/** What a policy's failure policy decides about; all else is thrown on. */
function problemIn(error: unknown): string {
  if (error instanceof PatchProblem || error instanceof OutOfBudget) return error.message;
  throw error;
}

async function areConditionsMet(
  parts: PolicyParts,
  invocation: Invocation,
  attempt: Attempt,
): Promise<boolean> {
  const { conditions, variables } = invocation.policy;
  if (conditions.length === 0) return true;
  const subject = await subjectOf(parts, invocation, attempt);
  const outcome = await conditionsOutcome(conditions, new Evaluation(subject, variables), subject.budget);
  if ('problem' in outcome) throw new PatchProblem(outcome.problem);
  return outcome.holds;
}

/** Whether it changed anything. */
async function mutate(
  parts: PolicyParts,
  invocation: Invocation,
  mutation: CompiledMutation,
  attempt: Attempt,
): Promise<boolean> {
  const { sentAs, policy } = invocation;
  const { object } = await attempt.sent(sentAs);
  if (object === undefined) return false;
  const { expression } = mutation;
  if (expression.program === undefined) throw new PatchProblem(expression.problem);
  const subject = await subjectOf(parts, invocation, attempt);
  const budget = new Budget(limits.policyCost, subject.budget);
  const found = await new Evaluation(subject, policy.variables).of(expression, budget);
  if (found.error !== undefined) throw new PatchProblem(found.error);
  const served = attempt.servedAs(sentAs.kind);
  const patched = patchedBy(mutation.patchType, found.value, object, served);
  if (patched === object) return false;
  const { apiVersion, kind } = patched;
  if (apiVersion !== apiVersionOf(sentAs.kind) || kind !== sentAs.kind.kind) {
    throw new ForeignFailure(`policy '${policy.name}' changed the kind of the object`);
  }
  try {
    const typed = typedObject(served, patched);
    if (deepEqual(asWritten(typed, served.version.schema) as unknown as JsonObject, object)) return false;
    attempt.replace(await attempt.asAsked(typed, sentAs.kind));
    return true;
  } catch (error) {
    if (error instanceof DecodeError) throw new ForeignFailure(error.message, error);
    throw error;
  }
}

/** A 403 that says what the first failure was, and has all of them as causes. */
function denied(failures: readonly Misconfiguration[], attempt: Attempt): StatusError {
  const messages = failures.map(({ policy, binding, problem }) =>
    binding === undefined
      ? `policy '${policy.name}' denied request: ${problem}`
      : `policy '${policy.name}' with binding '${binding.metadata.name ?? ''}' denied request: ${problem}`,
  );
  const causes = messages.map((message) => ({ message }));
  const { status } = forbidden(attempt.asked.resource, shownName(attempt), '', causes);
  return new StatusError({ ...status, message: messages[0] ?? '', reason: 'Invalid' });
}
