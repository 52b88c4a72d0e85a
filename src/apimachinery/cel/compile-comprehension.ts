/** Loops: what macros over lists and maps expand to. */
import type { Comprehension, Expr } from './ast.ts';
import { quantifierStep } from './compile-quantifier.ts';
import type { Compiling } from './compiling.ts';
import type { Frame, Step } from './frame.ts';
import { absorbed } from './runtime-cost.ts';
import { CelList, CelMap, type CelValue, noSuchOverload } from './values.ts';

export function comprehensionStep(compiler: Compiling, expr: Comprehension): Step {
  return quantifierStep(compiler, expr) ?? loopStep(compiler, expr);
}

function loopStep(compiler: Compiling, expr: Comprehension): Step {
  const range = compiler.step(expr.iterRange);
  const init = compiler.step(expr.accuInit);
  const accu = compiler.slots++;
  compiler.scope.push({ name: expr.accuVar, slot: accu });
  const first = compiler.slots++;
  const second = compiler.slots++;
  compiler.scope.push({ name: expr.iterVar, slot: first });
  if (expr.iterVar2 !== undefined) compiler.scope.push({ name: expr.iterVar2, slot: second });
  const condition = conditionStep(compiler, expr.loopCondition);
  const next = compiler.step(expr.loopStep);
  compiler.scope.length -= expr.iterVar2 === undefined ? 1 : 2;
  const result = compiler.step(expr.result);
  compiler.scope.length -= 1;
  const isPair = expr.iterVar2 !== undefined;

  return (frame) => {
    const container = range(frame);
    frame.locals[accu] = init(frame);
    const turn = (a: CelValue, b: CelValue): boolean => {
      frame.meter.countIteration();
      frame.locals[first] = a;
      frame.locals[second] = b;
      if (!condition(frame)) return false;
      try {
        frame.locals[accu] = next(frame);
      } catch (error) {
        frame.locals[accu] = absorbed(error);
      }
      return true;
    };
    if (container instanceof CelList) {
      for (let i = 0; i < container.size; i++) {
        const element = container.get(i)!;
        if (!turn(isPair ? BigInt(i) : element, element)) break;
      }
    } else if (container instanceof CelMap) {
      for (const key of container.keys()) {
        if (!turn(key, isPair ? container.get(key)! : null)) break;
      }
    } else throw noSuchOverload();
    return result(frame);
  };
}

function conditionStep(compiler: Compiling, expr: Expr): (frame: Frame) => boolean {
  if (expr.kind === 'literal') return () => expr.value === true;
  const step = compiler.step(expr);
  return (frame) => step(frame) === true;
}
