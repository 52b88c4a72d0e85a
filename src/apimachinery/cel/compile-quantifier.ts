/**
 * `all` and `exists`, which most rules about lists are: loops that know what they are for. They come to what the tree
 * of the macro says, and cost the same, without walking it for each item.
 */
import type { Comprehension, Expr } from './ast.ts';
import { inLoop, Walk } from './compile-loop.ts';
import type { Compiling } from './compiling.ts';
import type { Step } from './frame.ts';
import { CelError, noSuchOverload } from './values.ts';

/** Undefined for other loops. */
export function quantifierStep(compiler: Compiling, expr: Comprehension): Step | undefined {
  const quantifier = quantifierOf(expr);
  if (quantifier === undefined) return undefined;
  const { decisive, predicate, conditionCost } = quantifier;
  const range = compiler.step(expr.iterRange);
  const { loop, parts: test } = inLoop(compiler, expr, () => compiler.step(predicate));

  return (frame) => {
    const { meter } = frame;
    const container = range(frame);
    const walk = container instanceof CelError ? container : Walk.over(container, loop, frame);
    if (walk instanceof CelError) return walk;
    let isDecided = false;
    let problem: CelError | undefined;
    for (let at = 0; at < walk.size; at++) {
      const end = walk.bind(at);
      if (end !== undefined) return end;
      // Whether to go on is asked before each item, and costs something also where the answer is no.
      meter.charge(conditionCost);
      if (isDecided) break;
      meter.charge(accumulatorCost);
      const value = test(frame);
      if (value === decisive) isDecided = true;
      else if (problem === undefined && typeof value !== 'boolean')
        problem = value instanceof CelError ? value : noSuchOverload;
    }
    meter.charge(accumulatorCost);
    return isDecided ? decisive : (problem ?? !decisive);
  };
}

const accumulatorCost = 1;

interface Quantifier {
  /** Of one item, it decides over all. */
  readonly decisive: boolean;
  readonly predicate: Expr;
  readonly conditionCost: number;
}

/** What the macros expand to, and nothing else. */
function quantifierOf({
  accuVar,
  accuInit,
  loopCondition,
  loopStep,
  result,
}: Comprehension): Quantifier | undefined {
  const isAccumulator = (expr: Expr | undefined): boolean => expr?.kind === 'ident' && expr.name === accuVar;
  if (accuInit.kind !== 'literal' || typeof accuInit.value !== 'boolean' || !isAccumulator(result))
    return undefined;
  if (loopStep.kind !== 'call' || !isAccumulator(loopStep.args[0])) return undefined;
  const decisive = !accuInit.value;
  if (loopStep.function !== (decisive ? '_||_' : '_&&_')) return undefined;
  if (loopCondition.kind !== 'call' || loopCondition.function !== '@not_strictly_false') return undefined;
  const [asked] = loopCondition.args;
  const goesOn = decisive && asked?.kind === 'call' && asked.function === '!_' ? asked.args[0] : asked;
  if (!isAccumulator(goesOn) || (goesOn === asked) === decisive) return undefined;
  // The accumulator, the negation of `exists`, and the question itself.
  return { decisive, predicate: loopStep.args[1]!, conditionCost: decisive ? 3 : 2 };
}
