/** From text to tokens, by CEL's grammar. Throws SyntaxIssue for what is none. */
import { limits } from '../limits.ts';
import type { LiteralValue } from './ast.ts';
import { SyntaxIssue } from './issue.ts';
import { CelUint } from './values.ts';

export interface Token {
  readonly kind: 'ident' | 'quoted-ident' | 'literal' | 'symbol' | 'end';
  /** As it is written; of an identifier in backquotes what is between them. */
  readonly text: string;
  readonly value?: LiteralValue;
  readonly offset: number;
}

const symbols = [
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '!',
  '?',
  ':',
  '.',
  ',',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
] as const;

const space = /[\t\n\f\r ]*(?:\/\/[^\n]*[\t\n\f\r ]*)*/y;
const identifier = /[A-Za-z_][A-Za-z0-9_]*/y;
const quotedIdentifier = /`([A-Za-z0-9_.\-/ ]+)`/y;
const float = /(?:[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)/y;
const integer = /(0x[0-9a-fA-F]+|[0-9]+)([uU]?)/y;
const stringStart = /[bB]?[rR]?(?:"""|'''|"|')/y;

export function tokenize(source: string): Token[] {
  if (source.length > limits.expressionLength) {
    const size = [...source].length;
    const problem = `expression code point size exceeds limit: size: ${size}, limit ${limits.expressionLength}`;
    if (size > limits.expressionLength) throw new SyntaxIssue(problem, 0);
  }
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  for (;;) {
    at += match(space)?.[0].length ?? 0;
    if (at >= source.length) break;
    const offset = at;
    const opened = match(stringStart);
    if (opened !== null) {
      const { value, end } = readString(source, offset, opened[0]);
      tokens.push({ kind: 'literal', text: source.slice(offset, end), value, offset });
      at = end;
      continue;
    }
    const word = match(identifier);
    if (word !== null) {
      const text = word[0];
      const value = words.get(text);
      if (value === undefined) tokens.push({ kind: text === 'in' ? 'symbol' : 'ident', text, offset });
      else tokens.push({ kind: 'literal', text, value, offset });
      at += text.length;
      continue;
    }
    const quoted = match(quotedIdentifier);
    if (quoted !== null) {
      tokens.push({ kind: 'quoted-ident', text: quoted[1]!, offset });
      at += quoted[0].length;
      continue;
    }
    const number = match(float) ?? match(integer);
    if (number !== null) {
      const text = number[0];
      tokens.push({ kind: 'literal', text, value: numberValue(text, number, offset), offset });
      at += text.length;
      continue;
    }
    const symbol = symbols.find((each) => source.startsWith(each, at));
    if (symbol === undefined) {
      throw new SyntaxIssue(`Syntax error: token recognition error at: '${source[at]}'`, offset);
    }
    tokens.push({ kind: 'symbol', text: symbol, offset });
    at += symbol.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', offset: source.length });
  return tokens;
}

const words: ReadonlyMap<string, LiteralValue> = new Map<string, LiteralValue>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** An int may be one too large here: the sign that stands before it belongs to it. */
function numberValue(text: string, match: RegExpExecArray, offset: number): LiteralValue {
  if (/[.eE]/.test(text) && !text.startsWith('0x')) return Number(text);
  const value = BigInt(match[1]!);
  if (match[2] === '') return value;
  if (value >= 1n << 64n) throw new SyntaxIssue('invalid uint literal', offset);
  return new CelUint(value);
}

function readString(
  source: string,
  offset: number,
  opening: string,
): { value: string | Uint8Array; end: number } {
  const quotes = /["']+$/.exec(opening)![0];
  const prefix = opening.slice(0, -quotes.length).toLowerCase();
  const isRaw = prefix.includes('r');
  const isBytes = prefix.includes('b');
  let at = offset + opening.length;
  const parts = new Parts(isBytes);
  const unterminated = (): SyntaxIssue =>
    new SyntaxIssue(
      `Syntax error: token recognition error at: '${source.slice(offset, offset + 20)}'`,
      offset,
    );
  for (;;) {
    if (at >= source.length) throw unterminated();
    if (source.startsWith(quotes, at)) return { value: parts.done(), end: at + quotes.length };
    const c = source[at]!;
    if (quotes.length === 1 && (c === '\n' || c === '\r')) throw unterminated();
    if (c === '\\' && !isRaw) at = readEscape(source, at, parts);
    else if (c === '\\' && at + 1 < source.length) {
      // In a raw string a backslash keeps the quote behind it from ending the text, and stays.
      parts.text(source.slice(at, at + 2));
      at += 2;
    } else {
      const point = String.fromCodePoint(source.codePointAt(at)!);
      parts.text(point);
      at += point.length;
    }
  }
}

class Parts {
  readonly #isBytes: boolean;
  #text = '';
  readonly #chunks: Buffer[] = [];
  constructor(isBytes: boolean) {
    this.#isBytes = isBytes;
  }
  text(text: string): void {
    this.#text += text;
  }
  /** `\x41` and `\101`: a byte of bytes, a character of a text. */
  byte(value: number): void {
    if (!this.#isBytes) {
      this.#text += String.fromCodePoint(value);
      return;
    }
    this.#flush();
    this.#chunks.push(Buffer.from([value]));
  }
  done(): string | Uint8Array {
    if (!this.#isBytes) return this.#text;
    this.#flush();
    return new Uint8Array(Buffer.concat(this.#chunks));
  }
  get isBytes(): boolean {
    return this.#isBytes;
  }
  #flush(): void {
    this.#chunks.push(Buffer.from(this.#text));
    this.#text = '';
  }
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
};
const escapeSequence =
  /\\(?:([abfnrtv\\'"`?])|([0-3][0-7]{2})|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y;

/** Gives the offset behind it. */
function readEscape(source: string, at: number, parts: Parts): number {
  escapeSequence.lastIndex = at;
  const match = escapeSequence.exec(source);
  if (match === null) {
    const shown = source.slice(at, at + 2);
    throw new SyntaxIssue(`Syntax error: token recognition error at: '${shown}'`, at);
  }
  const [whole, simple, octal, hex, short, long] = match;
  if (simple !== undefined) parts.text(simpleEscapes[simple]!);
  else if (octal !== undefined) parts.byte(Number.parseInt(octal, 8));
  else if (hex !== undefined) parts.byte(Number.parseInt(hex, 16));
  else {
    const point = Number.parseInt((short ?? long)!, 16);
    const isSurrogate = point >= 0xd800 && point <= 0xdfff;
    if (parts.isBytes || point > 0x10ffff || isSurrogate) {
      throw new SyntaxIssue(`invalid unicode code point`, at);
    }
    parts.text(String.fromCodePoint(point));
  }
  return at + whole.length;
}
