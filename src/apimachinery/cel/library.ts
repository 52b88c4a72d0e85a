/** How functions and macros are declared: a library is data, and an environment is made of libraries. */
import type { Expr } from './ast.ts';
import type { CelType } from './types.ts';
import type { CelValue, Outcome } from './values.ts';

/** Returns a CelError where it fails. Arguments are of the declared types, dynamic ones of any that fit. */
export type Implementation = (...args: CelValue[]) => Outcome;

export interface Overload {
  readonly id: string;
  /** Of a member function the target comes first. */
  readonly args: readonly CelType[];
  readonly result: CelType;
  readonly isMember: boolean;
  /** Absent for what the evaluator itself does (`&&`, `?:`). */
  readonly run?: Implementation;
}
export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly Overload[];
}

/** What a macro makes trees with. */
export interface MacroBuilder {
  literal(value: boolean | bigint | string): Expr;
  ident(name: string): Expr;
  call(name: string, ...args: Expr[]): Expr;
  member(target: Expr, name: string, ...args: Expr[]): Expr;
  list(...elements: Expr[]): Expr;
  map(...entries: (readonly [Expr, Expr])[]): Expr;
  select(operand: Expr, field: string, testOnly?: boolean): Expr;
  fold(parts: {
    readonly iterRange: Expr;
    readonly iterVar: string;
    readonly iterVar2?: string;
    readonly accuVar?: string;
    readonly accuInit: Expr;
    readonly loopCondition: Expr;
    readonly loopStep: Expr;
    readonly result: Expr;
  }): Expr;
  /** Refuses the expression, at the place of a node. */
  fail(at: Expr, problem: string): never;
}
export interface Macro {
  readonly name: string;
  readonly isMember: boolean;
  readonly argCount: number;
  /** Undefined where the call is none of the macro's. */
  expand(build: MacroBuilder, target: Expr | undefined, args: readonly Expr[]): Expr | undefined;
}

export interface CelLibrary {
  readonly name: string;
  readonly functions?: readonly FunctionDeclaration[];
  readonly macros?: readonly Macro[];
  /** Names that stand for types. */
  readonly types?: Readonly<Record<string, CelType>>;
  /** Named constants and enumerations. */
  readonly constants?: Readonly<Record<string, { readonly type: CelType; readonly value: CelValue }>>;
}

/** Declares a function that is not called on anything. */
export const global = (
  id: string,
  args: readonly CelType[],
  result: CelType,
  // biome-ignore lint/suspicious/noExplicitAny: what a declaration promises of its arguments the compiler cannot know.
  run?: (...args: any[]) => Outcome,
): Overload => ({ id, args, result, isMember: false, ...(run === undefined ? {} : { run }) });

/** Declares a function that is called on its first argument. */
export const member = (
  id: string,
  args: readonly CelType[],
  result: CelType,
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  run?: (...args: any[]) => Outcome,
): Overload => ({ id, args, result, isMember: true, ...(run === undefined ? {} : { run }) });

export const declare = (name: string, ...overloads: Overload[]): FunctionDeclaration => ({ name, overloads });
