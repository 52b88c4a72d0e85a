/** Values that may be absent. Source: cel-go cel/library.go (optional types, version 2). */
import { type CelLibrary, declare, global, member } from '../library.ts';
import { optionalMacros } from '../standard-macros.ts';
import { boolType, listOf, optionalOf, param, typeOf } from '../types.ts';
import {
  ArrayList,
  CelDuration,
  CelError,
  CelList,
  CelMap,
  CelObject,
  CelOptional,
  CelTimestamp,
  CelUint,
  type CelValue,
} from '../values.ts';

const v = param('V');
const optional = optionalOf(v);
const list = listOf(v);

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === 0n || value === 0 || value === '') return true;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof CelUint) return value.value === 0n;
  if (value instanceof CelList || value instanceof CelMap) return value.size === 0;
  if (value instanceof CelDuration || value instanceof CelTimestamp) return value.nanos === 0n;
  if (value instanceof CelObject) {
    for (const _ of value.fields()) return false;
    return true;
  }
  return value instanceof CelOptional && value.value === undefined;
}

const present = (value: CelValue | undefined): CelOptional =>
  value === undefined ? CelOptional.none : CelOptional.of(value);

function unwrapped(values: CelList): CelList {
  const items: CelValue[] = [];
  for (const each of values)
    if ((each as CelOptional).value !== undefined) items.push((each as CelOptional).value!);
  return new ArrayList(items);
}

export const optionals: CelLibrary = {
  name: 'optionals',
  macros: optionalMacros,
  types: { optional_type: typeOf(optional).of! },
  functions: [
    declare('optional.of', global('optional_of', [v], optional, CelOptional.of)),
    declare(
      'optional.ofNonZeroValue',
      global('optional_ofNonZeroValue', [v], optional, (value: CelValue) =>
        isZero(value) ? CelOptional.none : CelOptional.of(value),
      ),
    ),
    declare(
      'optional.none',
      global('optional_none', [], optional, () => CelOptional.none),
    ),
    declare('optional.unwrap', global('optional_unwrap', [listOf(optional)], list, unwrapped)),
    declare('unwrapOpt', member('optional_unwrapOpt', [listOf(optional)], list, unwrapped)),
    declare(
      'value',
      member('optional_value', [optional], v, ({ value }: CelOptional) => {
        if (value === undefined) return new CelError('optional.none() dereference');
        return value;
      }),
    ),
    declare(
      'hasValue',
      member('optional_hasValue', [optional], boolType, ({ value }: CelOptional) => value !== undefined),
    ),
    // The evaluator looks at the second only where the first is absent.
    declare('or', member('optional_or_optional', [optional, optional], optional)),
    declare('orValue', member('optional_orValue_value', [optional, v], v)),
    declare(
      'first',
      member('list_first', [list], optional, (values: CelList) => present(values.get(0))),
    ),
    declare(
      'last',
      member('list_last', [list], optional, (values: CelList) => present(values.get(values.size - 1))),
    ),
  ],
};
