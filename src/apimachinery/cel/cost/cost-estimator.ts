/** What an estimate of costs asks of others: how large values may be, and what calls may cost. */
import type { LiteralValue } from '../ast.ts';
import type { CelType } from '../types.ts';
import type { CostRange } from './cost-range.ts';

/** An operand, as estimates of calls see it. */
export interface SizedNode {
  /**
   * Where its value lies, from a variable on: names of fields, `@items`, `@values`, `@keys`, `@indices`. Undefined
   * for what is made in the expression.
   */
  readonly path: readonly string[] | undefined;
  readonly type: CelType;
  /** Of a literal. */
  readonly literal?: LiteralValue;
  /** Characters, bytes, items or entries, as far as the expression shows it. */
  readonly size: CostRange | undefined;
}

export interface EstimatedCall {
  readonly function: string;
  readonly overloadId: string;
  /** Of a member function. */
  readonly target: SizedNode | undefined;
  readonly args: readonly SizedNode[];
  /** As far as known; anything at all otherwise. */
  sizeOf(node: SizedNode): CostRange;
}

export interface CallEstimate {
  /** Without what the operands cost. */
  readonly cost: CostRange;
  /** Of the list, map or text that it returns. */
  readonly resultSize?: CostRange;
}

export interface CostEstimator {
  /** Undefined where a declaration says nothing. */
  sizeOf(node: Pick<SizedNode, 'path' | 'type'>): CostRange | undefined;
  /** Undefined where the standard library's figures hold. */
  call(call: EstimatedCall): CallEstimate | undefined;
}
