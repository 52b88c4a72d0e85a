/**
 * int64 numbers kept as decimal text: recognised and ordered without making a number or an object, because a
 * label selector does it for every object it passes. No arithmetic here.
 */
const plus = 43;
const minus = 45;
const zero = 48;
const nine = 57;
/** Magnitude of the smallest int64; the largest is one less. */
const magnitudeMax = '9223372036854775808';

/** Index of the first digit that is not a leading zero; the length where the number is zero. */
function firstDigit(text: string): number {
  let at = text.charCodeAt(0) === plus || text.charCodeAt(0) === minus ? 1 : 0;
  while (at < text.length && text.charCodeAt(at) === zero) at++;
  return at;
}

/** Compares the digits of two magnitudes of equal length. */
function compareDigits(left: string, leftStart: number, right: string, rightStart: number): number {
  for (let i = 0; leftStart + i < left.length; i++) {
    const difference = left.charCodeAt(leftStart + i) - right.charCodeAt(rightStart + i);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** True for what Go's ParseInt(text, 10, 64) accepts. */
export function isInt64Text(text: string): boolean {
  const isNegative = text.charCodeAt(0) === minus;
  const signLength = isNegative || text.charCodeAt(0) === plus ? 1 : 0;
  if (text.length === signLength) return false;
  for (let i = signLength; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < zero || code > nine) return false;
  }
  const start = firstDigit(text);
  const length = text.length - start;
  if (length !== magnitudeMax.length) return length < magnitudeMax.length;
  const order = compareDigits(text, start, magnitudeMax, 0);
  return isNegative ? order <= 0 : order < 0;
}

/** Negative, zero or positive as `left` is below, equal to or above `right`. Both must pass isInt64Text. */
export function compareInt64Text(left: string, right: string): number {
  const leftStart = firstDigit(left);
  const rightStart = firstDigit(right);
  const leftSign = leftStart === left.length ? 0 : left.charCodeAt(0) === minus ? -1 : 1;
  const rightSign = rightStart === right.length ? 0 : right.charCodeAt(0) === minus ? -1 : 1;
  if (leftSign !== rightSign) return leftSign - rightSign;
  const lengths = left.length - leftStart - (right.length - rightStart);
  const order = lengths !== 0 ? lengths : compareDigits(left, leftStart, right, rightStart);
  // Not by the sign's product: equal negative numbers would compare as -0.
  return leftSign < 0 ? 0 - order : order;
}
