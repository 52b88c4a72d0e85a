/** Whether the expressions of admission kinds can be compiled: what is stored will be evaluated. */
import type { CelType } from '../../../../apimachinery/cel/types.ts';
import { type FieldError, invalidValue } from '../../../../apimachinery/field-error.ts';
import { admissionCompiler } from './admission-environment.ts';
import { type CompiledExpression, CompiledExpressions, type Declarations } from './compiled-expressions.ts';

/** Shared by all control planes, and by those who write expressions and those who evaluate them. */
export const admissionExpressions = new CompiledExpressions(admissionCompiler);

export function expressionErrors(
  path: string,
  source: string,
  declarations: Declarations,
  returns: readonly CelType[],
): FieldError[] {
  return problemsOf(path, admissionExpressions.compile(source, declarations, returns));
}

export const problemsOf = (path: string, { source, problem }: CompiledExpression): FieldError[] =>
  problem === undefined ? [] : [invalidValue(path, source, problem)];
