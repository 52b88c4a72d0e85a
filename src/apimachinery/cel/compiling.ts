/** What the parts of the compiler share: what they compile against, which names are in scope, and each other. */
import type { CheckedExpression, Expr } from './ast.ts';
import type { Step } from './frame.ts';
import type { Overload } from './library.ts';
import type { CelType } from './types.ts';
import type { CelValue, Outcome } from './values.ts';

export interface FunctionTable {
  overload(id: string): Overload | undefined;
  named(name: string): readonly Overload[];
}

export interface CompileParts {
  readonly functions: FunctionTable;
  /** A constant or type by its full name. */
  constant(name: string): CelValue | undefined;
  makeObject(typeName: string, fields: ReadonlyMap<string, CelValue>): Outcome;
  /** What is made of literals alone is made once, and free. */
  readonly foldsConstants: boolean;
  /** False for functions whose calls cost the standard figure. */
  hasCallCost(name: string): boolean;
}

/** A name that a loop has given. */
export interface Local {
  readonly name: string;
  readonly slot: number;
  /** An int that may be held as a number, where it is a safe one. */
  readonly isInt?: boolean;
  /** What it is, where it is evaluated when it is first asked for. */
  readonly init?: Step;
}

export interface Compiling {
  readonly checked: CheckedExpression;
  readonly parts: CompileParts;
  /** Slots of the variables in scope, the innermost last. */
  readonly scope: Local[];
  slots: number;
  /** `isInner`: the expression is part of an attribute, which is observed as one. */
  step(expr: Expr, isInner?: boolean): Step;
  /** Of what is made of literals alone. */
  constant(expr: Expr): CelValue | undefined;
  typeOf(expr: Expr): CelType | undefined;
}
