/** What of a set of fields a manager may own, where that is less than all of it: fields another endpoint writes. */
import type { FieldSet } from './field-set.ts';

export type FieldFilter = (set: FieldSet) => FieldSet;

/** Without those fields and what is below them. */
export const excludeFields =
  (excluded: FieldSet): FieldFilter =>
  (set) =>
    set.recursiveDifference(excluded);
