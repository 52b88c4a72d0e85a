/**
 * Our own JSON parser: exact where JSON.parse is not. Integers outside ±2^53 become bigint, those outside int64
 * become floats as in Go, a float too large for a double is an error, nesting is bounded, and errors carry
 * Go's wording, which clients show. Iterative: depth costs heap, never stack. Not for ordinary traffic:
 * codec/json.ts calls it only where JSON.parse would be inexact or has failed, strict decoding where a field was
 * written that should not have been.
 */
import { goQuote } from '../apply/go-text.ts';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';

/** Text that is not JSON, or nested too deep. `position` counts UTF-16 units from the start of the text. */
export class JsonSyntaxError extends SyntaxError {
  readonly position: number;
  constructor(message: string, position: number) {
    super(message);
    this.name = 'JsonSyntaxError';
    this.position = position;
  }
}

/** Half a character, which only an escape can bring, is U+FFFD as in Go: no UTF-8 can hold it. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** Writes a field as JSON.parse would: `__proto__` becomes an ordinary own field. */
export function setField(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

/**
 * The value of a run of digits as Go's untyped decoding has it: an int64 where it fits (bigint where a number
 * would be inexact), a float otherwise.
 */
export function exactInteger(digits: string): number | bigint {
  const value = Number(digits);
  // A sign and nineteen digits hold every int64; making a bigint of millions of digits would hold up everyone.
  if (Number.isSafeInteger(value) || digits.length > 20) return value;
  const exact = BigInt(digits);
  return BigInt.asIntN(64, exact) === exact ? exact : value;
}

export function parseExactJson(text: string): JsonValue {
  return new Parser<JsonObject>(text, () => ({}), setField, numberOf).run() as JsonValue;
}

/** A JSON value as it was written: an object keeps the order of its fields, and those it has twice. */
export type WrittenJson =
  | string
  | number
  | bigint
  | boolean
  | null
  | WrittenNumber
  | WrittenJson[]
  | WrittenObject;
export class WrittenObject {
  readonly keys: string[] = [];
  readonly values: WrittenJson[] = [];
}

/** A number that is written as no int64 is: `1.0`, `1e3`, `1e400`. */
export class WrittenNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** As `parseExactJson`, but nothing that was written is lost. */
export function parseWrittenJson(text: string): WrittenJson {
  const add = (object: WrittenObject, key: string, value: WrittenJson): void => {
    object.keys.push(key);
    object.values.push(value);
  };
  const number = (digits: string, isInteger: boolean): number | bigint | WrittenNumber => {
    const value = isInteger ? exactInteger(digits) : undefined;
    const isInt64 = typeof value === 'bigint' || Number.isSafeInteger(value);
    return value !== undefined && isInt64 ? value : new WrittenNumber(digits);
  };
  return new Parser<WrittenObject>(text, () => new WrittenObject(), add, number).run() as WrittenJson;
}

/** Throws JsonSyntaxError for what no double holds. */
function numberOf(digits: string, isInteger: boolean, position: number): number | bigint {
  const value = isInteger ? exactInteger(digits) : Number(digits);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new JsonSyntaxError(`cannot unmarshal number ${digits} into Go value of type float64`, position);
  }
  return value;
}
type ReadNumber = (digits: string, isInteger: boolean, position: number) => number | bigint | WrittenNumber;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const MINUS = 0x2d;
const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;
const isHexDigit = (c: number): boolean => isDigit(c) || (c >= 0x41 && c <= 0x46) || (c >= 0x61 && c <= 0x66);
const simpleEscapes = new Set([...'"\\/bfnrt'].map((c) => c.charCodeAt(0)));

type Scalar = string | number | bigint | boolean | null | WrittenNumber;
type Parsed<O> = Scalar | Parsed<O>[] | O;

/** `O` is what an object of the text becomes. */
class Parser<O extends object> {
  private readonly text: string;
  private readonly makeObject: () => O;
  private readonly addField: (object: O, key: string, value: never) => void;
  private readonly readNumber: ReadNumber;
  private at = 0;

  constructor(
    text: string,
    makeObject: () => O,
    addField: (object: O, key: string, value: never) => void,
    readNumber: ReadNumber,
  ) {
    this.text = text;
    this.readNumber = readNumber;
    this.makeObject = makeObject;
    this.addField = addField;
  }

  run(): Parsed<O> {
    const containers: (Parsed<O>[] | O)[] = [];
    const keys: string[] = [];
    for (;;) {
      // One value, or the opening of a container.
      let value: Parsed<O>;
      const c = this.skipSpace();
      if (c === OPEN_OBJECT || c === OPEN_LIST) {
        this.at++;
        const empty: Parsed<O>[] | O = c === OPEN_LIST ? [] : this.makeObject();
        const next = this.skipSpace();
        if (next === (c === OPEN_LIST ? CLOSE_LIST : CLOSE_OBJECT)) {
          this.at++;
          value = empty;
        } else {
          if (containers.length >= limits.jsonDepth) throw this.error('exceeded max depth');
          containers.push(empty);
          keys.push(c === OPEN_OBJECT ? this.key() : '');
          continue;
        }
      } else {
        value = this.scalar(c);
      }
      // The value is whole: put it where it belongs, closing every container that ends here.
      for (;;) {
        const container = containers.at(-1);
        if (container === undefined) {
          if (!Number.isNaN(this.skipSpace())) throw this.unexpected('after top-level value');
          return value;
        }
        const isList = Array.isArray(container);
        if (isList) container.push(value);
        else this.addField(container, keys.at(-1)!, value as never);
        const after = this.skipSpace();
        if (after === COMMA) {
          this.at++;
          if (!isList) keys[keys.length - 1] = this.key();
          break;
        }
        if (after !== (isList ? CLOSE_LIST : CLOSE_OBJECT)) {
          throw this.unexpected(isList ? 'after array element' : 'after object key:value pair');
        }
        this.at++;
        value = container;
        containers.pop();
        keys.pop();
      }
    }
  }

  /** The code at the next character that is not space; NaN at the end. */
  private skipSpace(): number {
    for (;;) {
      const c = this.text.charCodeAt(this.at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return c;
      this.at++;
    }
  }

  private key(): string {
    if (this.skipSpace() !== QUOTE) throw this.unexpected('looking for beginning of object key string');
    const key = this.string();
    if (this.skipSpace() !== COLON) throw this.unexpected('after object key');
    this.at++;
    return key;
  }

  private scalar(c: number): Scalar {
    if (c === QUOTE) return this.string();
    if (c === MINUS || isDigit(c)) return this.number();
    if (c === 0x74) return this.literal('true', true);
    if (c === 0x66) return this.literal('false', false);
    if (c === 0x6e) return this.literal('null', null);
    throw this.unexpected('looking for beginning of value');
  }

  private literal<T extends Scalar>(word: string, value: T): T {
    for (let i = 0; i < word.length; i++, this.at++) {
      if (this.text.charCodeAt(this.at) !== word.charCodeAt(i)) {
        throw this.unexpected(`in literal ${word} (expecting ${shown(word.charCodeAt(i))})`);
      }
    }
    return value;
  }

  private string(): string {
    const start = this.at++;
    let hasEscapes = false;
    for (;;) {
      const c = this.text.charCodeAt(this.at);
      if (c === QUOTE) break;
      if (c === BACKSLASH) {
        hasEscapes = true;
        this.at++;
        this.escape();
      } else if (c >= 0x20) {
        this.at++;
      } else {
        throw this.unexpected('in string literal');
      }
    }
    this.at++;
    if (!hasEscapes) return this.text.slice(start + 1, this.at - 1);
    return wellFormed(JSON.parse(this.text.slice(start, this.at)));
  }

  private escape(): void {
    const c = this.text.charCodeAt(this.at);
    if (c === 0x75) {
      this.at++;
      for (let i = 0; i < 4; i++, this.at++) {
        if (!isHexDigit(this.text.charCodeAt(this.at))) {
          throw this.unexpected('in \\u hexadecimal character escape');
        }
      }
    } else if (simpleEscapes.has(c)) {
      this.at++;
    } else {
      throw this.unexpected('in string escape code');
    }
  }

  private number(): number | bigint | WrittenNumber {
    const start = this.at;
    if (this.text.charCodeAt(this.at) === MINUS) this.at++;
    if (this.text.charCodeAt(this.at) === 0x30) this.at++;
    else this.digits('in numeric literal');
    let isInteger = true;
    if (this.text.charCodeAt(this.at) === 0x2e) {
      isInteger = false;
      this.at++;
      this.digits('after decimal point in numeric literal');
    }
    const e = this.text.charCodeAt(this.at);
    if (e === 0x65 || e === 0x45) {
      isInteger = false;
      this.at++;
      const sign = this.text.charCodeAt(this.at);
      if (sign === 0x2b || sign === MINUS) this.at++;
      this.digits('in exponent of numeric literal');
    }
    return this.readNumber(this.text.slice(start, this.at), isInteger, start);
  }

  private digits(where: string): void {
    if (!isDigit(this.text.charCodeAt(this.at))) throw this.unexpected(where);
    while (isDigit(this.text.charCodeAt(this.at))) this.at++;
  }

  private unexpected(where: string): JsonSyntaxError {
    const c = this.text.codePointAt(this.at);
    return this.error(
      c === undefined ? 'unexpected end of JSON input' : `invalid character ${shown(c)} ${where}`,
    );
  }

  private error(message: string): JsonSyntaxError {
    return new JsonSyntaxError(message, this.at);
  }
}

/** A character as Go quotes one in these messages: by its first byte. */
function shown(code: number): string {
  if (code === 0x27) return "'\\''";
  if (code === QUOTE) return `'"'`;
  const byte = Buffer.from(String.fromCodePoint(code))[0]!;
  return `'${goQuote(String.fromCharCode(byte)).slice(1, -1)}'`;
}
