/**
 * What tests ask expressions about, as cel-go 0.29 was asked for the answers that they expect: with these variables and
 * libraries, presence tests without cost, and a limit of a million.
 */
import { CelEnvironment } from '../src/apimachinery/cel/cel.ts';
import { bindings, twoVariableComprehensions } from '../src/apimachinery/cel/extensions/comprehensions.ts';
import { encoders } from '../src/apimachinery/cel/extensions/encoders.ts';
import { lists } from '../src/apimachinery/cel/extensions/lists.ts';
import { math } from '../src/apimachinery/cel/extensions/math.ts';
import { optionals } from '../src/apimachinery/cel/extensions/optionals.ts';
import { sets } from '../src/apimachinery/cel/extensions/sets.ts';
import { strings } from '../src/apimachinery/cel/extensions/strings.ts';
import { standardLibrary } from '../src/apimachinery/cel/standard/standard-library.ts';
import {
  boolType,
  type CelType,
  doubleType,
  dynType,
  intType,
  listOf,
  mapOf,
  stringType,
  uintType,
} from '../src/apimachinery/cel/types.ts';
import { ArrayList, CelUint, type CelValue, EntriesMap } from '../src/apimachinery/cel/values.ts';

const list = (...items: CelValue[]): CelValue => new ArrayList(items);
const map = (entries: Record<string, CelValue>): CelValue => new EntriesMap(Object.entries(entries));

const given: Readonly<Record<string, readonly [CelType, CelValue]>> = {
  i: [intType, 7n],
  s: [stringType, 'héllo wörld'],
  d: [dynType, map({ a: 1n, b: list(1n, 'x', null), c: map({ e: 1.5 }) })],
  b: [boolType, true],
  u: [uintType, new CelUint(9n)],
  f: [doubleType, 2.5],
  l: [listOf(intType), list(3n, 1n, 2n)],
  ls: [listOf(stringType), list('b', 'a', 'cc')],
  m: [mapOf(stringType, intType), map({ k: 1n, j: 2n })],
  ml: [mapOf(stringType, listOf(intType)), map({ x: list(1n, 2n) })],
  o: [mapOf(stringType, dynType), map({ n: null, t: 'text' })],
};

const part = <T>(position: 0 | 1): Record<string, T> =>
  Object.fromEntries(Object.entries(given).map(([name, pair]) => [name, pair[position] as T]));

export const askedVariables = part<CelValue>(1);
export const askedEnvironment = new CelEnvironment({
  libraries: [
    standardLibrary,
    optionals,
    lists,
    strings,
    math,
    sets,
    encoders,
    bindings,
    twoVariableComprehensions,
  ],
  variables: part<CelType>(0),
});
