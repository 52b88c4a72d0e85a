/**
 * Refuses trees that are too high or too large to be walked. Both come of little text: chains within parentheses grow
 * as high as they are long, and macros that use a part twice (`optMap`) double what is below them. So this walk, and
 * this alone, has a stack of its own and looks at each node once.
 */
import { limits } from '../limits.ts';
import type { Expr, ParsedExpression } from './ast.ts';
import { SyntaxIssue } from './issue.ts';
import { partsOf } from './parts-of.ts';

interface Extent {
  readonly height: number;
  /** In nodes; one that is used twice counts twice. */
  readonly size: number;
}

/** Throws SyntaxIssue. */
export function boundTree({ expr: root, positions }: ParsedExpression): void {
  const extents = new Map<Expr, Extent>();
  const waiting = [root];
  for (let expr = waiting.at(-1); expr !== undefined; expr = waiting.at(-1)) {
    const parts = partsOf(expr);
    const unknown = parts.filter((part) => !extents.has(part));
    if (unknown.length > 0) {
      for (const part of unknown) waiting.push(part);
      continue;
    }
    waiting.pop();
    let height = 1;
    let size = 1;
    for (const part of parts) {
      const extent = extents.get(part)!;
      height = Math.max(height, extent.height + 1);
      size += extent.size;
    }
    const offset = positions.get(expr.id) ?? 0;
    if (height > limits.expressionHeight) throw new SyntaxIssue('max recursion depth exceeded', offset);
    if (size > limits.expressionNodes) {
      throw new SyntaxIssue(`expression node count exceeds limit: ${limits.expressionNodes}`, offset);
    }
    extents.set(expr, { height, size });
  }
}
