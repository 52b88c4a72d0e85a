/**
 * ValidatingAdmissionPolicy: all that have a say are evaluated, and the first that denies is told. Source of the rules
 * and words: apiserver pkg/admission/plugin/policy/validating/{dispatcher,validator}.go. Audit annotations are
 * evaluated for what is wrong with them; they are kept nowhere before there is an audit.
 */

import { limits } from '../../apimachinery/limits.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { forbidden, StatusError } from '../../apimachinery/status.ts';
import { conditionsOutcome } from '../expressions/cel-match-conditions.ts';
import { Budget, Evaluation, type Finding, OutOfBudget, type Subject } from '../expressions/evaluation.ts';
import type { Attempt } from '../matching/attempt.ts';
import type { CompiledPolicy, CompiledValidation } from './compiled-policy.ts';
import { type BoundPolicy, invocationsOf, type PolicyParts, subjectOf } from './invocations.ts';

interface Denial {
  readonly policy: CompiledPolicy;
  readonly binding: KubeObject | undefined;
  readonly message: string;
  /** "" for the usual one. */
  readonly reason: string;
}
type Verdict = Pick<Denial, 'message' | 'reason'>;

/** Throws a StatusError to refuse. */
export async function askValidatingPolicies(
  parts: PolicyParts,
  policies: readonly BoundPolicy[],
  attempt: Attempt,
): Promise<void> {
  const denials: Denial[] = [];
  for (const invocation of await invocationsOf(parts, policies, attempt)) {
    const { policy, binding } = invocation;
    if ('problem' in invocation) {
      if (!policy.ignoresFailure) denials.push({ policy, binding, message: invocation.problem, reason: '' });
      continue;
    }
    const subject = await subjectOf(parts, invocation, attempt);
    const { verdicts, annotationProblems } = await judged(policy, subject);
    const actions = new Set((binding?.spec?.validationActions as readonly string[] | undefined) ?? []);
    for (const verdict of verdicts) {
      if (actions.has('Deny')) denials.push({ policy, binding, ...verdict });
      if (actions.has('Warn')) attempt.write.warn(warningOf(policy, binding, verdict));
    }
    for (const message of annotationProblems) denials.push({ policy, binding, message, reason: '' });
  }
  const [first] = denials;
  if (first !== undefined) throw denied(first, attempt);
}

const warningOf = ({ name }: CompiledPolicy, binding: KubeObject | undefined, { message }: Verdict): string =>
  `Validation failed for ValidatingAdmissionPolicy '${name}' with binding '${binding?.metadata.name ?? ''}': ${message}`;

interface Judgement {
  readonly verdicts: readonly Verdict[];
  readonly annotationProblems: readonly string[];
}

/** What is wrong with the subject. What cannot be evaluated is wrong unless the policy ignores that. */
async function judged(policy: CompiledPolicy, subject: Subject): Promise<Judgement> {
  const failure = (message: string): Judgement => ({
    verdicts: policy.ignoresFailure ? [] : [{ message, reason: '' }],
    annotationProblems: [],
  });
  if (policy.conditions.length > 0) {
    const evaluation = new Evaluation(subject, policy.variables);
    const outcome = await conditionsOutcome(policy.conditions, evaluation, subject.budget);
    if ('problem' in outcome) return policy.ignoresFailure ? nothingWrong : failure(outcome.problem);
    if (!outcome.holds) return nothingWrong;
  }
  try {
    const verdicts = await verdictsOf(policy, subject);
    return { verdicts, annotationProblems: await annotationProblemsOf(policy, subject) };
  } catch (error) {
    if (error instanceof OutOfBudget) return failure(error.message);
    throw error;
  }
}
const nothingWrong: Judgement = { verdicts: [], annotationProblems: [] };

async function verdictsOf(policy: CompiledPolicy, subject: Subject): Promise<Verdict[]> {
  const budget = new Budget(limits.policyCost, subject.budget);
  const evaluation = new Evaluation(subject, policy.variables);
  const findings: (Finding & { readonly validation: CompiledValidation })[] = [];
  for (const validation of policy.validations) {
    findings.push({ validation, ...(await evaluation.of(validation.expression, budget)) });
  }
  const messages = new Evaluation(subject, policy.variables);
  const verdicts: Verdict[] = [];
  for (const { validation, value, error } of findings) {
    if (error !== undefined) {
      if (!policy.ignoresFailure) verdicts.push({ message: error, reason: '' });
    } else if (value !== true) {
      const { reason = 'Invalid' } = validation;
      const found = await messageOf(validation, messages, budget);
      if (found !== undefined) verdicts.push({ message: found, reason });
      else if (!policy.ignoresFailure) {
        verdicts.push({ message: `failed messageExpression: ${new OutOfBudget().message}`, reason: '' });
      }
    }
  }
  return verdicts;
}

/** Its messageExpression's where that gives a line, else its message, else its expression; undefined without budget. */
async function messageOf(
  { expression, message, messageExpression }: CompiledValidation,
  evaluation: Evaluation,
  budget: Budget,
): Promise<string | undefined> {
  const fallback = message.trim() === '' ? `failed expression: ${expression.source.trim()}` : message.trim();
  if (messageExpression === undefined) return fallback;
  try {
    const { value } = await evaluation.of(messageExpression, budget);
    const line = typeof value === 'string' ? value.trim() : '';
    const isUsable = Buffer.byteLength(line) <= limits.policyMessageBytes && !line.includes('\n');
    return line !== '' && isUsable ? line : fallback;
  } catch (error) {
    if (error instanceof OutOfBudget) return undefined;
    throw error;
  }
}

async function annotationProblemsOf(policy: CompiledPolicy, subject: Subject): Promise<string[]> {
  if (policy.auditAnnotations.length === 0 || policy.ignoresFailure) return [];
  const budget = new Budget(limits.policyCost, subject.budget);
  const evaluation = new Evaluation(subject, policy.variables);
  const problems: string[] = [];
  for (const annotation of policy.auditAnnotations) {
    const { error } = await evaluation.of(annotation, budget);
    if (error !== undefined) problems.push(error);
  }
  return problems;
}

const codes: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
};

/** A 403 in all but its reason and code. */
function denied({ policy, binding, message, reason }: Denial, attempt: Attempt): StatusError {
  const by =
    binding === undefined
      ? `ValidatingAdmissionPolicy '${policy.name}'`
      : `ValidatingAdmissionPolicy '${policy.name}' with binding '${binding.metadata.name ?? ''}'`;
  const text = `${by} denied request: ${message}`;
  const given = reason === '' ? 'Invalid' : reason;
  const { status } = forbidden(attempt.asked.resource, shownName(attempt), text, [{ message: text }]);
  return new StatusError({ ...status, reason: given, code: codes[given] ?? 422 });
}

/** Of what has no name yet, what it will be generated from. */
export function shownName({ name, object }: Attempt): string {
  if (name !== '') return name;
  const generated = object?.metadata.generateName ?? '';
  return generated === '' ? 'Unknown' : generated;
}
