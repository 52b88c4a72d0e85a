/** Texts as sequences of code points, which is how expressions count and cut them. */

export function codePointCount(text: string): number {
  if (isFlat(text)) return text.length;
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xdc00 || unit > 0xdfff) continue;
    const before = text.charCodeAt(i - 1);
    if (before >= 0xd800 && before <= 0xdbff) count--;
  }
  return count;
}

/** Whether every character is one UTF-16 unit, so that offsets are what they seem. */
export function isFlat(text: string): boolean {
  if (text.length <= shortText) return !isHalf.test(text);
  // A loop asks of one text again and again.
  if (text !== lastAsked.text) lastAsked = { text, isFlat: !isHalf.test(text) };
  return lastAsked.isFlat;
}
const isHalf = /[\ud800-\udfff]/;
const shortText = 32;
let lastAsked = { text: '', isFlat: true };

export const codePoints = (text: string): string[] => (isFlat(text) ? text.split('') : [...text]);

/** From one code point to before another. */
export const cutText = (text: string, start: number, end: number): string =>
  isFlat(text) ? text.slice(start, end) : [...text].slice(start, end).join('');

/**
 * As Go prints a float in the fewest digits: with an exponent from `exponentMin` on, which strconv has at 6 and fmt at 21.
 */
export function goFloatText(value: number, exponentMin = 6): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponentText = ''] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < exponentMin) return plainText(mantissa, exponent);
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
}

/** Without an exponent, however large (`%f` with precision -1). */
export function plainFloatText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return goFloatText(value);
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return plainText(mantissa, Number(exponent));
}

function plainText(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = whole + fraction;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0');
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}
