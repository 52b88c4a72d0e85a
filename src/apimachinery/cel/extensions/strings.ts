/** Functions of texts. Positions are code points. Source: cel-go ext/strings.go. */
import { limits } from '../../limits.ts';
import { type CelLibrary, declare, global, member } from '../library.ts';
import { codePointCount, codePoints, cutText, isFlat } from '../text.ts';
import { dynType, intType, listOf, stringType } from '../types.ts';
import { ArrayList, CelError, type CelList, type CelValue, type Outcome } from '../values.ts';
import { format } from './string-format.ts';

const outOfRange = (index: bigint | number): CelError => new CelError(() => `index out of range: ${index}`);

function charAt(text: string, index: bigint): Outcome {
  if (index < 0n || index > BigInt(codePointCount(text))) return outOfRange(index);
  return cutText(text, Number(index), Number(index) + 1);
}

function indexOf(text: string, part: string, from = 0n): Outcome {
  if (from < 0n) return outOfRange(from);
  if (part === '') return from;
  if (isFlat(text)) return from > BigInt(text.length) ? -1n : BigInt(text.indexOf(part, Number(from)));
  const points = codePoints(text);
  const wanted = codePoints(part);
  for (let i = Number(from); i + wanted.length <= points.length; i++)
    if (startsAt(points, wanted, i)) return BigInt(i);
  return -1n;
}

function lastIndexOf(text: string, part: string, from?: bigint): Outcome {
  if (from !== undefined && from < 0n) return outOfRange(from);
  const length = codePointCount(text);
  const end = from === undefined ? length : Number(from);
  if (part === '') return BigInt(end);
  if (from !== undefined && end >= length) return -1n;
  if (isFlat(text)) return BigInt(text.lastIndexOf(part, end));
  const points = codePoints(text);
  const wanted = codePoints(part);
  for (let i = Math.min(end, points.length - wanted.length); i >= 0; i--) {
    if (startsAt(points, wanted, i)) return BigInt(i);
  }
  return -1n;
}

function startsAt(points: readonly string[], wanted: readonly string[], at: number): boolean {
  for (let i = 0; i < wanted.length; i++) if (points[at + i] !== wanted[i]) return false;
  return true;
}

function substring(text: string, start: bigint, end?: bigint): Outcome {
  const length = BigInt(codePointCount(text));
  const to = end ?? length;
  if (start > to && end !== undefined) {
    return new CelError(() => `invalid substring range. start: ${start}, end: ${end}`);
  }
  for (const at of [start, to]) if (at < 0n || at > length) return outOfRange(at);
  return cutText(text, Number(start), Number(to));
}

function replaced(text: string, old: string, by: string, count = -1n): Outcome {
  if (count === 0n) return text;
  const most = count < 0n ? Number.POSITIVE_INFINITY : Number(count);
  const parts = old === '' ? ['', ...codePoints(text), ''] : text.split(old);
  const joined = parts.length - 1;
  if (Math.min(joined, most) * by.length + text.length > limits.celTextLength)
    return new CelError('text too long');
  if (most >= joined) return parts.join(by);
  let result = parts[0]!;
  for (let i = 1; i < parts.length; i++) result += (i <= most ? by : old) + parts[i]!;
  return result;
}

function split(text: string, separator: string, count = -1n): CelList {
  if (count === 0n) return new ArrayList([]);
  const parts = separator === '' ? codePoints(text) : text.split(separator);
  if (count < 0n || parts.length <= Number(count)) return new ArrayList(parts);
  const kept = parts.slice(0, Number(count) - 1);
  return new ArrayList([...kept, parts.slice(Number(count) - 1).join(separator)]);
}

function join(texts: CelList, separator = ''): Outcome {
  const parts = [...texts] as string[];
  const length = parts.reduce((sum, part) => sum + part.length + separator.length, 0);
  if (length > limits.celTextLength) return new CelError('text too long');
  return parts.join(separator);
}

const isSpace = /[\s\u0085]/u;
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpaceAt(text, start)) start++;
  while (end > start && isSpaceAt(text, end - 1)) end--;
  return text.slice(start, end);
}
/** White space as Unicode has it. A byte order mark is none there, though it is to JavaScript. */
const isSpaceAt = (text: string, at: number): boolean => text[at] !== '\ufeff' && isSpace.test(text[at]!);

const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
const upperAscii = (text: string): string => text.replace(/[a-z]+/g, (run) => run.toUpperCase());

const quoted: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};
/** Half a character is shown as none. */
const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd');

function quote(text: string): string {
  let result = '"';
  for (const point of wellFormed(text)) result += quoted[point] ?? point;
  return `${result}"`;
}

const s = stringType;
const n = intType;
export const strings: CelLibrary = {
  name: 'strings',
  functions: [
    declare('charAt', member('string_char_at_int', [s, n], s, charAt)),
    declare(
      'indexOf',
      member('string_index_of_string', [s, s], n, indexOf),
      member('string_index_of_string_int', [s, s, n], n, indexOf),
    ),
    declare(
      'lastIndexOf',
      member('string_last_index_of_string', [s, s], n, lastIndexOf),
      member('string_last_index_of_string_int', [s, s, n], n, lastIndexOf),
    ),
    declare('lowerAscii', member('string_lower_ascii', [s], s, lowerAscii)),
    declare('upperAscii', member('string_upper_ascii', [s], s, upperAscii)),
    declare(
      'replace',
      member('string_replace_string_string', [s, s, s], s, replaced),
      member('string_replace_string_string_int', [s, s, s, n], s, replaced),
    ),
    declare(
      'split',
      member('string_split_string', [s, s], listOf(s), split),
      member('string_split_string_int', [s, s, n], listOf(s), split),
    ),
    declare(
      'substring',
      member('string_substring_int', [s, n], s, substring),
      member('string_substring_int_int', [s, n, n], s, substring),
    ),
    declare('trim', member('string_trim', [s], s, trim)),
    declare(
      'join',
      member('list_join', [listOf(s)], s, join),
      member('list_join_string', [listOf(s), s], s, join),
    ),
    declare(
      'reverse',
      member('string_reverse', [s], s, (text: string) => codePoints(text).reverse().join('')),
    ),
    declare('strings.quote', global('strings_quote', [s], s, quote)),
    declare(
      'format',
      member('string_format', [s, listOf(dynType)], s, (pattern: string, args: CelList) =>
        format(pattern, [...args] as CelValue[]),
      ),
    ),
  ],
};
