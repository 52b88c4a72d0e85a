/** Equality, order, membership, size, logic. */
import { celCompare, celEqual } from '../equality.ts';
import { declare, type FunctionDeclaration, global, member, type Overload } from '../library.ts';
import { codePointCount } from '../text.ts';
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listOf,
  mapOf,
  optionalOf,
  param,
  stringType,
  timestampType,
  uintType,
} from '../types.ts';
import {
  CelError,
  CelList,
  CelMap,
  CelOptional,
  CelUint,
  type CelValue,
  failureOf,
  noSuchKey,
  noSuchOverload,
  type Outcome,
} from '../values.ts';

const a = param('A');
const b = param('B');

const orderedTypes: readonly (readonly [string, CelType])[] = [
  ['bool', boolType],
  ['int64', intType],
  ['uint64', uintType],
  ['double', doubleType],
  ['string', stringType],
  ['bytes', bytesType],
  ['timestamp', timestampType],
  ['duration', durationType],
];
const numbers = orderedTypes.slice(1, 4);

function order(name: string, id: string, test: (order: number) => boolean): FunctionDeclaration {
  const run = (x: CelValue, y: CelValue): Outcome => {
    const compared = celCompare(x, y);
    return compared === undefined ? noSuchOverload : test(compared);
  };
  const same = orderedTypes.map(([text, type]) => global(`${id}_${text}`, [type, type], boolType, run));
  const mixed: Overload[] = [];
  for (const [textX, x] of numbers) {
    for (const [textY, y] of numbers) {
      if (x !== y) mixed.push(global(`${id}_${textX}_${textY}`, [x, y], boolType, run));
    }
  }
  return declare(name, ...same, ...mixed);
}

/** An element or key as it is; an error where there is none. */
export function elementAt(container: CelValue, index: CelValue): Outcome {
  const found = elementIn(container, index);
  if (found !== undefined) return found;
  return container instanceof CelMap
    ? noSuchKey(index)
    : new CelError(() => `index out of bounds: ${shown(index)}`);
}

/** Undefined where there is none; an error where the container has no such indexes at all. */
function elementIn(container: CelValue, index: CelValue): Outcome | undefined {
  try {
    if (container instanceof CelMap) return container.get(index);
    if (!(container instanceof CelList)) return noSuchOverload;
    const position = positionOf(index);
    return typeof position === 'number' ? container.get(position) : position;
  } catch (error) {
    return failureOf(error);
  }
}

function positionOf(index: CelValue): number | CelError {
  if (typeof index === 'bigint') return Number(index);
  if (typeof index === 'number')
    return Number.isInteger(index) ? index : new CelError(`unsupported index value: ${index}`);
  return index instanceof CelUint ? Number(index.value) : new CelError('unsupported index type');
}
const shown = (index: CelValue): string => String(index instanceof CelUint ? index.value : index);

export const comparison: readonly FunctionDeclaration[] = [
  declare('_==_', global('equals', [a, a], boolType, celEqual)),
  declare(
    '_!=_',
    global('not_equals', [a, a], boolType, (x: CelValue, y: CelValue) => !celEqual(x, y)),
  ),
  order('_<_', 'less', (compared) => compared < 0),
  order('_<=_', 'less_equals', (compared) => compared <= 0),
  order('_>_', 'greater', (compared) => compared > 0),
  order('_>=_', 'greater_equals', (compared) => compared >= 0),
  declare(
    '@in',
    global('in_list', [a, listOf(a)], boolType, (x: CelValue, list: CelList) => {
      for (let i = 0; i < list.size; i++) if (celEqual(x, list.get(i)!)) return true;
      return false;
    }),
    global('in_map', [a, mapOf(a, b)], boolType, (x: CelValue, map: CelMap) => map.get(x) !== undefined),
  ),
  declare('_?_:_', global('conditional', [boolType, a, a], a)),
  declare('_&&_', global('logical_and', [boolType, boolType], boolType)),
  declare('_||_', global('logical_or', [boolType, boolType], boolType)),
  declare(
    '!_',
    global('logical_not', [boolType], boolType, (x: boolean) => !x),
  ),
  declare('@not_strictly_false', global('not_strictly_false', [boolType], boolType)),
  declare(
    '_[_]',
    global('index_list', [listOf(a), intType], a, elementAt),
    global('index_map', [mapOf(a, b), a], b, elementAt),
    global('optional_list_index_int', [optionalOf(listOf(a)), intType], optionalOf(a), optionalElement),
    global('optional_map_index_value', [optionalOf(mapOf(a, b)), a], optionalOf(b), optionalElement),
  ),
  declare(
    '_[?_]',
    global('list_optindex_optional_int', [listOf(a), intType], optionalOf(a), optionalElement),
    global(
      'optional_list_optindex_optional_int',
      [optionalOf(listOf(a)), intType],
      optionalOf(a),
      optionalElement,
    ),
    global('map_optindex_optional_value', [mapOf(a, b), a], optionalOf(b), optionalElement),
    global(
      'optional_map_optindex_optional_value',
      [optionalOf(mapOf(a, b)), a],
      optionalOf(b),
      optionalElement,
    ),
  ),
  declare(
    'size',
    ...sizes((id, type, run) => global(`size_${id}`, [type], intType, run)),
    ...sizes((id, type, run) => member(`${id}_size`, [type], intType, run)),
  ),
  declare(
    'dyn',
    global('to_dyn', [a], dynType, (x: CelValue) => x),
  ),
];

/** None where there is none, and where the container has no elements at all. */
export function optionalElement(container: CelValue, index: CelValue): CelOptional | CelError {
  const inner = container instanceof CelOptional ? container.value : container;
  if (!(inner instanceof CelList || inner instanceof CelMap)) return CelOptional.none;
  const found = elementIn(inner, index);
  if (found === undefined) return CelOptional.none;
  return found instanceof CelError ? found : CelOptional.of(found);
}

function sizes(
  // biome-ignore lint/suspicious/noExplicitAny: what is declared beside it says what it is given.
  make: (id: string, type: CelType, run: (value: any) => CelValue) => Overload,
): readonly Overload[] {
  const counted = (value: { readonly size: number }): bigint => BigInt(value.size);
  return [
    make('string', stringType, (text: string) => BigInt(codePointCount(text))),
    make('bytes', bytesType, (bytes: Uint8Array) => BigInt(bytes.length)),
    make('list', listOf(a), counted),
    make('map', mapOf(a, b), counted),
  ];
}
