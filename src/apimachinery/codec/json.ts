/**
 * JSON in and out. The platform's own JSON.parse and JSON.stringify wherever they are exact; our parser and
 * writer where they are not (int64 beyond 2^53, depth). Knows no schema: typing is schema/decode.ts.
 */
import { assert } from '../../lib/assert.ts';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { JsonSyntaxError, parseExactJson } from './json-parser.ts';

/**
 * A three-digit exponent: perhaps a float beyond the range of a double, which JSON.parse makes Infinity. Only where a
 * number may stand: one uid in six has such digits in it.
 */
const largeExponent = /(?:^|[\s:,[])-?[0-9.]+[eE]\+?[0-9]{3}/;
/** Perhaps half a character, which JSON.parse keeps. */
const surrogateEscape = /\\u[dD][89a-fA-F]/;
/** Every integer beyond 2^53 has as many digits. */
const inexactDigits = 16;

/**
 * Whether JSON.parse may get a number or a text wrong. What looks like a number inside a string may count as well; that
 * costs time, not correctness. A long run of digits covers one character in sixteen, so only those are looked at.
 */
function mayBeInexact(text: string): boolean {
  return (
    hasLongInteger(text) || largeExponent.test(text) || (text.includes('\\u') && surrogateEscape.test(text))
  );
}
function hasLongInteger(text: string): boolean {
  for (let at = inexactDigits - 1; at < text.length; at += inexactDigits) {
    if (isDigit(text.charCodeAt(at)) && isLongInteger(text, at)) return true;
  }
  return false;
}
function isLongInteger(text: string, at: number): boolean {
  let first = at;
  while (isDigit(text.charCodeAt(first - 1))) first--;
  let end = at + 1;
  while (isDigit(text.charCodeAt(end))) end++;
  return end - first >= inexactDigits && text.charCodeAt(first - 1) !== 0x22;
}
const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;

/**
 * Parses one JSON text. Integers beyond 2^53 are bigint, beyond int64 floats. Throws JsonSyntaxError, whose
 * message is fit for a 400. A buffer is read as UTF-8, invalid sequences as U+FFFD (as Go does).
 */
export function parseJson(text: string | Buffer): JsonValue {
  const source = typeof text === 'string' ? text : text.toString('utf8');
  if (mayBeInexact(source)) return parseExactJson(source);
  checkDepth(source);
  return parsed(source);
}

/** Parses what stringifyJson wrote, in which nothing but a long integer can be read wrongly. */
export function parseOwnJson(text: string): JsonValue {
  return hasLongInteger(text) ? parseExactJson(text) : parsed(text);
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    // JSON.parse words its errors differently from one Node to the next; ours are Go's, with a position.
    const value = parseExactJson(text);
    assert(false, `JSON.parse refuses what parseExactJson reads: ${typeof value}`);
  }
}

/** Refuses nesting beyond the bound. Reads the text only where it has brackets enough to be so deep. */
function checkDepth(text: string): void {
  if (text.length <= 2 * limits.jsonDepth || !hasMoreThan(text, limits.jsonDepth, '[', '{')) return;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) inString = !inString;
    else if (inString) {
      if (c === 0x5c) i++;
    } else if (c === 0x7b || c === 0x5b) {
      if (++depth > limits.jsonDepth) throw new JsonSyntaxError('exceeded max depth', i);
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
}

function hasMoreThan(text: string, count: number, ...characters: readonly string[]): boolean {
  let found = 0;
  for (const character of characters) {
    for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) {
      if (++found > count) return true;
    }
  }
  return false;
}

/** Writes a value as compact JSON; bigint as its digits; undefined fields are left out. */
export function stringifyJson(value: JsonValue | object): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // TypeError: a bigint somewhere. RangeError: deeper than the platform's recursion.
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    return writeExact(value as JsonValue);
  }
}

interface Frame {
  readonly container: JsonValue[] | JsonObject;
  /** Undefined for a list. */
  readonly keys: readonly string[] | undefined;
  index: number;
}

/** JSON.stringify without its recursion and with bigint. */
function writeExact(root: JsonValue): string {
  let out = '';
  const frames: Frame[] = [];
  const open = (value: JsonValue): void => {
    if (typeof value === 'bigint') {
      out += value.toString();
    } else if (typeof value !== 'object' || value === null) {
      out += JSON.stringify(value);
    } else {
      assert(frames.length <= limits.jsonDepth, 'a value to be written is no deeper than one that is read');
      const isList = Array.isArray(value);
      out += isList ? '[' : '{';
      const keys = isList ? undefined : Object.keys(value).filter((key) => value[key] !== undefined);
      frames.push({ container: value, keys, index: 0 });
    }
  };
  open(root);
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    const { container, keys } = frame;
    const i = frame.index++;
    if (keys === undefined) {
      const items = container as JsonValue[];
      if (i === items.length) {
        out += ']';
        frames.pop();
      } else {
        if (i > 0) out += ',';
        open(items[i] ?? null);
      }
    } else if (i === keys.length) {
      out += '}';
      frames.pop();
    } else {
      const key = keys[i]!;
      out += `${i > 0 ? ',' : ''}${JSON.stringify(key)}:`;
      open((container as JsonObject)[key]!);
    }
  }
  return out;
}
