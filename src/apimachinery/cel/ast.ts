/**
 * Expressions as trees. Macros are expanded: what was `list.all(x, p)` is a comprehension here. Every node has a number
 * of its own, by which positions, types and overloads are kept beside the tree.
 */
import type { CelType } from './types.ts';
import type { CelUint } from './values.ts';

interface Node {
  /** From 1 on, in no particular order. */
  readonly id: number;
}
export type LiteralValue = null | boolean | bigint | number | string | Uint8Array | CelUint;
export interface Literal extends Node {
  readonly kind: 'literal';
  readonly value: LiteralValue;
}
export interface Ident extends Node {
  readonly kind: 'ident';
  readonly name: string;
}
export interface Select extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** `has(operand.field)`. */
  readonly testOnly: boolean;
}
/** Operators are functions: `_+_`, `_[_]`, `_?_:_`, `!_`, `@in`, `_?._`, `_[?_]`. */
export interface Call extends Node {
  readonly kind: 'call';
  readonly function: string;
  /** Of a member function. */
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
}
export interface ListExpr extends Node {
  readonly kind: 'list';
  readonly elements: readonly Expr[];
  /** Those written with `?`: absent where their optional is. */
  readonly optionalIndices: ReadonlySet<number>;
}
export interface MapEntry extends Node {
  readonly key: Expr;
  readonly value: Expr;
  readonly isOptional: boolean;
}
export interface MapExpr extends Node {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}
export interface StructField extends Node {
  readonly field: string;
  readonly value: Expr;
  readonly isOptional: boolean;
}
export interface StructExpr extends Node {
  readonly kind: 'struct';
  readonly typeName: string;
  readonly fields: readonly StructField[];
}
/** `accuVar` begins as `accuInit`; for each of `iterRange`, while `loopCondition`, it becomes `loopStep`; then `result`. */
export interface Comprehension extends Node {
  readonly kind: 'comprehension';
  readonly iterRange: Expr;
  /** The element of a list or the key of a map; with a second variable the index or the key. */
  readonly iterVar: string;
  /** The element, or the value of a map. */
  readonly iterVar2: string | undefined;
  readonly accuVar: string;
  readonly accuInit: Expr;
  readonly loopCondition: Expr;
  readonly loopStep: Expr;
  readonly result: Expr;
}
export type Expr = Literal | Ident | Select | Call | ListExpr | MapExpr | StructExpr | Comprehension;

/** The name macros give to what they accumulate; no expression can write it. */
export const accumulator = '@result';

export interface ParsedExpression {
  readonly expr: Expr;
  readonly source: string;
  /** Offset of each node in the source, in UTF-16 units. */
  readonly positions: ReadonlyMap<number, number>;
}

/** A parsed expression whose types fit. */
export interface CheckedExpression extends ParsedExpression {
  readonly type: CelType;
  /** Of every node. */
  readonly types: ReadonlyMap<number, CelType>;
  /** The overloads that a call may come to; one unless types are dynamic. */
  readonly overloads: ReadonlyMap<number, readonly string[]>;
  /** Names that stand for a variable or type in full: `a.b` where that is one name. */
  readonly references: ReadonlyMap<number, string>;
}
