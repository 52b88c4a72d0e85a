/** Literals that stand for something else: patterns, durations and times are read when an expression is checked. */
import { compileRe2, Re2SyntaxError } from '../re2.ts';
import type { CheckedExpression, Expr } from './ast.ts';
import type { Issue } from './environment.ts';
import { issueAt } from './issue.ts';
import { partsOf } from './parts-of.ts';
import { inTime } from './standard/arithmetic.ts';
import { parseDuration, parseTimestamp } from './standard/times.ts';
import { CelError } from './values.ts';

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  duration: parseDuration,
  timestamp: parseTimestamp,
  matches: readPattern,
};

function readPattern(text: string): unknown {
  try {
    return compileRe2(text);
  } catch (error) {
    if (error instanceof Re2SyntaxError) return new CelError(error.message, error);
    throw error;
  }
}

export function literalIssues({ expr, source, positions }: CheckedExpression): Issue[] {
  const issues: Issue[] = [];
  visit(expr, (call) => {
    const read = readers[call.function];
    const literal = call.args.at(-1);
    if (read === undefined || literal?.kind !== 'literal') return;
    const { value } = literal;
    const isTime = typeof value === 'bigint' && call.function === 'timestamp';
    const found = isTime ? inTime(value * 1_000_000_000n) : typeof value === 'string' ? read(value) : value;
    if (found instanceof CelError)
      issues.push(issueAt(source, positions.get(literal.id) ?? 0, `invalid ${call.function} argument`));
  });
  return issues;
}

function visit(expr: Expr, onCall: (call: Expr & { readonly kind: 'call' }) => void): void {
  if (expr.kind === 'call') onCall(expr);
  for (const part of partsOf(expr)) visit(part, onCall);
}
