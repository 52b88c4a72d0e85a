/** Lists as sets. Source: cel-go ext/sets.go. */
import { limits } from '../../limits.ts';
import { celEqual } from '../equality.ts';
import { type CelLibrary, declare, global } from '../library.ts';
import { boolType, listOf, param } from '../types.ts';
import { CelError, type CelList } from '../values.ts';

const list = listOf(param('T'));

/** The cost of comparing all with all is counted behind it: what would be too much is not begun. */
function checkSizes(a: CelList, b: CelList): void {
  if (a.size * b.size <= limits.celSetComparisons) return;
  throw new CelError(`sets of ${a.size} and ${b.size} items are too large to be compared`);
}

function containsAll(whole: CelList, part: CelList): boolean {
  checkSizes(whole, part);
  const all = [...whole];
  return [...part].every((item) => all.some((other) => celEqual(other, item)));
}
function intersect(a: CelList, b: CelList): boolean {
  checkSizes(a, b);
  const all = [...a];
  return [...b].some((item) => all.some((other) => celEqual(other, item)));
}

export const sets: CelLibrary = {
  name: 'sets',
  functions: [
    declare('sets.contains', global('list_sets_contains_list', [list, list], boolType, containsAll)),
    declare(
      'sets.equivalent',
      global(
        'list_sets_equivalent_list',
        [list, list],
        boolType,
        (a: CelList, b: CelList) => containsAll(a, b) && containsAll(b, a),
      ),
    ),
    declare('sets.intersects', global('list_sets_intersects_list', [list, list], boolType, intersect)),
  ],
};
