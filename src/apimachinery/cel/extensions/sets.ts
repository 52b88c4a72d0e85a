/** Lists as sets. Source: cel-go ext/sets.go. */
import { ItemSet } from '../item-set.ts';
import { type CelLibrary, declare, global } from '../library.ts';
import { boolType, listOf, param } from '../types.ts';
import type { CelList } from '../values.ts';

const list = listOf(param('T'));

function containsAll(whole: CelList, part: CelList): boolean {
  const all = new ItemSet(whole);
  for (const item of part) if (!all.has(item)) return false;
  return true;
}
function intersect(a: CelList, b: CelList): boolean {
  const all = new ItemSet(a);
  for (const item of b) if (all.has(item)) return true;
  return false;
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
