/**
 * The total order of JSON values that decides in which order keyed and set items are written into managedFields:
 * numbers, strings, booleans, lists, maps, null. Says nothing about equality of objects (../equality.ts does).
 */
import type { JsonObject, JsonValue } from '../object-meta.ts';

const surrogate = /[\ud800-\udfff]/;

/** Strings by their UTF-8 bytes, as Go has them. UTF-16 differs only where one side has a surrogate pair. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  if (surrogate.test(a) || surrogate.test(b))
    return Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return a < b ? -1 : 1;
}

const rank = (value: JsonValue): number => {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return 0;
    case 'string':
      return 1;
    case 'boolean':
      return 2;
    default:
      return value === null ? 5 : Array.isArray(value) ? 3 : 4;
  }
};

/** -1, 0 or 1. Numbers by their amount, whether integer or float. */
export function compareValues(a: JsonValue, b: JsonValue): number {
  const ranks = rank(a) - rank(b);
  if (ranks !== 0) return Math.sign(ranks);
  if (typeof a === 'string') return compareText(a, b as string);
  if (Array.isArray(a)) return compareLists(a, b as JsonValue[]);
  if (typeof a === 'object') return a === null ? 0 : compareMaps(a, b as JsonObject);
  return a < (b as typeof a) ? -1 : a > (b as typeof a) ? 1 : 0;
}

function compareLists(a: readonly JsonValue[], b: readonly JsonValue[]): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const order = compareValues(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

/** Field by field in the order of the names; at the first name that one side lacks, the side that has it is less. */
function compareMaps(a: JsonObject, b: JsonObject): number {
  const left = Object.keys(a).sort(compareText);
  const right = Object.keys(b).sort(compareText);
  for (let i = 0; i < left.length && i < right.length; i++) {
    const names = compareText(left[i]!, right[i]!);
    if (names !== 0) return names;
    const order = compareValues(a[left[i]!]!, b[right[i]!]!);
    if (order !== 0) return order;
  }
  return Math.sign(left.length - right.length);
}
