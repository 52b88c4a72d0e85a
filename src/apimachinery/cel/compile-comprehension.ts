/** Loops: what macros over lists and maps expand to. The usual ones have a form of their own. */
import type { Comprehension, Expr } from './ast.ts';
import { collectionStep } from './compile-collection.ts';
import { inLoop, Walk } from './compile-loop.ts';
import { quantifierStep } from './compile-quantifier.ts';
import type { Compiling } from './compiling.ts';
import type { Frame, Step } from './frame.ts';
import { CelError } from './values.ts';

export function comprehensionStep(compiler: Compiling, expr: Comprehension): Step {
  return (
    bindStep(compiler, expr) ??
    quantifierStep(compiler, expr) ??
    collectionStep(compiler, expr) ??
    loopStep(compiler, expr)
  );
}

/**
 * `cel.bind`: a loop over nothing, whose accumulator has a name. What it is bound to is evaluated when it is first
 * asked for, and costs nothing where nobody asks. Undefined for other loops.
 */
function bindStep(compiler: Compiling, expr: Comprehension): Step | undefined {
  const { iterRange, accuVar, accuInit, loopCondition } = expr;
  if (iterRange.kind !== 'list' || iterRange.elements.length > 0) return undefined;
  if (loopCondition.kind !== 'literal' || loopCondition.value !== false) return undefined;
  const range = compiler.step(iterRange);
  const init = compiler.step(accuInit);
  const slot = compiler.slots++;
  compiler.scope.push({ name: accuVar, slot, init });
  const result = compiler.step(expr.result);
  compiler.scope.length -= 1;
  return (frame) => {
    range(frame);
    frame.locals[slot] = undefined;
    return result(frame);
  };
}

function loopStep(compiler: Compiling, expr: Comprehension): Step {
  const range = compiler.step(expr.iterRange);
  const init = compiler.step(expr.accuInit);
  const accu = compiler.slots++;
  compiler.scope.push({ name: expr.accuVar, slot: accu });
  const { loop, parts } = inLoop(compiler, expr, () => ({
    goesOn: conditionStep(compiler, expr.loopCondition),
    next: compiler.step(expr.loopStep),
  }));
  const { goesOn, next } = parts;
  const result = compiler.step(expr.result);
  compiler.scope.length -= 1;

  return (frame) => {
    const container = range(frame);
    if (container instanceof CelError) return container;
    const walk = Walk.over(container, loop, frame);
    if (walk instanceof CelError) return walk;
    const { locals } = frame;
    locals[accu] = init(frame);
    for (let at = 0; at < walk.size; at++) {
      const end = walk.bind(at);
      if (end !== undefined) return end;
      if (!goesOn(frame)) break;
      locals[accu] = next(frame);
    }
    return result(frame);
  };
}

function conditionStep(compiler: Compiling, expr: Expr): (frame: Frame) => boolean {
  if (expr.kind === 'literal') return () => expr.value === true;
  const step = compiler.step(expr);
  return (frame) => step(frame) === true;
}
