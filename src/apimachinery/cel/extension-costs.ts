/**
 * What calls of the extensions for lists and sets cost, which is known before they are made. Source: cel-go
 * ext/lists.go, ext/sets.go (cost trackers of the newest version). An argument that is no list is as large as one item.
 */
import { CelList, type CelValue } from './values.ts';

type Cost = (args: readonly CelValue[]) => number;

const createListCost = 10;
const textFactor = 0.1;

const sizeOf = (value: CelValue | undefined): number => (value instanceof CelList ? value.size : 1);
const whole = (value: CelValue | undefined): number => (typeof value === 'bigint' ? Number(value) : 0);

/** A call that makes a list. */
const making =
  (work: Cost): Cost =>
  (args) =>
    Math.floor(work(args)) + 1 + createListCost;

const comparesAll = (factor: number): Cost => {
  return ([left, right]) => Math.floor(sizeOf(left) * sizeOf(right) * factor) + 1;
};

/** Every item is compared with every other, and texts take a little longer. */
const comparesItself = (position: number): Cost =>
  making((args) => {
    const list = args[position];
    const first = list instanceof CelList ? list.get(0) : undefined;
    const isText = typeof first === 'string' || first instanceof Uint8Array;
    return sizeOf(list) ** 2 * (isText ? 2 + textFactor : 2);
  });

/** A range that is none has failed, and what has failed is as large as one item. */
const sliceSize: Cost = ([list, start, end]) => {
  const isSlice = whole(start) >= 0 && whole(start) <= whole(end) && whole(end) <= sizeOf(list);
  return isSlice ? whole(end) - whole(start) : 1;
};

const costs: ReadonlyMap<string, Cost> = new Map<string, Cost>([
  ['list_sets_contains_list', comparesAll(1)],
  ['list_sets_intersects_list', comparesAll(1)],
  ['list_sets_equivalent_list', comparesAll(2)],
  ['list_slice', making(sliceSize)],
  ['list_flatten', making(([list]) => sizeOf(list))],
  ['list_flatten_int', making(([list, depth]) => sizeOf(list) * Math.max(0, whole(depth)))],
  // What is no range fails, and is as large as one item.
  ['lists_range', making(([end]) => (whole(end) < 0 ? 1 : whole(end)))],
  ['list_reverse', making(([list]) => sizeOf(list))],
  ['list_distinct', comparesItself(0)],
]);

/** By overload; undefined for all others. */
export function extensionCost(overloadId: string): Cost | undefined {
  if (/^list_.*_sort$/.test(overloadId)) return comparesItself(0);
  if (/^list_.*_sortByAssociatedKeys$/.test(overloadId)) return comparesItself(1);
  return costs.get(overloadId);
}
