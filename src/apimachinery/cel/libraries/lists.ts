/**
 * Lists whose items can be ordered, added or compared: Kubernetes' CEL library `lists`, not cel-go's own. Source:
 * apiserver/pkg/cel/library/lists.go.
 */
import { celCompare, celEqual } from '../equality.ts';
import { type CelLibrary, declare, type FunctionDeclaration, member } from '../library.ts';
import { inSpan, inUint64 } from '../standard/arithmetic.ts';
import { inInt64 } from '../standard/int-arithmetic.ts';
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listOf,
  param,
  stringType,
  timestampType,
  uintType,
} from '../types.ts';
import {
  CelDuration,
  CelError,
  CelList,
  CelUint,
  type CelValue,
  noSuchOverload,
  type Outcome,
} from '../values.ts';

const a = param('A');

const summable: readonly (readonly [name: string, CelType, zero: CelValue])[] = [
  ['int', intType, 0n],
  ['uint', uintType, new CelUint(0n)],
  ['double', doubleType, 0],
  ['duration', durationType, new CelDuration(0n)],
];
const comparable: readonly (readonly [name: string, CelType])[] = [
  ['int', intType],
  ['uint', uintType],
  ['double', doubleType],
  ['bool', boolType],
  ['duration', durationType],
  ['timestamp', timestampType],
  ['string', stringType],
  ['bytes', bytesType],
];

function isSorted(list: CelList): Outcome {
  let before: CelValue | undefined;
  for (const item of list) {
    const compared = before === undefined ? 0 : celCompare(before, item);
    if (compared === undefined) return noSuchOverload;
    if (compared > 0) return false;
    before = item;
  }
  return true;
}

function added(sum: CelValue, item: CelValue): Outcome {
  if (typeof sum === 'bigint' && typeof item === 'bigint') return inInt64(sum + item);
  if (typeof sum === 'number' && typeof item === 'number') return sum + item;
  if (sum instanceof CelUint && item instanceof CelUint) return inUint64(sum.value + item.value);
  if (sum instanceof CelDuration && item instanceof CelDuration) return inSpan(sum.nanos + item.nanos);
  return noSuchOverload;
}

const sum =
  (zero: CelValue) =>
  (list: CelList): Outcome => {
    let total: CelValue | undefined;
    for (const item of list) {
      // The first says of what type it is: a list that is dynamic does not.
      const next = total === undefined ? item : added(total, item);
      if (next instanceof CelError) return next;
      total = next;
    }
    return total ?? zero;
  };

/** The first of those that come first, or last. */
const extreme =
  (name: 'min' | 'max') =>
  (list: CelList): Outcome => {
    let found: CelValue | undefined;
    for (const item of list) {
      const compared = found === undefined ? Number.NaN : celCompare(found, item);
      if (compared === undefined) return noSuchOverload;
      if (found === undefined || (name === 'min' ? compared > 0 : compared < 0)) found = item;
    }
    if (found === undefined) return new CelError(`${name} called on empty list`);
    return found;
  };
const extremes = (name: 'min' | 'max'): FunctionDeclaration =>
  declare(
    name,
    ...comparable.map(([id, type]) =>
      member(`list_${id}_${name}_${id}`, [listOf(type)], type, extreme(name)),
    ),
  );

function indexOf(list: CelList, item: CelValue): bigint {
  for (let i = 0; i < list.size; i++) if (celEqual(list.get(i)!, item)) return BigInt(i);
  return -1n;
}
function lastIndexOf(list: CelList, item: CelValue): bigint {
  for (let i = list.size - 1; i >= 0; i--) if (celEqual(list.get(i)!, item)) return BigInt(i);
  return -1n;
}

/** What is no list includes itself. */
const includes = (target: CelValue, item: CelValue): boolean =>
  target instanceof CelList ? indexOf(target, item) !== -1n : celEqual(target, item);

export const listsLibrary: CelLibrary = {
  name: 'kubernetes.lists',
  functions: [
    declare(
      'isSorted',
      ...comparable.map(([id, type]) =>
        member(`list_${id}_is_sorted_bool`, [listOf(type)], boolType, isSorted),
      ),
    ),
    declare(
      'sum',
      ...summable.map(([id, type, zero]) => member(`list_${id}_sum_${id}`, [listOf(type)], type, sum(zero))),
    ),
    extremes('min'),
    extremes('max'),
    declare('indexOf', member('list_a_index_of_int', [listOf(a), a], intType, indexOf)),
    declare('lastIndexOf', member('list_a_last_index_of_int', [listOf(a), a], intType, lastIndexOf)),
  ],
};

/** What version 1 of the library has besides. */
export const includesLibrary: CelLibrary = {
  name: 'kubernetes.lists.includes',
  functions: [declare('includes', member('list_includes_dyn_dyn', [dynType, dynType], boolType, includes))],
};
