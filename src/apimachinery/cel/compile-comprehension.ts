/** Loops: what macros over lists and maps expand to. The usual ones have a form of their own. */
import type { Comprehension, Expr } from './ast.ts';
import { collectionStep } from './compile-collection.ts';
import { inLoop, Walk } from './compile-loop.ts';
import { quantifierStep } from './compile-quantifier.ts';
import type { Compiling } from './compiling.ts';
import type { Frame, Step } from './frame.ts';
import { CelError } from './values.ts';

export function comprehensionStep(compiler: Compiling, expr: Comprehension): Step {
  return quantifierStep(compiler, expr) ?? collectionStep(compiler, expr) ?? loopStep(compiler, expr);
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
    const { locals } = frame;
    locals[accu] = init(frame);
    const walk = Walk.over(container, loop, frame);
    if (walk instanceof CelError) return walk;
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
