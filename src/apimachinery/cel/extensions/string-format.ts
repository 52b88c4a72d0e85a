/** `text.format(args)`: `%s %d %f %e %x %X %o %b %%`, with precisions. Source: cel-go ext/formatting_v2.go. */
import { limits } from '../../limits.ts';
import { compareTexts } from '../equality.ts';
import { typeNameOf } from '../runtime-type.ts';
import { durationText, timestampText } from '../standard/times.ts';
import { plainFloatText } from '../text.ts';
import {
  CelDuration,
  CelError,
  CelList,
  CelMap,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  type CelValue,
} from '../values.ts';

const clause = /%(?:\.(\d+))?([a-zA-Z%])|%/g;

export function format(pattern: string, args: readonly CelValue[]): string | CelError {
  let text = '';
  let end = 0;
  let next = 0;
  for (const { 0: whole, 1: precision, 2: verb, index } of pattern.matchAll(clause)) {
    text += pattern.slice(end, index);
    end = index + whole.length;
    if (whole === '%%') {
      text += '%';
      continue;
    }
    if (verb === undefined) return new CelError('unexpected end of format string');
    if (next >= args.length) return new CelError(`index ${next} out of range`);
    const part = formatted(verb, args[next++]!, precision === undefined ? undefined : Number(precision));
    if (part instanceof CelError) return part;
    text += part;
    if (text.length + pattern.length - end > limits.celTextLength) return new CelError('text too long');
  }
  return text + pattern.slice(end);
}

function formatted(verb: string, value: CelValue, precision: number | undefined): string | CelError {
  switch (verb) {
    case 's':
      return textOf(value);
    case 'd':
      return wholeText(value, 10, 'decimal');
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : wholeText(value, 2, 'binary');
    case 'o':
      return wholeText(value, 8, 'octal');
    case 'x':
      return hexText(value);
    case 'X':
      return upperCased(hexText(value));
    case 'f':
      return fixedText(value, precision ?? 6);
    case 'e':
      return scientificText(value, precision ?? 6);
    default:
      return new CelError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

function wholeText(value: CelValue, base: number, name: string): string | CelError {
  const special = specialText(value);
  if (base === 10 && special !== undefined) return special;
  const whole = typeof value === 'bigint' ? value : value instanceof CelUint ? value.value : undefined;
  if (whole !== undefined) return whole.toString(base);
  const types = base === 10 ? 'integers' : base === 2 ? 'integers and bools' : 'integers';
  return new CelError(
    `error during formatting: ${name} clause can only be used on ${types}, was given ${typeNameOf(value)}`,
  );
}

function specialText(value: CelValue): string | undefined {
  if (typeof value !== 'number' || Number.isFinite(value)) return undefined;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

const upperCased = (text: string | CelError): string | CelError =>
  text instanceof CelError ? text : text.toUpperCase();

function hexText(value: CelValue): string | CelError {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'bigint') return value.toString(16);
  if (value instanceof CelUint) return value.value.toString(16);
  return new CelError(
    `error during formatting: only integers, byte buffers, and strings can be formatted as hex, was given ${typeNameOf(value)}`,
  );
}

function numberOf(value: CelValue, clauseName: string): number | CelError {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof CelUint) return Number(value.value);
  return new CelError(
    `error during formatting: ${clauseName} clause can only be used on doubles, was given ${typeNameOf(value)}`,
  );
}

function fixedText(value: CelValue, precision: number): string | CelError {
  const number = numberOf(value, 'fixed-point');
  if (number instanceof CelError) return number;
  const special = specialText(value);
  if (special !== undefined) return special;
  if (precision > 100) return new CelError('precision too large');
  // toFixed gives up on an exact form beyond this.
  if (Math.abs(number) >= 1e21) return withPlaces(BigInt(number), precision);
  return isTie(number, precision) ? tieText(number, precision) : number.toFixed(precision);
}
/** Whether the number lies exactly between two of so many places. */
function isTie(number: number, places: number): boolean {
  const doubled = number * 2 * 10 ** places;
  // Only what is exact can be a tie, and beyond this no float has a half.
  return (
    Math.abs(doubled) < 2 ** 53 &&
    doubled % 2 !== 0 &&
    Number.isInteger(doubled) &&
    doubled / 2 / 10 ** places === number
  );
}

/** The even one of the two. */
function tieText(number: number, places: number): string {
  const below = Math.floor(number * 10 ** places);
  const even = below % 2 === 0 ? below : below + 1;
  return (even / 10 ** places).toFixed(places);
}

const withPlaces = (whole: bigint, places: number): string =>
  places === 0 ? `${whole}` : `${whole}.${'0'.repeat(places)}`;

function scientificText(value: CelValue, precision: number): string | CelError {
  const number = numberOf(value, 'scientific');
  if (number instanceof CelError) return number;
  const special = specialText(value);
  if (special !== undefined) return special;
  if (precision > 100) return new CelError('precision too large');
  return number.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2');
}

function textOf(value: CelValue): string | CelError {
  if (value === null) return 'null';
  if (typeof value === 'number') return specialText(value) ?? plainFloatText(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof CelTypeValue) return value.name;
  if (value instanceof CelDuration) return durationText(value);
  if (value instanceof CelTimestamp) return timestampText(value);
  if (value instanceof CelList) return listText(value);
  return value instanceof CelMap ? mapText(value) : unformattable(value);
}

function listText(list: CelList): string | CelError {
  const texts: string[] = [];
  for (const item of list) {
    const text = textOf(item);
    if (text instanceof CelError) return text;
    texts.push(text);
  }
  return `[${texts.join(', ')}]`;
}

function mapText(map: CelMap): string | CelError {
  const entries: (readonly [string, string])[] = [];
  for (const [key, value] of map.entries()) {
    const keyText = textOf(key);
    const text = textOf(value);
    if (keyText instanceof CelError) return keyText;
    if (text instanceof CelError) return text;
    entries.push([keyText, text]);
  }
  entries.sort(([a], [b]) => compareTexts(a, b));
  return `{${entries.map((entry) => entry.join(': ')).join(', ')}}`;
}

const unformattable = (value: CelValue): CelError =>
  new CelError(
    `error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${typeNameOf(value)}`,
  );
