/** Functions of lists. Source: cel-go ext/lists.go, version 3. */
import { limits } from '../../limits.ts';
import { celCompare } from '../equality.ts';
import { ItemSet } from '../item-set.ts';
import { type CelLibrary, declare, global, type Macro, member } from '../library.ts';
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
import { ArrayList, CelError, CelList, type CelValue, type Outcome } from '../values.ts';

const t = param('T');
const list = listOf(t);

function slice(values: CelList, start: bigint, end: bigint): Outcome {
  if (start < 0n || end < 0n) {
    return new CelError(`cannot slice(${start}, ${end}), negative indexes not supported`);
  }
  if (start > end) {
    return new CelError(
      `cannot slice(${start}, ${end}), start index must be less than or equal to end index`,
    );
  }
  if (end > values.size) return new CelError(`cannot slice(${start}, ${end}), list is length ${values.size}`);
  return new ArrayList([...values].slice(Number(start), Number(end)));
}

function flatten(values: CelList, depth: bigint): Outcome {
  if (depth < 0n) return new CelError('level must be non-negative');
  const items: CelValue[] = [];
  const add = (from: CelList, left: bigint): void => {
    for (const item of from) {
      if (item instanceof CelList && left > 0n) add(item, left - 1n);
      else items.push(item);
    }
  };
  add(values, depth);
  return new ArrayList(items);
}

function distinct(values: CelList): CelList {
  const known = new ItemSet();
  const items: CelValue[] = [];
  for (const item of values) if (known.add(item)) items.push(item);
  return new ArrayList(items);
}

function range(end: bigint): Outcome {
  if (end < 0n) return new CelError(`lists.range: size must be non-negative, got ${end}`);
  if (end > BigInt(limits.celListItems)) {
    return new CelError(`lists.range: size ${end} exceeds maximum allowed (${limits.celListItems})`);
  }
  return new ArrayList(Array.from({ length: Number(end) }, (_, i) => BigInt(i)));
}

function sortedBy(values: CelList, keys: CelList): Outcome {
  const pairs = [...values].map((value, i) => ({ value, key: keys.get(i)! }));
  const kinds = new Set(pairs.map(({ key }) => typeof key));
  if (kinds.size > 1) return new CelError('list elements must have the same type');
  let isOrdered = true;
  pairs.sort((a, b) => {
    const order = celCompare(a.key, b.key);
    isOrdered &&= order !== undefined;
    return order ?? 0;
  });
  if (!isOrdered) return new CelError('list elements must be comparable');
  return new ArrayList(pairs.map(({ value }) => value));
}

const comparable: readonly (readonly [string, CelType])[] = [
  ['int', intType],
  ['uint', uintType],
  ['double', doubleType],
  ['bool', boolType],
  ['duration', durationType],
  ['timestamp', timestampType],
  ['string', stringType],
  ['bytes', bytesType],
];

/** `list.sortBy(x, key)`: the keys are computed once each, in a list beside it. */
const sortBy: Macro = {
  name: 'sortBy',
  isMember: true,
  argCount: 2,
  expand(build, target, [name, key]) {
    if (name?.kind !== 'ident')
      return build.fail(
        name!,
        'sortBy can only be applied to a list, identifier, call, comprehension or select expression',
      );
    const held = '@__sortBy_input__';
    const accu = (): ReturnType<typeof build.ident> => build.ident('@result');
    const keys = build.fold({
      iterRange: build.ident(held),
      iterVar: name.name,
      accuInit: build.list(),
      loopCondition: build.literal(true),
      loopStep: build.call('_+_', accu(), build.list(key!)),
      result: accu(),
    });
    return build.fold({
      iterRange: build.list(),
      iterVar: '#unused',
      accuVar: held,
      accuInit: target!,
      loopCondition: build.literal(false),
      loopStep: build.ident(held),
      result: build.member(build.ident(held), '@sortByAssociatedKeys', keys),
    });
  },
};

export const lists: CelLibrary = {
  name: 'lists',
  macros: [sortBy],
  functions: [
    declare('slice', member('list_slice', [list, intType, intType], list, slice)),
    declare(
      'flatten',
      member('list_flatten', [listOf(list)], list, (values: CelList) => flatten(values, 1n)),
      member('list_flatten_int', [listOf(dynType), intType], listOf(dynType), flatten),
    ),
    declare('lists.range', global('lists_range', [intType], listOf(intType), range)),
    declare(
      'reverse',
      member('list_reverse', [list], list, (values: CelList) => new ArrayList([...values].reverse())),
    ),
    declare('distinct', member('list_distinct', [list], list, distinct)),
    declare(
      'sort',
      ...comparable.map(([id, type]) =>
        member(`list_${id}_sort`, [listOf(type)], listOf(type), (values: CelList) =>
          sortedBy(values, values),
        ),
      ),
    ),
    declare(
      '@sortByAssociatedKeys',
      ...comparable.map(([id, type]) =>
        member(`list_${id}_sortByAssociatedKeys`, [list, listOf(type)], list, sortedBy),
      ),
    ),
  ],
};
