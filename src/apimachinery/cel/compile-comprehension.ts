/** Loops: what macros over lists and maps expand to. The usual ones have a form of their own. */
import type { Comprehension, Expr } from './ast.ts';
import { collectionStep } from './compile-collection.ts';
import { inLoop, walk } from './compile-loop.ts';
import { quantifierStep } from './compile-quantifier.ts';
import type { Compiling } from './compiling.ts';
import type { Frame, Step } from './frame.ts';
import { absorbed } from './runtime-cost.ts';

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
    const { locals } = frame;
    try {
      locals[accu] = init(frame);
    } catch (error) {
      locals[accu] = absorbed(error);
    }
    walk(loop, container, frame, () => {
      if (!goesOn(frame)) return false;
      try {
        locals[accu] = next(frame);
      } catch (error) {
        locals[accu] = absorbed(error);
      }
      return true;
    });
    return result(frame);
  };
}

function conditionStep(compiler: Compiling, expr: Expr): (frame: Frame) => boolean {
  if (expr.kind === 'literal') return () => expr.value === true;
  const step = compiler.step(expr);
  return (frame) => step(frame) === true;
}
