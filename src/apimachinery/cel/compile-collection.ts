/**
 * `map`, `filter` and `transformList`: loops that collect items in a list. They come to what the tree of the macro
 * says, and cost the same, without a list for each item.
 */
import type { Comprehension, Expr, ListExpr } from './ast.ts';
import { inLoop, walk } from './compile-loop.ts';
import type { Compiling } from './compiling.ts';
import type { Frame, Step } from './frame.ts';
import { absorbed, createListCost } from './runtime-cost.ts';
import { ArrayList, type CelError, type CelValue, noSuchOverload } from './values.ts';

/** Of reading what has been collected. */
const accumulatorCost = 1;
/** And of adding to it. */
const additionCost = accumulatorCost + 1;

/** Undefined for other loops. */
export function collectionStep(compiler: Compiling, expr: Comprehension): Step | undefined {
  const collection = collectionOf(expr);
  if (collection === undefined) return undefined;
  const range = compiler.step(expr.iterRange);
  const { loop, parts } = inLoop(compiler, expr, () => ({
    test: collection.predicate && compiler.step(collection.predicate),
    make: compiler.step(collection.added.elements[0]!),
  }));
  const { test, make } = parts;
  const initialCost = listCost(compiler, expr.accuInit);
  const itemCost = listCost(compiler, collection.added);

  return (frame) => {
    const container = range(frame);
    frame.meter.charge(initialCost);
    const items: CelValue[] = [];
    let problem: CelError | undefined;
    walk(loop, container, frame, () => {
      try {
        if (test !== undefined && !isChosen(test, frame)) return true;
      } catch (error) {
        problem = absorbed(error);
        return true;
      }
      frame.meter.charge(additionCost);
      try {
        items.push(make(frame));
      } catch (error) {
        problem ??= absorbed(error);
      }
      // Also where there is no item to put into it.
      frame.meter.charge(itemCost);
      return true;
    });
    frame.meter.charge(accumulatorCost);
    if (problem !== undefined) throw problem;
    return new ArrayList(items);
  };
}

function isChosen(test: Step, frame: Frame): boolean {
  const value = test(frame);
  if (typeof value !== 'boolean') throw noSuchOverload();
  return value;
}

/** A list of literals alone is made once, and free. */
const listCost = (compiler: Compiling, list: Expr): number =>
  compiler.parts.foldsConstants && compiler.constant(list) !== undefined ? 0 : createListCost;

interface Collection {
  readonly predicate: Expr | undefined;
  /** The list of the one item that is added. */
  readonly added: ListExpr;
}

/** What the macros expand to, and nothing else. */
function collectionOf(expr: Comprehension): Collection | undefined {
  const { accuVar, accuInit, loopCondition, loopStep, result } = expr;
  const isAccumulator = (part: Expr | undefined): boolean => part?.kind === 'ident' && part.name === accuVar;
  if (accuInit.kind !== 'list' || accuInit.elements.length > 0 || !isAccumulator(result)) return undefined;
  if (loopCondition.kind !== 'literal' || loopCondition.value !== true) return undefined;
  const isFiltered =
    loopStep.kind === 'call' && loopStep.function === '_?_:_' && isAccumulator(loopStep.args[2]);
  const addition = isFiltered ? loopStep.args[1] : loopStep;
  if (addition?.kind !== 'call' || addition.function !== '_+_' || !isAccumulator(addition.args[0]))
    return undefined;
  const added = addition.args[1];
  if (added?.kind !== 'list' || added.elements.length !== 1 || added.optionalIndices.size > 0)
    return undefined;
  return { predicate: isFiltered ? loopStep.args[0] : undefined, added };
}
