/** The language itself: its operators, conversions, macros and type names. */
import type { CelLibrary } from '../library.ts';
import { standardMacros } from '../standard-macros.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listOf,
  mapOf,
  nullType,
  stringType,
  timestampType,
  typeOf,
  uintType,
} from '../types.ts';
import { arithmetic } from './arithmetic.ts';
import { comparison } from './comparison.ts';
import { conversions } from './conversions.ts';
import { times } from './times.ts';

export const standardLibrary: CelLibrary = {
  name: 'standard',
  functions: [...arithmetic, ...comparison, ...conversions, ...times],
  macros: standardMacros,
  types: {
    bool: boolType,
    int: intType,
    uint: uintType,
    double: doubleType,
    string: stringType,
    bytes: bytesType,
    list: listOf(dynType),
    map: mapOf(dynType, dynType),
    null_type: nullType,
    type: typeOf(undefined),
    'google.protobuf.Timestamp': timestampType,
    'google.protobuf.Duration': durationType,
  },
};
