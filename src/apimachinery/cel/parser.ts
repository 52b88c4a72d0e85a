/**
 * From text to a tree, by CEL's grammar, with macros expanded. Errors are cel-go's as far as they are not those of its
 * parser generator, of which only the kind is kept (`Syntax error: …`).
 */
import { limits } from '../limits.ts';
import {
  accumulator,
  type Expr,
  type LiteralValue,
  type MapEntry,
  type ParsedExpression,
  type StructField,
} from './ast.ts';
import { SyntaxIssue } from './issue.ts';
import { type Token, tokenize } from './lexer.ts';
import type { Macro, MacroBuilder } from './library.ts';
import { boundTree } from './tree-bounds.ts';

/** Macros by name, whether member, and number of arguments. */
export type Macros = ReadonlyMap<string, Macro>;
export const macroKey = (name: string, isMember: boolean, argCount: number): string =>
  `${isMember ? '.' : ''}${name}/${argCount}`;

/** Throws SyntaxIssue. */
export function parse(source: string, macros: Macros): ParsedExpression {
  const parser = new Parser(source, macros);
  const parsed = { expr: parser.whole(), source, positions: parser.positions };
  boundTree(parsed);
  return parsed;
}

/** Words that the language keeps for itself, beside its literals and `in`. */
export const reservedIdentifiers: ReadonlySet<string> = new Set([
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
]);
const relations = ['==', '!=', '<', '<=', '>', '>=', 'in'];
/** A parenthesis. */
const mayFollow: ReadonlySet<string> = new Set([
  '<EOF>',
  ')',
  ']',
  '}',
  ',',
  ...relations,
  '&&',
  '||',
  '?',
  ':',
]);
const operandStart =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

class Parser {
  readonly positions = new Map<number, number>();
  readonly #tokens: readonly Token[];
  readonly #macros: Macros;
  #at = 0;
  #lastId = 0;
  #depth = 0;

  constructor(source: string, macros: Macros) {
    this.#tokens = tokenize(source);
    this.#macros = macros;
  }

  whole(): Expr {
    const expr = this.#expr();
    const { kind, text, offset } = this.#peek();
    if (kind !== 'end') {
      // Where leaving it out would help, it is too much; otherwise it is something else than was expected.
      const isLast = this.#tokens[this.#at + 1]?.kind === 'end';
      const problem = isLast ? 'extraneous' : 'mismatched';
      throw new SyntaxIssue(`Syntax error: ${problem} input '${text}' expecting <EOF>`, offset);
    }
    return expr;
  }

  #expr(): Expr {
    if (++this.#depth > limits.expressionDepth) {
      throw new SyntaxIssue(
        `expression recursion limit exceeded: ${limits.expressionDepth}`,
        this.#peek().offset,
      );
    }
    const condition = this.#or();
    const question = this.#take('?');
    let result = condition;
    if (question !== undefined) {
      const id = this.#id(question.offset);
      const whenTrue = this.#or();
      this.#expect(':');
      const whenFalse = this.#expr();
      result = {
        kind: 'call',
        id,
        function: '_?_:_',
        target: undefined,
        args: [condition, whenTrue, whenFalse],
      };
    }
    this.#depth--;
    return result;
  }

  #or(): Expr {
    return this.#chain('||', () => this.#chain('&&', () => this.#relation()));
  }

  /** Long chains become balanced trees, so that nothing that walks them goes deep. */
  #chain(operator: '||' | '&&', operand: () => Expr): Expr {
    const terms = [operand()];
    const ids: number[] = [];
    for (let token = this.#take(operator); token !== undefined; token = this.#take(operator)) {
      ids.push(this.#id(token.offset));
      terms.push(operand());
    }
    const balanced = (from: number, to: number): Expr => {
      if (from === to) return terms[from]!;
      const middle = Math.floor((from + to) / 2);
      const args = [balanced(from, middle), balanced(middle + 1, to)];
      return { kind: 'call', id: ids[middle]!, function: `_${operator}_`, target: undefined, args };
    };
    return balanced(0, terms.length - 1);
  }

  #relation(): Expr {
    return this.#binary(relations, () =>
      this.#binary(['+', '-'], () => this.#binary(['*', '/', '%'], () => this.#unary())),
    );
  }

  #binary(operators: readonly string[], operand: () => Expr): Expr {
    let left = operand();
    let links = 0;
    for (;;) {
      const token = this.#peek();
      if (token.kind !== 'symbol' || !operators.includes(token.text)) return left;
      // What an operator joins to is one more level.
      if (++links >= limits.expressionDepth) {
        throw new SyntaxIssue('max recursion depth exceeded', token.offset);
      }
      this.#at++;
      const name = token.text === 'in' ? '@in' : `_${token.text}_`;
      const id = this.#id(token.offset);
      left = { kind: 'call', id, function: name, target: undefined, args: [left, operand()] };
    }
  }

  #unary(): Expr {
    const token = this.#peek();
    if (token.kind !== 'symbol' || (token.text !== '!' && token.text !== '-')) return this.#member();
    const sign = token.text;
    // A minus before a number is part of it.
    if (sign === '-' && this.#isNumber(this.#tokens[this.#at + 1])) return this.#member();
    let count = 0;
    while (this.#take(sign) !== undefined) count++;
    if (sign === '-' && count > 1 && this.#isNumber(this.#peek())) {
      // The last one is the number's.
      this.#at--;
      count--;
    }
    const id = this.#id(token.offset);
    const operand = this.#member();
    if (count % 2 === 0) return operand;
    return { kind: 'call', id, function: sign === '!' ? '!_' : '-_', target: undefined, args: [operand] };
  }

  #isNumber(token: Token | undefined): boolean {
    return token?.kind === 'literal' && (typeof token.value === 'bigint' || typeof token.value === 'number');
  }

  #member(): Expr {
    let expr = this.#primary();
    let links = 0;
    for (;;) {
      const token = this.#peek();
      if (token.kind !== 'symbol' || (token.text !== '.' && token.text !== '[')) return expr;
      if (++links > limits.expressionDepth) {
        throw new SyntaxIssue('max recursion depth exceeded', token.offset);
      }
      this.#at++;
      expr = token.text === '.' ? this.#selected(expr, token) : this.#indexed(expr, token);
    }
  }

  #selected(operand: Expr, dot: Token): Expr {
    if (this.#take('?') !== undefined) {
      const id = this.#id(dot.offset);
      const field = this.#fieldName();
      const args = [operand, this.#literal(field.text, field.offset)];
      return { kind: 'call', id, function: '_?._', target: undefined, args };
    }
    const name = this.#fieldName();
    const open = name.kind === 'ident' ? this.#take('(') : undefined;
    if (open === undefined) {
      return { kind: 'select', id: this.#id(dot.offset), operand, field: name.text, testOnly: false };
    }
    const id = this.#id(open.offset);
    return this.#called(id, name.text, operand, this.#arguments(')'));
  }

  #fieldName(): Token {
    const token = this.#peek();
    if (token.kind !== 'ident' && token.kind !== 'quoted-ident') throw this.#unexpected(token, 'IDENTIFIER');
    this.#at++;
    return token;
  }

  #indexed(operand: Expr, open: Token): Expr {
    const isOptional = this.#take('?') !== undefined;
    const id = this.#id(open.offset);
    const index = this.#expr();
    this.#expect(']');
    return {
      kind: 'call',
      id,
      function: isOptional ? '_[?_]' : '_[_]',
      target: undefined,
      args: [operand, index],
    };
  }

  #primary(): Expr {
    const token = this.#peek();
    if (token.kind === 'literal') {
      this.#at++;
      return this.#literal(this.#inRange(token.value as LiteralValue, token), token.offset);
    }
    if (token.kind === 'ident') return this.#name('');
    if (token.kind === 'symbol') {
      switch (token.text) {
        case '(': {
          this.#at++;
          const expr = this.#expr();
          this.#expect(')');
          return expr;
        }
        case '[':
          this.#at++;
          return this.#list(token);
        case '{':
          this.#at++;
          return this.#map(token);
        case '.':
          this.#at++;
          return this.#name('.');
        case '-': {
          this.#at++;
          const number = this.#peek();
          this.#at++;
          return this.#literal(this.#inRange(-(number.value as number), number), token.offset);
        }
        default:
      }
    }
    throw this.#unexpected(token, operandStart);
  }

  #inRange(value: LiteralValue, { offset }: Token): LiteralValue {
    if (typeof value === 'bigint' && (value > int64Max || value < int64Min)) {
      throw new SyntaxIssue('invalid int literal', offset);
    }
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new SyntaxIssue('invalid double literal', offset);
    return value;
  }

  #name(dot: '' | '.'): Expr {
    const token = this.#peek();
    if (token.kind !== 'ident') throw this.#unexpected(token, 'IDENTIFIER');
    this.#at++;
    if (reservedIdentifiers.has(token.text)) {
      throw new SyntaxIssue(`reserved identifier: ${token.text}`, token.offset);
    }
    const open = this.#take('(');
    if (open !== undefined) {
      const id = this.#id(open.offset);
      return this.#called(id, dot + token.text, undefined, this.#arguments(')'));
    }
    return (
      this.#messageName(dot, token) ?? { kind: 'ident', id: this.#id(token.offset), name: dot + token.text }
    );
  }

  /** `a.b.C{…}`: the names in front of a brace are one. */
  #messageName(dot: string, first: Token): Expr | undefined {
    let ahead = this.#at;
    let name = dot + first.text;
    while (this.#tokens[ahead]?.text === '.' && this.#tokens[ahead + 1]?.kind === 'ident') {
      name += `.${this.#tokens[ahead + 1]!.text}`;
      ahead += 2;
    }
    const brace = this.#tokens[ahead];
    if (brace?.kind !== 'symbol' || brace.text !== '{') return undefined;
    this.#at = ahead + 1;
    const id = this.#id(brace.offset);
    const fields: StructField[] = [];
    while (this.#take('}') === undefined) {
      if (fields.length > 0) this.#separator('}');
      if (this.#endsWithComma(fields.length, '}')) break;
      const isOptional = this.#take('?') !== undefined;
      const field = this.#fieldName();
      const colon = this.#expect(':');
      fields.push({ id: this.#id(colon.offset), field: field.text, value: this.#expr(), isOptional });
    }
    return { kind: 'struct', id, typeName: name, fields };
  }

  #list({ offset }: Token): Expr {
    const id = this.#id(offset);
    const elements: Expr[] = [];
    const optionalIndices = new Set<number>();
    while (this.#take(']') === undefined) {
      if (elements.length > 0) this.#separator(']');
      if (this.#endsWithComma(elements.length, ']')) break;
      if (this.#take('?') !== undefined) optionalIndices.add(elements.length);
      elements.push(this.#expr());
    }
    return { kind: 'list', id, elements, optionalIndices };
  }

  #map({ offset }: Token): Expr {
    const id = this.#id(offset);
    const entries: MapEntry[] = [];
    while (this.#take('}') === undefined) {
      if (entries.length > 0) this.#separator('}');
      if (this.#endsWithComma(entries.length, '}')) break;
      const isOptional = this.#take('?') !== undefined;
      const key = this.#expr();
      const colon = this.#expect(':');
      entries.push({ id: this.#id(colon.offset), key, value: this.#expr(), isOptional });
    }
    return { kind: 'map', id, entries };
  }

  #separator(end: string): void {
    if (this.#take(',') === undefined) throw this.#unexpected(this.#peek(), `{'${end}', ','}`);
  }

  /** Behind the last item a comma may stand, even where there is none. */
  #endsWithComma(count: number, end: string): boolean {
    if (count > 0) return this.#take(end) !== undefined;
    const [comma, next] = [this.#peek(), this.#tokens[this.#at + 1]];
    if (comma.text !== ',' || comma.kind !== 'symbol' || next?.kind !== 'symbol' || next.text !== end)
      return false;
    this.#at += 2;
    return true;
  }

  #arguments(end: string): Expr[] {
    const args: Expr[] = [];
    if (this.#take(end) !== undefined) return args;
    do args.push(this.#expr());
    while (this.#take(',') !== undefined);
    this.#expect(end);
    return args;
  }

  #called(id: number, name: string, target: Expr | undefined, args: readonly Expr[]): Expr {
    const plain: Expr = { kind: 'call', id, function: name, target, args };
    const macro = this.#macros.get(macroKey(name, target !== undefined, args.length));
    return macro?.expand(this.#builder(this.positions.get(id) ?? 0), target, args) ?? plain;
  }

  /** What a macro makes stands where it was called. */
  #builder(offset: number): MacroBuilder {
    const id = (): number => this.#id(offset);
    return {
      literal: (value) => this.#literal(value, offset),
      ident: (name) => ({ kind: 'ident', id: id(), name }),
      call: (name, ...args) => ({ kind: 'call', id: id(), function: name, target: undefined, args }),
      member: (target, name, ...args) => ({ kind: 'call', id: id(), function: name, target, args }),
      list: (...elements) => ({ kind: 'list', id: id(), elements, optionalIndices: new Set() }),
      map: (...entries) => ({
        kind: 'map',
        id: id(),
        entries: entries.map(([key, value]) => ({ id: id(), key, value, isOptional: false })),
      }),
      select: (operand, field, testOnly = false) => ({ kind: 'select', id: id(), operand, field, testOnly }),
      fold: ({ accuVar = accumulator, iterVar2, ...parts }) => ({
        kind: 'comprehension',
        id: id(),
        ...parts,
        iterVar2,
        accuVar,
      }),
      fail: (at, problem) => {
        throw new SyntaxIssue(problem, this.positions.get(at.id) ?? offset);
      },
    };
  }

  #literal(value: LiteralValue, offset: number): Expr {
    return { kind: 'literal', id: this.#id(offset), value };
  }

  #id(offset: number): number {
    const id = ++this.#lastId;
    this.positions.set(id, offset);
    return id;
  }

  #peek(): Token {
    return this.#tokens[this.#at]!;
  }

  #take(symbol: string): Token | undefined {
    const token = this.#peek();
    if (token.kind !== 'symbol' || token.text !== symbol) return undefined;
    this.#at++;
    return token;
  }

  #expect(symbol: string): Token {
    const token = this.#take(symbol);
    if (token !== undefined) return token;
    const next = this.#peek();
    // Where everything behind would fit if it were there, it is missing; else the next one is wrong.
    const isMissing = symbol === ')' ? mayFollow.has(next.text) : symbol === ':' && next.kind === 'literal';
    if (isMissing) throw new SyntaxIssue(`Syntax error: missing '${symbol}' at '${next.text}'`, next.offset);
    throw this.#unexpected(next, `'${symbol}'`);
  }

  #unexpected({ text, offset }: Token, expected: string): SyntaxIssue {
    return new SyntaxIssue(`Syntax error: mismatched input '${text}' expecting ${expected}`, offset);
  }
}

const int64Max = (1n << 63n) - 1n;
const int64Min = -(1n << 63n);
