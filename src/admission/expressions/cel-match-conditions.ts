/** Match conditions of webhooks. Source: apiserver pkg/admission/plugin/webhook/matchconditions/matcher.go. */
import { boolType } from '../../apimachinery/cel/types.ts';
import { limits } from '../../apimachinery/limits.ts';
import { forbidden } from '../../apimachinery/status.ts';
import type { MatchCondition } from '../../apis/admissionregistration/v1/admission-schemas.ts';
import type {
  CompiledExpression,
  CompiledExpressions,
} from '../../apis/admissionregistration/v1/expressions/compiled-expressions.ts';
import { Budget, Evaluation, OutOfBudget, type Subject } from './evaluation.ts';

/** All hold; one does not; or none is false, and what is wrong with those that have no answer. */
export type ConditionsOutcome = { readonly holds: boolean } | { readonly problem: string };

export async function conditionsOutcome(
  conditions: readonly CompiledExpression[],
  evaluation: Evaluation,
  whole: Budget,
): Promise<ConditionsOutcome> {
  const budget = new Budget(limits.matchConditionsCost, whole);
  const problems: string[] = [];
  try {
    for (const condition of conditions) {
      const { value, error } = await evaluation.of(condition, budget);
      if (error !== undefined) problems.push(error);
      else if (value === false) return { holds: false };
    }
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    return { problem: error.message };
  }
  if (problems.length === 0) return { holds: true };
  const [first] = problems;
  return { problem: problems.length === 1 ? `${first}` : `[${[...new Set(problems)].join(', ')}]` };
}

/** Of a webhook: they speak of no parameters, and its failure policy decides where they have no answer. */
export async function webhookConditionsHold(
  expressions: CompiledExpressions,
  conditions: readonly MatchCondition[],
  subject: Subject,
  ignoresFailure: boolean,
): Promise<boolean> {
  const declarations = {
    hasParams: false,
    hasAuthorizer: true,
    hasPatchTypes: false,
    variables: undefined,
  };
  const compiled = conditions.map(({ expression }) =>
    expressions.compile(expression, declarations, [boolType]),
  );
  const outcome = await conditionsOutcome(compiled, new Evaluation(subject), subject.budget);
  if ('holds' in outcome) return outcome.holds;
  if (ignoresFailure) return false;
  const { asked, name } = subject.attempt;
  throw forbidden(asked.resource, name, outcome.problem);
}
