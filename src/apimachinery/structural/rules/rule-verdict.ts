/**
 * One rule of one value: evaluated within the budget, and told in upstream's words where it fails. A message made by an
 * expression is told if it can be made; otherwise the rule's own message, or the rule itself.
 */
import { goQuote } from '../../apply/go-text.ts';
import { kubernetesCallCost } from '../../cel/cost/kubernetes-call-costs.ts';
import type { Evaluation, Program, Variables } from '../../cel/environment.ts';
import type { CelError } from '../../cel/values.ts';
import {
  duplicateValue,
  type FieldError,
  forbidden,
  invalidValue,
  requiredValue,
} from '../../field-error.ts';
import { limits } from '../../limits.ts';
import type { JsonValue } from '../../object-meta.ts';
import { type ObjectPath, pathText } from './object-path.ts';
import type { CompiledRule } from './rule-compiler.ts';

/** What is left of the budget, and what has been found, while one object is walked. */
export interface RuleRun {
  readonly field: string;
  readonly callLimit: number;
  /** Negative once rules are left out. */
  remaining: number;
  readonly findings: Finding[];
  /** Time is out. */
  readonly isInterrupted: () => boolean;
}
interface Finding {
  readonly error: FieldError;
  readonly path: ObjectPath | undefined;
  /** An unchanged value excuses it. */
  readonly ratchets: boolean;
}

/** What a rule is evaluated of. */
export interface Judged {
  readonly path: ObjectPath | undefined;
  /** Of a scalar, for the error. */
  readonly shown: JsonValue | undefined;
  /** By the schema; what is told of a rule that cannot be evaluated. */
  readonly type: string;
  readonly run: RuleRun;
}

/** A compiled rule without its trees, which are many times what an evaluation needs. */
export type Runnable = Pick<Program, 'evaluate'>;
export interface RunnableRule extends Pick<CompiledRule, 'source' | 'error' | 'usesOldSelf' | 'fieldPath'> {
  readonly program: Runnable | undefined;
  readonly message: Runnable | undefined;
}

/** False once nothing more is to be evaluated. */
export function judgeRule(
  rule: RunnableRule,
  program: Runnable,
  variables: Variables,
  judged: Judged,
): boolean {
  const { run, path } = judged;
  const told = rule.source.message?.trim() || rule.source.rule.trim();
  const { value, error, cost } = evaluate(program, variables, run);
  if (cost > run.remaining) return outOfBudget(judged);
  run.remaining -= cost;
  if (error !== undefined) {
    if (isCostLimit(error)) {
      const problem = `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${told}`;
      return stop(judged, problem);
    }
    const problem = error.message.startsWith('no such overload')
      ? `'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${told}`
      : `${error.message} evaluating rule: ${told}`;
    fail(judged, problem);
    return true;
  }
  if (value === true) return true;
  const add = (problem: string, reason?: string): void => {
    const field = pathText(path, run.field, rule.fieldPath);
    // The value is that of the node, not of the field that is pointed to.
    const shown = rule.fieldPath === '' ? judged.shown : undefined;
    run.findings.push({ error: ruleError(field, shown, problem, reason), path, ratchets: !rule.usesOldSelf });
  };
  const message = rule.message === undefined ? undefined : makeMessage(rule, rule.message, variables, run);
  if (message?.problem !== undefined) {
    add(message.problem);
    run.remaining = -1;
    return false;
  }
  add(message?.text ?? (rule.source.message?.trim() || `failed rule: ${told}`), rule.source.reason);
  return true;
}

function evaluate(
  program: Runnable,
  variables: Variables,
  { callLimit, isInterrupted }: RuleRun,
): Evaluation {
  return program.evaluate(variables, { costLimit: callLimit, callCost: kubernetesCallCost, isInterrupted });
}
const isCostLimit = (error: CelError): boolean =>
  error.message.startsWith('operation cancelled: actual cost limit exceeded');

interface Message {
  /** Absent where what was made cannot be told. */
  readonly text?: string;
  /** Why no more rules are evaluated. */
  readonly problem?: string;
}

function makeMessage(rule: RunnableRule, program: Runnable, variables: Variables, run: RuleRun): Message {
  const { value, error, cost } = evaluate(program, variables, run);
  if (cost > run.remaining) {
    const problem =
      'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run';
    return { problem };
  }
  if (error !== undefined && isCostLimit(error)) {
    const source = goQuote(rule.source.messageExpression ?? '');
    const problem = `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${source}`;
    return { problem };
  }
  run.remaining -= cost;
  const text = typeof value === 'string' ? value.trim() : '';
  const isTold = text !== '' && Buffer.byteLength(text) <= limits.ruleMessageBytes && !text.includes('\n');
  return isTold ? { text } : {};
}

const noBudget =
  'validation failed due to running out of cost budget, no further validation rules will be run';

/** An error that an unchanged value does not excuse. */
export function fail({ path, type, run }: Judged, problem: string): void {
  run.findings.push({ error: invalidValue(pathText(path, run.field), type, problem), path, ratchets: false });
}
function stop(judged: Judged, problem: string): false {
  fail(judged, problem);
  judged.run.remaining = -1;
  return false;
}
export const outOfBudget = (judged: Judged): false => stop(judged, noBudget);

function ruleError(
  field: string,
  shown: JsonValue | undefined,
  problem: string,
  reason = 'FieldValueInvalid',
): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(field, problem);
    case 'FieldValueRequired':
      return requiredValue(field, problem);
    case 'FieldValueDuplicate':
      return shown === undefined
        ? { reason: 'FieldValueDuplicate', field, message: 'Duplicate value' }
        : duplicateValue(field, shown);
    default:
      return shown === undefined
        ? { reason: 'FieldValueInvalid', field, message: `Invalid value: ${problem}` }
        : invalidValue(field, shown, problem);
  }
}
