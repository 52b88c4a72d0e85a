/**
 * What calls of the standard library may cost, without what their operands do; the figures are cel-go's. Operators
 * that do not evaluate all operands are the estimate's own.
 */

import type { CallEstimate, EstimatedCall } from './cost-estimator.ts';
import { costFactors } from './cost-factors.ts';
import { addRanges, type CostRange, multiplyRanges, oneRange, scaleRange, uint64Max } from './cost-range.ts';

const traversal = costFactors.stringTraversal;
const read = (size: CostRange): CostRange => scaleRange(size, traversal);

export function standardCallEstimate({ overloadId, target, args, sizeOf }: EstimatedCall): CallEstimate {
  const [first, second] = args;
  switch (overloadId) {
    case 'string_format':
      if (target !== undefined) return { cost: read(sizeOf(target)) };
      break;
    case 'string_to_bytes':
      if (first !== undefined) {
        const size = sizeOf(first);
        return { cost: read(size), resultSize: { min: size.min, max: capped(size.max * 4n) } };
      }
      break;
    case 'bytes_to_string':
      if (first !== undefined) {
        const size = sizeOf(first);
        return { cost: read(size), resultSize: { min: size.min / 4n, max: size.max } };
      }
      break;
    case 'strings_quote':
      if (first !== undefined) {
        const size = sizeOf(first);
        return { cost: read(size), resultSize: { min: size.min + 2n, max: capped(size.max * 2n + 2n) } };
      }
      break;
    case 'starts_with_string':
    case 'ends_with_string':
      if (first !== undefined) return { cost: read(sizeOf(first)) };
      break;
    case 'in_list':
      if (second !== undefined) return { cost: sizeOf(second) };
      break;
    case 'matches_string':
      if (target !== undefined && first !== undefined) {
        // An empty text does not make a pattern free.
        const text = read(addRanges(sizeOf(target), oneRange));
        return { cost: multiplyRanges(text, scaleRange(sizeOf(first), costFactors.patternLength)) };
      }
      break;
    case 'contains_string':
      if (target !== undefined && first !== undefined) {
        return { cost: multiplyRanges(read(sizeOf(target)), read(sizeOf(first))) };
      }
      break;
    case 'add_list':
      if (first !== undefined && second !== undefined) {
        return { cost: oneRange, resultSize: addRanges(sizeOf(first), sizeOf(second)) };
      }
      break;
    case 'add_string':
    case 'add_bytes':
      if (first !== undefined && second !== undefined) {
        const size = addRanges(sizeOf(first), sizeOf(second));
        return { cost: read(size), resultSize: size };
      }
      break;
    default:
      if (comparesThrough.has(overloadId) && first !== undefined && second !== undefined) {
        return { cost: comparison(sizeOf(first).max, sizeOf(second).max) };
      }
  }
  return { cost: oneRange };
}

const comparesThrough: ReadonlySet<string> = new Set([
  'equals',
  'not_equals',
  ...['string', 'bytes'].flatMap((type) =>
    ['less', 'less_equals', 'greater', 'greater_equals'].map((operator) => `${operator}_${type}`),
  ),
]);

/** Up to the end of the shorter. */
function comparison(left: bigint, right: bigint): CostRange {
  const max = left < right ? left : right;
  return read({ min: max > 0n ? 1n : 0n, max });
}

const capped = (value: bigint): bigint => (value > uint64Max ? uint64Max : value);
