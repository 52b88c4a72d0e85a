/**
 * `map`, `filter` and `transformList`: loops that collect items in a list. They come to what the tree of the macro
 * says, and cost the same, without a list for each item.
 */
import type { Comprehension, Expr, ListExpr } from './ast.ts';
import { inLoop, Walk } from './compile-loop.ts';
import type { Compiling } from './compiling.ts';
import type { Step } from './frame.ts';

import { createListCost } from './runtime-cost.ts';
import { ArrayList, CelError, type CelValue, noSuchOverload } from './values.ts';

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
    const { meter } = frame;
    const container = range(frame);
    if (container instanceof CelError) return container;
    const walk = Walk.over(container, loop, frame);
    if (walk instanceof CelError) return walk;
    meter.charge(initialCost);
    const items: CelValue[] = [];
    let problem: CelError | undefined;
    for (let at = 0; at < walk.size; at++) {
      const end = walk.bind(at);
      if (end !== undefined) return end;
      const isChosen = test === undefined || test(frame);
      if (isChosen === false) continue;
      if (isChosen !== true) {
        // Of tests the last failure counts, since the list is then what has failed.
        problem = isChosen instanceof CelError ? isChosen : noSuchOverload;
        continue;
      }
      meter.charge(additionCost);
      const item = make(frame);
      if (item instanceof CelError) problem ??= item;
      else items.push(item);
      // Also where there is no item to put into it.
      meter.charge(itemCost);
    }
    meter.charge(accumulatorCost);
    return problem ?? new ArrayList(items);
  };
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
