/**
 * What calls of cel-go's extensions for sets and lists may cost: each compares items with items, or makes a new list.
 * These are charged by overload, before anybody else is asked.
 */

import type { CallEstimate, EstimatedCall, SizedNode } from './cost-estimator.ts';
import { costFactors } from './cost-factors.ts';
import {
  addRanges,
  type CostRange,
  fixedRange,
  multiplyRanges,
  oneRange,
  scaleRange,
  uint64Max,
} from './cost-range.ts';

export function extensionCallEstimate(call: EstimatedCall): CallEstimate | undefined {
  const { overloadId, target, args, sizeOf } = call;
  const [first, second] = args;
  const factor = setFactors.get(overloadId);
  if (factor !== undefined && first !== undefined && second !== undefined) {
    const pairs = multiplyRanges(sizeOf(first), sizeOf(second));
    return { cost: addRanges(scaleRange(pairs, factor), oneRange) };
  }
  if (overloadId === 'lists_range' && first !== undefined)
    return newList(1, fixedRange(literalOr(first, uint64Max)));
  if (target === undefined) return undefined;
  const size = sizeOf(target);
  switch (overloadId) {
    case 'list_slice': {
      if (first === undefined || second === undefined) return undefined;
      const length = literalOr(second, size.max) - literalOr(first, 0n);
      return newList(1, fixedRange(length > 0n ? length : 0n));
    }
    case 'list_reverse':
      return newList(1, size);
    case 'list_flatten':
      return newList(1, size);
    case 'list_flatten_int':
      return newList(first === undefined ? 1 : Number(literalOr(first, uint64Max)), size);
    case 'list_distinct':
      return newList(2, multiplyRanges(size, size));
  }
  if (overloadId.endsWith('_sort')) return sorted(size, overloadId);
  if (overloadId.endsWith('_sortByAssociatedKeys') && first !== undefined)
    return sorted(sizeOf(first), overloadId);
  return undefined;
}

const setFactors: ReadonlyMap<string, number> = new Map([
  ['list_sets_contains_list', 1],
  ['list_sets_equivalent_list', 2],
  ['list_sets_intersects_list', 1],
]);

const newList = (factor: number, size: CostRange): CallEstimate => ({
  cost: addRanges(scaleRange(size, factor), fixedRange(1 + costFactors.createList)),
  resultSize: size,
});

/** Every item is compared with every other; texts take a little longer. */
function sorted(size: CostRange, overloadId: string): CallEstimate {
  const isText = /^list_(string|bytes)_/.test(overloadId);
  return newList(isText ? 2 + costFactors.stringTraversal : 2, multiplyRanges(size, size));
}

function literalOr({ literal }: SizedNode, otherwise: bigint): bigint {
  if (typeof literal !== 'bigint') return otherwise;
  return literal < 0n ? 0n : literal;
}
