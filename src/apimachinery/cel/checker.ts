/**
 * Gives every part of an expression a type, and every call the overloads that it may come to. What cannot fit is an
 * issue, in cel-go's words; the check goes on behind it, so that all are told. Follows cel-go's checker/checker.go.
 */
import { limits } from '../limits.ts';
import type {
  Call,
  CheckedExpression,
  Comprehension,
  Expr,
  ListExpr,
  MapExpr,
  ParsedExpression,
  Select,
  StructExpr,
} from './ast.ts';
import type { Issue } from './environment.ts';
import { issueAt } from './issue.ts';
import type { Overload } from './library.ts';
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  dynType,
  errorType,
  intType,
  listOf,
  mapOf,
  nullType,
  optionalElement,
  optionalOf,
  stringType,
  typeText,
  uintType,
} from './types.ts';
import { isDynamic, isExact, mostGeneral, TypesTooLarge, Unification } from './unification.ts';
import { CelUint } from './values.ts';

/** What the checker must know of an environment. */
export interface Declarations {
  /** A variable, constant or type by its full name. */
  identType(name: string): CelType | undefined;
  overloads(name: string): readonly Overload[] | undefined;
  findType(name: string): CelType | undefined;
  readonly homogeneousLiterals: boolean;
}

export type Checked =
  | { readonly checked: CheckedExpression; readonly issues?: undefined }
  | { readonly issues: readonly Issue[]; readonly checked?: undefined };

export function check(parsed: ParsedExpression, declarations: Declarations): Checked {
  const checker = new Checker(parsed, declarations);
  return checker.run();
}

class Checker {
  readonly #parsed: ParsedExpression;
  readonly #declarations: Declarations;
  readonly #unification = new Unification();
  readonly #types = new Map<number, CelType>();
  readonly #overloads = new Map<number, readonly string[]>();
  /** Literal lists whose elements need not be of one type. */
  readonly #mixed = new Set<number>();
  readonly #references = new Map<number, string>();
  readonly #issues: Issue[] = [];
  /** Variables of comprehensions, the innermost last. */
  readonly #scopes: Map<string, CelType>[] = [];

  constructor(parsed: ParsedExpression, declarations: Declarations) {
    this.#parsed = parsed;
    this.#declarations = declarations;
  }

  run(): Checked {
    const { expr } = this.#parsed;
    try {
      this.#check(expr);
      if (this.#issues.length === 0) return { checked: this.#checked() };
    } catch (error) {
      if (!(error instanceof TypesTooLarge)) throw error;
      this.#report(expr.id, error.message);
    }
    return { issues: this.#issues.toSorted((a, b) => a.line - b.line || a.column - b.column) };
  }

  #checked(): CheckedExpression {
    const types = new Map<number, CelType>();
    for (const [id, type] of this.#types) types.set(id, this.#unification.substitute(type, dynType));
    return {
      ...this.#parsed,
      type: types.get(this.#parsed.expr.id) ?? dynType,
      types,
      overloads: this.#overloads,
      references: this.#references,
    };
  }

  #check(expr: Expr): CelType {
    const type = this.#typeOf(expr);
    this.#types.set(expr.id, type);
    return type;
  }

  #typeOf(expr: Expr): CelType {
    switch (expr.kind) {
      case 'literal':
        return literalType(expr.value);
      case 'ident':
        return this.#ident(expr.id, expr.name);
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'struct':
        return this.#struct(expr);
      case 'comprehension':
        return this.#comprehension(expr);
    }
  }

  #ident(id: number, name: string): CelType {
    const type = this.#lookUp(name);
    if (type !== undefined) {
      this.#references.set(id, withoutDot(name));
      return type;
    }
    this.#report(id, `undeclared reference to '${withoutDot(name)}' (in container '')`);
    return errorType;
  }

  #lookUp(name: string): CelType | undefined {
    if (!name.startsWith('.')) {
      for (let i = this.#scopes.length - 1; i >= 0; i--) {
        const type = this.#scopes[i]!.get(name);
        if (type !== undefined) return type;
      }
    }
    return this.#declarations.identType(withoutDot(name));
  }

  #select(expr: Select): CelType {
    const name = qualifiedName(expr);
    if (name !== undefined && !this.#isLocal(name)) {
      const type = this.#declarations.identType(withoutDot(name));
      if (type !== undefined) {
        this.#references.set(expr.id, withoutDot(name));
        return type;
      }
    }
    const operand = this.#substituted(this.#check(expr.operand));
    const field = this.#field(expr.id, operand, expr.field);
    return expr.testOnly ? boolType : field;
  }

  /** The first part of the name is a variable of a comprehension. */
  #isLocal(name: string): boolean {
    const first = name.split('.', 1)[0]!;
    return this.#scopes.some((scope) => scope.has(first));
  }

  #field(id: number, operand: CelType, field: string): CelType {
    const inner = optionalElement(operand);
    if (inner !== undefined) {
      const type = this.#field(id, this.#substituted(inner), field);
      return optionalElement(type) === undefined ? optionalOf(type) : type;
    }
    switch (operand.kind) {
      case 'map':
        return operand.value;
      case 'object': {
        const type = operand.field(field);
        if (type !== undefined) return type;
        this.#report(id, `undefined field '${field}'`);
        return errorType;
      }
      case 'param':
        this.#unification.isAssignable(dynType, operand);
        return dynType;
      default:
        if (!isDynamic(operand))
          this.#report(id, `type '${typeText(operand)}' does not support field selection`);
        return dynType;
    }
  }

  #call(expr: Call): CelType {
    // What is to be formatted is of any types.
    if (expr.function === 'format') for (const arg of expr.args) this.#mixed.add(arg.id);
    if (expr.function === '_?._') return this.#optionalSelect(expr);
    const { target } = expr;
    if (target === undefined) {
      const args = expr.args.map((arg) => this.#check(arg));
      if (expr.function === '_&&_' || expr.function === '_||_') {
        for (const [i, arg] of expr.args.entries()) this.#assert(arg, args[i]!, boolType);
        this.#overloads.set(expr.id, [expr.function === '_&&_' ? 'logical_and' : 'logical_or']);
        return boolType;
      }
      const overloads = this.#declarations.overloads(withoutDot(expr.function));
      if (overloads === undefined) return this.#undeclared(expr);
      return this.#resolve(expr, overloads, false, args);
    }
    const prefix = qualifiedName(target);
    if (prefix !== undefined && !this.#isLocal(prefix)) {
      const name = `${withoutDot(prefix)}.${expr.function}`;
      const overloads = this.#declarations.overloads(name);
      if (overloads !== undefined) {
        this.#references.set(expr.id, name);
        return this.#resolve(
          { ...expr, function: name },
          overloads,
          false,
          expr.args.map((arg) => this.#check(arg)),
        );
      }
    }
    const args = [this.#check(target), ...expr.args.map((arg) => this.#check(arg))];
    const overloads = this.#declarations.overloads(expr.function);
    if (overloads === undefined) return this.#undeclared(expr);
    return this.#resolve(expr, overloads, true, args);
  }

  #undeclared(expr: Call): CelType {
    this.#report(expr.id, `undeclared reference to '${withoutDot(expr.function)}' (in container '')`);
    return errorType;
  }

  #resolve(
    expr: Call,
    overloads: readonly Overload[],
    isMember: boolean,
    given: readonly CelType[],
  ): CelType {
    const args = given.map((type) => this.#substituted(type));
    const found: string[] = [];
    let result: CelType | undefined;
    for (const overload of overloads) {
      if (overload.isMember !== isMember || overload.args.length !== args.length) continue;
      const fresh = this.#instantiated(overload);
      if (!this.#unification.areAssignable(fresh.args, args)) continue;
      found.push(overload.id);
      const type = this.#substituted(fresh.result);
      if (result === undefined) result = type;
      else if (result.kind !== 'dyn' && !isExact(type, result)) result = dynType;
    }
    if (result === undefined) {
      const texts = args.map((type) => typeText(this.#unification.substitute(type, dynType)));
      const applied = isMember ? `${texts[0]}.(${texts.slice(1).join(', ')})` : `(${texts.join(', ')})`;
      this.#report(expr.id, `found no matching overload for '${expr.function}' applied to '${applied}'`);
      return errorType;
    }
    this.#overloads.set(expr.id, found);
    return result;
  }

  /** With parameters of its own, so that two calls do not share them. */
  #instantiated({ args, result }: Overload): { args: readonly CelType[]; result: CelType } {
    const names = new Map<string, CelType>();
    const renamed = (type: CelType): CelType => {
      switch (type.kind) {
        case 'param': {
          const known = names.get(type.name) ?? this.#unification.fresh();
          names.set(type.name, known);
          return known;
        }
        case 'list':
          return listOf(renamed(type.element));
        case 'map':
          return mapOf(renamed(type.key), renamed(type.value));
        case 'opaque':
          return type.parameters.length === 0 ? type : { ...type, parameters: type.parameters.map(renamed) };
        case 'type':
          return type.of === undefined ? type : { ...type, of: renamed(type.of) };
        default:
          return type;
      }
    };
    return { args: args.map(renamed), result: renamed(result) };
  }

  #optionalSelect(expr: Call): CelType {
    const [operand, name] = expr.args;
    const type = this.#substituted(this.#check(operand!));
    this.#types.set(name!.id, stringType);
    const field = String(name?.kind === 'literal' ? name.value : '');
    const result = this.#field(expr.id, type, field);
    this.#overloads.set(expr.id, ['select_optional_field']);
    return optionalElement(result) === undefined ? optionalOf(result) : result;
  }

  #list({ id, elements, optionalIndices }: ListExpr): CelType {
    let joined: CelType | undefined;
    for (const [i, element] of elements.entries()) {
      const type = this.#element(element, optionalIndices.has(i));
      joined = this.#join(element.id, joined, type, this.#mixed.has(id));
    }
    return listOf(joined ?? this.#unification.fresh());
  }

  /** Of one that is written with `?`, what is in the optional. */
  #element(expr: Expr, isOptional: boolean): CelType {
    const type = this.#substituted(this.#check(expr));
    if (!isOptional) return type;
    const inner = optionalElement(type);
    if (inner !== undefined || isDynamic(type)) return inner ?? dynType;
    this.#report(expr.id, `expected type 'optional_type(${typeText(type)})' but found '${typeText(type)}'`);
    return errorType;
  }

  #map({ entries }: MapExpr): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of entries) {
      key = this.#join(entry.key.id, key, this.#check(entry.key));
      value = this.#join(entry.value.id, value, this.#element(entry.value, entry.isOptional));
    }
    return mapOf(key ?? this.#unification.fresh(), value ?? this.#unification.fresh());
  }

  #join(id: number, before: CelType | undefined, type: CelType, mayDiffer = false): CelType {
    if (before === undefined) return type;
    if (this.#unification.isAssignable(before, type)) return mostGeneral(before, type);
    if (!this.#declarations.homogeneousLiterals || mayDiffer) return dynType;
    this.#report(id, `expected type '${this.#shown(before)}' but found '${this.#shown(type)}'`);
    return errorType;
  }

  #struct({ id, typeName, fields }: StructExpr): CelType {
    const type = this.#declarations.findType(withoutDot(typeName));
    if (type === undefined) {
      this.#report(id, `undeclared reference to '${withoutDot(typeName)}' (in container '')`);
      for (const { value } of fields) this.#check(value);
      return errorType;
    }
    this.#references.set(id, withoutDot(typeName));
    for (const { id: fieldId, field, value, isOptional } of fields) {
      const given = this.#element(value, isOptional);
      const wanted = type.kind === 'object' ? type.field(field) : undefined;
      if (wanted === undefined) this.#report(fieldId, `undefined field '${field}'`);
      else if (!this.#unification.isAssignable(wanted, given)) {
        this.#report(
          fieldId,
          `expected type of field '${field}' is '${typeText(wanted)}' but provided type is '${this.#shown(given)}'`,
        );
      }
    }
    return type;
  }

  #comprehension(expr: Comprehension): CelType {
    const range = this.#substituted(this.#check(expr.iterRange));
    const accu = this.#check(expr.accuInit);
    const [first, second] = this.#elements(expr, range);
    this.#scopes.push(new Map([[expr.accuVar, accu]]));
    const inner = new Map<string, CelType>();
    if (expr.iterVar2 === undefined) inner.set(expr.iterVar, range.kind === 'map' ? first : second);
    else {
      inner.set(expr.iterVar, first);
      inner.set(expr.iterVar2, second);
    }
    this.#scopes.push(inner);
    this.#assert(expr.loopCondition, this.#check(expr.loopCondition), boolType);
    this.#assert(expr.loopStep, this.#check(expr.loopStep), accu);
    this.#scopes.pop();
    const result = this.#check(expr.result);
    this.#scopes.pop();
    return this.#substituted(result);
  }

  /** Index or key, and element or value. */
  #elements({ iterRange }: Comprehension, range: CelType): readonly [CelType, CelType] {
    switch (range.kind) {
      case 'list':
        return [intType, range.element];
      case 'map':
        return [range.key, range.value];
      case 'param':
        this.#unification.isAssignable(dynType, range);
        return [dynType, dynType];
      default:
        if (!isDynamic(range)) {
          const problem = `expression of type '${typeText(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
          this.#report(iterRange.id, problem);
          return [errorType, errorType];
        }
        return [dynType, dynType];
    }
  }

  #assert(expr: Expr, type: CelType, wanted: CelType): void {
    if (this.#unification.isAssignable(wanted, type)) return;
    this.#report(expr.id, `expected type '${this.#shown(wanted)}' but found '${this.#shown(type)}'`);
  }

  #substituted(type: CelType): CelType {
    return this.#unification.substitute(type);
  }
  #shown(type: CelType): string {
    return typeText(this.#substituted(type));
  }

  #report(id: number, message: string): void {
    if (this.#issues.length >= limits.expressionIssues) return;
    const { source, positions } = this.#parsed;
    const issue = issueAt(source, positions.get(id) ?? 0, message);
    // What a macro repeats is said once.
    const isKnown = this.#issues.some(
      (other) => other.message === message && other.line === issue.line && other.column === issue.column,
    );
    if (!isKnown) this.#issues.push(issue);
  }
}

function literalType(value: unknown): CelType {
  switch (typeof value) {
    case 'boolean':
      return boolType;
    case 'bigint':
      return intType;
    case 'number':
      return doubleType;
    case 'string':
      return stringType;
    default:
      if (value === null) return nullType;
      return value instanceof CelUint ? uintType : bytesType;
  }
}

/** `a.b.c`, where it is nothing but names. */
function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.testOnly) return undefined;
  const operand = qualifiedName(expr.operand);
  return operand === undefined ? undefined : `${operand}.${expr.field}`;
}

const withoutDot = (name: string): string => (name.startsWith('.') ? name.slice(1) : name);
