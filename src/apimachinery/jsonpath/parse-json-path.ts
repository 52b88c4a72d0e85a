/**
 * Reads a JSONPath template: `{.spec.replicas}`, `{range .items[*]}{.metadata.name}{"\n"}{end}`. Takes what client-go's
 * parser takes and refuses what it refuses, in its words. It works in one pass and never recurses deeper than a filter
 * in brackets can be written, which is once.
 */
import { limits } from '../limits.ts';
import { JsonPathError, type PathSlice, type PathStep, type TemplatePart } from './json-path-template.ts';
import { unquote } from './unquote.ts';

/** Throws JsonPathError. */
export function parseJsonPath(template: string): readonly TemplatePart[] {
  if (template.length > limits.jsonPathLength) {
    throw new JsonPathError(`a JSONPath is longer than ${limits.jsonPathLength} characters`);
  }
  const root: TemplatePart[] = [];
  const open: TemplatePart[][] = [root];
  let at = 0;
  while (at < template.length) {
    const body = open.at(-1)!;
    const brace = template.indexOf('{', at);
    const text = template.slice(at, brace === -1 ? template.length : brace);
    if (text !== '') body.push({ kind: 'expression', steps: [{ kind: 'text', text }] });
    if (brace === -1) break;
    const reader = new ExpressionReader(template, brace + 1);
    const { keyword, steps } = reader.read();
    at = reader.at;
    if (keyword === 'range') {
      const inner: TemplatePart[] = [];
      body.push({ kind: 'range', over: steps, body: inner });
      open.push(inner);
    } else if (keyword === 'end') {
      if (open.length === 1) throw new JsonPathError('not in range, nothing to end');
      open.pop();
    } else body.push({ kind: 'expression', steps });
  }
  return root;
}

interface Expression {
  readonly keyword: string | undefined;
  readonly steps: readonly PathStep[];
}

/** What stands in brackets or in a filter, as an expression of its own. */
function stepsOf(text: string): readonly PathStep[] {
  const { keyword, steps } = new ExpressionReader(`${text}}`, 0).read();
  if (keyword !== undefined) throw new JsonPathError(`unrecognized identifier ${keyword}`);
  return steps;
}

/** From behind the opening brace to behind the closing one. */
class ExpressionReader {
  readonly #text: string;
  #at: number;
  #keyword: string | undefined;
  readonly #steps: PathStep[] = [];

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  read(): Expression {
    while (!this.#text.startsWith('}', this.#at)) this.#step();
    this.#at++;
    return { keyword: this.#keyword, steps: this.#steps };
  }

  #step(): void {
    const character = this.#peek();
    if (this.#text.startsWith('[?(', this.#at)) this.#filter();
    else if (this.#text.startsWith('..', this.#at)) this.#descent();
    else if (character === '' || character === '\n' || character === '\r') {
      throw new JsonPathError('unclosed action');
    } else if (character === ' ' || character === '@' || character === '$') this.#at++;
    else if (character === '[') this.#brackets();
    else if (character === '"' || character === "'") this.#quoted(character);
    else if (character === '.') {
      this.#at++;
      this.#field();
    } else if (/[+\-\p{Nd}]/u.test(character)) this.#number();
    else if (isAlphanumeric(character)) this.#identifier();
    else throw new JsonPathError(`unrecognized character in action: ${codePoint(character)}`);
  }

  /** One character, whole; empty at the end. */
  #peek(): string {
    const point = this.#text.codePointAt(this.#at);
    return point === undefined ? '' : String.fromCodePoint(point);
  }

  #identifier(): void {
    const start = this.#at;
    while (!isTerminator(this.#text[this.#at])) this.#at++;
    const name = this.#text.slice(start, this.#at);
    if (name === 'true' || name === 'false') this.#steps.push({ kind: 'literal', value: name === 'true' });
    else if ((name === 'range' || name === 'end') && this.#keyword === undefined) this.#keyword = name;
    else throw new JsonPathError(`unrecognized identifier ${name}`);
  }

  #descent(): void {
    if (this.#steps.at(-1)?.kind === 'descent') throw new JsonPathError('invalid multiple recursive descent');
    this.#at += 2;
    this.#steps.push({ kind: 'descent' });
    if (isAlphanumeric(this.#peek())) this.#field();
  }

  #field(): void {
    const start = this.#at;
    while (!isTerminator(this.#text[this.#at])) this.#at += this.#text[this.#at] === '\\' ? 2 : 1;
    this.#at = Math.min(this.#at, this.#text.length);
    const name = this.#text.slice(start, this.#at);
    this.#steps.push(
      name === '*' ? { kind: 'wildcard' } : { kind: 'field', name: name.replaceAll('\\', '') },
    );
  }

  #number(): void {
    const [text = ''] = /^[+-]?[.\p{Nd}]*/u.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += text.length;
    if (/^[+-]?\d+$/.test(text)) {
      const value = BigInt(text.replace('+', ''));
      const isSafe = Number.isSafeInteger(Number(value));
      this.#steps.push({ kind: 'literal', value: isSafe ? Number(value) : value });
    } else if (/^[+-]?(?:\d+\.\d*|\.\d+)$/.test(text)) {
      this.#steps.push({ kind: 'literal', value: Number(text) });
    } else throw new JsonPathError(`cannot parse number ${text}`);
  }

  #quoted(quote: string): void {
    const start = this.#at++;
    for (; ; this.#at++) {
      const character = this.#text[this.#at];
      if (character === undefined || character === '\n')
        throw new JsonPathError('unterminated quoted string');
      if (character === quote && this.#text[this.#at - 1] !== '\\') break;
    }
    this.#at++;
    this.#steps.push({ kind: 'text', text: unquote(this.#text.slice(start, this.#at)) });
  }

  #brackets(): void {
    const start = this.#at + 1;
    const end = this.#text.indexOf(']', start);
    const line = this.#text.indexOf('\n', start);
    if (end === -1 || (line !== -1 && line < end)) throw new JsonPathError('unterminated array');
    this.#at = end + 1;
    const inside = this.#text.slice(start, end);
    const parts = inside.split(',');
    if (parts.length > 1) {
      const alternatives = parts.map((part) => stepsOf(`[${part.replace(/^ +| +$/g, '')}]`));
      this.#steps.push({ kind: 'union', alternatives });
      return;
    }
    const key = /^'([^']*)'$/.exec(inside);
    if (key !== null) this.#steps.push(...stepsOf(`.${key[1]}`));
    else this.#steps.push(sliceOf(inside === '*' ? ':' : inside));
  }

  #filter(): void {
    const start = this.#at + 3;
    const end = this.#endOfFilter(start);
    const condition = this.#text.slice(start, end);
    if (this.#text[end + 1] !== ']') throw new JsonPathError('unclosed array expect ]');
    this.#at = end + 2;
    const comparison = /^([^!<>=]+)([!<>=]+)(.+)$/.exec(condition);
    if (comparison === null) {
      this.#steps.push({ kind: 'existing', path: stepsOf(condition) });
      return;
    }
    const [, left, operator, right] = comparison as unknown as [string, string, string, string];
    this.#steps.push({ kind: 'filter', left: stepsOf(left), operator, right: stepsOf(right) });
  }

  /** Where its closing parenthesis is; one that stands in quotes does not count. */
  #endOfFilter(start: number): number {
    let quote: string | undefined;
    let isClosed = false;
    for (let at = start; ; at++) {
      const character = this.#text[at];
      if (character === undefined || character === '\n') throw new JsonPathError('unterminated filter');
      if (character === '"' || character === "'") {
        if (quote === undefined) quote = character;
        else if (character === quote && this.#text[at - 1] !== '\\') isClosed = true;
      } else if (character === ')' && (quote === undefined || isClosed)) return at;
    }
  }
}

function sliceOf(text: string): PathSlice {
  const parts = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (parts === null) throw new JsonPathError(`invalid array index ${text}`);
  const [, first = '', second, third] = parts;
  const start = first === '' ? undefined : indexOf(first);
  const isEndDerived = second === undefined;
  return {
    kind: 'slice',
    start,
    end: isEndDerived ? (start ?? 0) + 1 : boundOf(second),
    isEndDerived,
    step: third === undefined ? undefined : boundOf(third),
  };
}
const boundOf = (text: string): number | undefined => (text === ':' ? undefined : indexOf(text.slice(1)));

function indexOf(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new JsonPathError(`array index ${text} is not a number`);
  return Number(text);
}

const isAlphanumeric = (character: string): boolean => /[_\p{L}\p{Nd}]/u.test(character);
const isTerminator = (character: string | undefined): boolean =>
  character === undefined || ' \t\r\n.,[]$@{}'.includes(character);

/** `%#U` */
function codePoint(character: string): string {
  const hex = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return `U+${hex} '${character}'`;
}
