/** When two values are equal, whatever their types, and which of two comes first. Source: cel-spec, "Equality" and "Ordering". */
import {
  CelDuration,
  CelList,
  CelMap,
  CelObject,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  type CelValue,
} from './values.ts';

/** Values of different types are not equal, but for numbers. */
export function celEqual(a: CelValue, b: CelValue): boolean {
  if (a === b) return true;
  const left = numberOf(a);
  if (left !== undefined) {
    const right = numberOf(b);
    return right !== undefined && isSameNumber(left, right);
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof CelList) return b instanceof CelList && listsEqual(a, b);
  if (a instanceof CelMap) return b instanceof CelMap && mapsEqual(a, b);
  if (a instanceof CelObject) return b instanceof CelObject && objectsEqual(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof CelTimestamp) return b instanceof CelTimestamp && a.nanos === b.nanos;
  if (a instanceof CelDuration) return b instanceof CelDuration && a.nanos === b.nanos;
  if (a instanceof CelTypeValue) return b instanceof CelTypeValue && a.name === b.name;
  if (a instanceof CelOptional) {
    if (!(b instanceof CelOptional)) return false;
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return celEqual(a.value, b.value);
  }
  return a instanceof CelOpaque && b instanceof CelOpaque && a.equalTo(b);
}

const isSameNumber = (a: bigint | number, b: bigint | number): boolean => compareNumbers(a, b) === 0;

/** An int beside a double is compared as a double, as far as it has a place among them. */
function compareNumbers(a: bigint | number, b: bigint | number): number {
  if (typeof a !== typeof b) return compareNumbers(Number(a), Number(b));
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN;
}

function numberOf(value: CelValue): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof CelUint ? value.value : undefined;
}

function listsEqual(a: CelList, b: CelList): boolean {
  const own = a.equalTo?.(b, celEqual) ?? b.equalTo?.(a, celEqual);
  if (own !== undefined) return own;
  if (a.size !== b.size) return false;
  for (let i = 0; i < a.size; i++) if (!celEqual(a.get(i)!, b.get(i)!)) return false;
  return true;
}

function mapsEqual(a: CelMap, b: CelMap): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a.entries()) {
    const other = b.get(key);
    if (other === undefined || !celEqual(value, other)) return false;
  }
  return true;
}

function objectsEqual(a: CelObject, b: CelObject): boolean {
  if (a.equalTo !== undefined) return a.equalTo(b, celEqual);
  if (a.typeName !== b.typeName) return false;
  const names = [...a.fields()];
  if (names.length !== [...b.fields()].length) return false;
  return names.every((name) => b.has(name) && celEqual(a.get(name)!, b.get(name)!));
}

/** Negative, zero or positive; NaN for numbers that have no order; undefined for values that have none. */
export function celCompare(a: CelValue, b: CelValue): number | undefined {
  const left = numberOf(a);
  if (left !== undefined) {
    const right = numberOf(b);
    if (right === undefined) return undefined;
    return compareNumbers(left, right);
  }
  if (typeof a === 'string') return typeof b === 'string' ? compareTexts(a, b) : undefined;
  if (typeof a === 'boolean') return typeof b === 'boolean' ? Number(a) - Number(b) : undefined;
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? Buffer.compare(a, b) : undefined;
  const isTime = a instanceof CelTimestamp && b instanceof CelTimestamp;
  const isSpan = a instanceof CelDuration && b instanceof CelDuration;
  if (isTime || isSpan) return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  return undefined;
}

/** By code points, as UTF-8 has them. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Halves of characters beyond U+FFFF come behind all others.
    const isHalfX = x >= 0xd800 && x <= 0xdfff;
    const isHalfY = y >= 0xd800 && y <= 0xdfff;
    if (isHalfX !== isHalfY) return isHalfX ? 1 : -1;
    return x < y ? -1 : 1;
  }
  return a.length - b.length;
}
