/**
 * JSON values in the words of Go's fmt: what kubectl users read in conflicts and in type errors. Text for people
 * only; nothing here is parsed back.
 */
import { limits } from '../limits.ts';
import type { JsonValue } from '../object-meta.ts';
import { compareText } from './value-order.ts';

const named: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};
/** What Go does not print as it is: controls, format characters, unassigned ones, and every space but U+0020. */
const escaped = /["\\\p{C}]|(?! )\p{Z}/gu;

/** `%q` */
export function goQuote(text: string): string {
  return `"${text.replace(escaped, (c) => named[c] ?? escapePoint(c.codePointAt(0)!))}"`;
}
/** The same of text that may be of any length: a message that tells what is wrong with it need not repeat it all. */
export function goQuoteStart(text: string): string {
  const { quotedTextLength } = limits;
  return goQuote(text.length <= quotedTextLength ? text : `${text.slice(0, quotedTextLength)}…`);
}
function escapePoint(point: number): string {
  if (point >= 0xd800 && point <= 0xdfff) return '\ufffd';
  if (point < 0x20 || point === 0x7f) return `\\x${point.toString(16).padStart(2, '0')}`;
  return point < 0x10000
    ? `\\u${point.toString(16).padStart(4, '0')}`
    : `\\U${point.toString(16).padStart(8, '0')}`;
}

/** `%v`: integers are int64 and in digits; floats have an exponent below 1e-4 and from 1e6 on, of two digits. */
function goNumber(value: number | bigint): string {
  if (typeof value === 'bigint' || Number.isInteger(value)) return value.toString();
  if (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e6) return value.toString();
  return value.toExponential().replace(/e([+-])([0-9])$/, 'e$10$2');
}

/** `%v`: strings bare, maps as `map[a:1 b:2]`, lists as `[1 2]`. */
export function goValue(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number' || typeof value === 'bigint') return goNumber(value);
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value === 'object')
    return `map[${entries(value)
      .map(([k, v]) => `${k}:${goValue(v)}`)
      .join(' ')}]`;
  return String(value);
}

/** `%#v`: as it would be written in Go source. */
export function goSyntax(value: JsonValue): string {
  if (value === null) return 'interface {}(nil)';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number' || typeof value === 'bigint') return goNumber(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (typeof value === 'object') {
    const fields = entries(value).map(([k, v]) => `${goQuote(k)}:${goSyntax(v)}`);
    return `map[string]interface {}{${fields.join(', ')}}`;
  }
  return String(value);
}

/** `%T` */
export function goType(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int64';
  return typeof value === 'string' ? 'string' : Number.isInteger(value) ? 'int64' : 'float64';
}

function entries(value: object): [string, JsonValue][] {
  return (Object.entries(value) as [string, JsonValue | undefined][])
    .filter((entry): entry is [string, JsonValue] => entry[1] !== undefined)
    .sort(([a], [b]) => compareText(a, b));
}
