/**
 * JSON in and out. The platform's own JSON.parse and JSON.stringify wherever they are exact; our parser and
 * writer where they are not (int64 beyond 2^53, depth). Knows no schema: typing is schema/decode.ts.
 */
import { assert } from '../../lib/assert.ts';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { JsonSyntaxError, parseExactJson } from './json-parser.ts';

/**
 * What JSON.parse may get wrong: a run of 16 digits (an integer beyond 2^53) or a three-digit exponent (a float
 * beyond the range of a double). Digits inside strings match as well; that costs time, not correctness.
 */
const inexact = /[0-9]{16}|[0-9][eE]\+?[0-9]{3}/;

/**
 * Parses one JSON text. Integers beyond 2^53 are bigint, beyond int64 floats. Throws JsonSyntaxError, whose
 * message is fit for a 400. A buffer is read as UTF-8, invalid sequences as U+FFFD (as Go does).
 */
export function parseJson(text: string | Buffer): JsonValue {
  const source = typeof text === 'string' ? text : text.toString('utf8');
  if (inexact.test(source)) return parseExactJson(source);
  checkDepth(source);
  try {
    return JSON.parse(source);
  } catch {
    // JSON.parse words its errors differently from one Node to the next; ours are Go's, with a position.
    const value = parseExactJson(source);
    assert(false, `JSON.parse refuses what parseExactJson reads: ${typeof value}`);
  }
}

/** Refuses nesting beyond the bound. Free for short texts: each level needs two characters. */
function checkDepth(text: string): void {
  if (text.length <= 2 * limits.jsonDepth) return;
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
