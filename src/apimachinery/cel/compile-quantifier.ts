/**
 * `all` and `exists`, which most rules about lists are: loops that know what they are for. They come to what the tree
 * of the macro says, and cost the same, without walking it for each item.
 */
import type { Comprehension, Expr } from './ast.ts';
import type { Compiling } from './compiling.ts';
import type { Frame, Step } from './frame.ts';
import { absorbed } from './runtime-cost.ts';
import { type CelError, CelList, CelMap, type CelValue, noSuchOverload } from './values.ts';

/** Undefined for other loops. */
export function quantifierStep(compiler: Compiling, expr: Comprehension): Step | undefined {
  const quantifier = quantifierOf(expr);
  if (quantifier === undefined) return undefined;
  const { decisive, predicate, conditionCost } = quantifier;
  const range = compiler.step(expr.iterRange);
  const isPair = expr.iterVar2 !== undefined;
  const first = compiler.slots++;
  const second = compiler.slots++;
  compiler.scope.push({ name: expr.iterVar, slot: first });
  if (expr.iterVar2 !== undefined) compiler.scope.push({ name: expr.iterVar2, slot: second });
  const test = compiler.step(predicate);
  compiler.scope.length -= isPair ? 2 : 1;

  return (frame) => {
    const container = range(frame);
    const turns = new Turns(frame, test, decisive, conditionCost);
    if (container instanceof CelList) {
      for (let i = 0; i < container.size; i++) {
        const item = container.get(i)!;
        frame.locals[first] = isPair ? BigInt(i) : item;
        frame.locals[second] = item;
        if (!turns.next()) break;
      }
    } else if (container instanceof CelMap) {
      for (const key of container.keys()) {
        frame.locals[first] = key;
        if (isPair) frame.locals[second] = container.get(key)!;
        if (!turns.next()) break;
      }
    } else throw noSuchOverload();
    return turns.result();
  };
}

class Turns {
  readonly #frame: Frame;
  readonly #test: Step;
  readonly #decisive: boolean;
  readonly #conditionCost: number;
  #isDecided = false;
  #problem: CelError | undefined;

  constructor(frame: Frame, test: Step, decisive: boolean, conditionCost: number) {
    this.#frame = frame;
    this.#test = test;
    this.#decisive = decisive;
    this.#conditionCost = conditionCost;
  }

  /** False where the items that are left are not looked at. */
  next(): boolean {
    const { meter } = this.#frame;
    meter.countIteration();
    // Whether to go on is asked before each item, and costs something also where the answer is no.
    meter.charge(this.#conditionCost);
    if (this.#isDecided) return false;
    meter.charge(accumulatorCost);
    try {
      const value = this.#test(this.#frame);
      if (value === this.#decisive) this.#isDecided = true;
      else if (typeof value !== 'boolean') this.#problem ??= noSuchOverload();
    } catch (error) {
      this.#problem ??= absorbed(error);
    }
    return true;
  }

  result(): CelValue {
    this.#frame.meter.charge(accumulatorCost);
    if (this.#isDecided) return this.#decisive;
    if (this.#problem !== undefined) throw this.#problem;
    return !this.#decisive;
  }
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
