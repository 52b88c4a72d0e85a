/**
 * What an expression may cost, from what its types say of the values it will meet: the least and the most, in the
 * units in which a run is counted. A tenant's rule whose most is too much is not stored.
 *
 * The algorithm and its figures are cel-go's (checker/cost.go), to the unit. It follows sizes: of literals, of values
 * whose declaration bounds them (looked up by the path that leads to them from a variable), of what functions return,
 * and of what macros bind.
 */
import {
  accumulator,
  type Call,
  type CheckedExpression,
  type Comprehension,
  type Expr,
  type Ident,
  type ListExpr,
  type MapExpr,
  type Select,
  type StructExpr,
} from '../ast.ts';
import { codePointCount } from '../text.ts';
import { type CelType, dynType, optionalElement } from '../types.ts';
import type { CallEstimate, CostEstimator, EstimatedCall, SizedNode } from './cost-estimator.ts';
import { costFactors } from './cost-factors.ts';
import {
  addRanges,
  type CostRange,
  fixedRange,
  multiplyRanges,
  oneRange,
  uint64Max,
  unionOfRanges,
  unknownRange,
  zeroRange,
} from './cost-range.ts';
import { standardCallEstimate } from './standard-call-estimates.ts';

/** The range of what one run costs, without errors. */
export function estimateCost(checked: CheckedExpression, estimator: CostEstimator): CostRange {
  return new Estimation(checked, estimator).cost(checked.expr);
}

/** Of what a list or map holds, where it is made in the expression. */
interface EntrySize {
  readonly container: 'list' | 'map';
  readonly key: CostRange;
  readonly value: CostRange;
}
/** What a macro has bound to a name. */
interface Binding {
  readonly path: readonly string[] | undefined;
  readonly size: CostRange | undefined;
  readonly entrySize: EntrySize | undefined;
}

const identCost = fixedRange(costFactors.identOrSelect);
/** Before the first of several is joined to it. */
const nothing: CostRange = { min: uint64Max, max: 0n };

class Estimation {
  readonly #checked: CheckedExpression;
  readonly #estimator: CostEstimator;
  readonly #paths = new Map<number, readonly string[]>();
  readonly #sizes = new Map<number, CostRange>();
  readonly #entrySizes = new Map<number, EntrySize>();
  /** By name, innermost last. */
  readonly #bindings = new Map<string, Binding[]>();

  constructor(checked: CheckedExpression, estimator: CostEstimator) {
    this.#checked = checked;
    this.#estimator = estimator;
  }

  cost(expr: Expr): CostRange {
    switch (expr.kind) {
      case 'literal':
        return zeroRange;
      case 'ident':
        return this.#ident(expr);
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
        return isBind(expr) ? this.#bind(expr) : this.#comprehension(expr);
    }
  }

  #ident(expr: Ident): CostRange {
    const binding = this.#binding(expr.name);
    this.#setPath(expr, binding === undefined ? [expr.name] : binding.path);
    return identCost;
  }

  #select(expr: Select): CostRange {
    const whole = this.#checked.references.get(expr.id);
    if (whole !== undefined) {
      this.#setPath(expr, [whole]);
      return identCost;
    }
    const operand = this.cost(expr.operand);
    // A test of presence is free.
    if (expr.testOnly) return operand;
    this.#setPath(expr, [...(this.#pathOf(expr.operand) ?? []), expr.field]);
    const { kind } = this.#typeOf(expr.operand);
    const isCharged = kind === 'map' || kind === 'object' || kind === 'param';
    return isCharged ? addRanges(operand, identCost) : operand;
  }

  #call(expr: Call): CostRange {
    const [first] = expr.args;
    if (expr.function === 'dyn' && first !== undefined) {
      const cost = addRanges(oneRange, this.cost(first));
      this.#copySizes(expr, first);
      return cost;
    }
    const argCosts = expr.args.map((arg) => this.cost(arg));
    const args = expr.args.map((arg) => this.#node(arg));
    const overloads = this.#checked.overloads.get(expr.id) ?? [];
    if (overloads.length === 0) return zeroRange;
    let sum = zeroRange;
    let target: SizedNode | undefined;
    // What stands before the dot may be part of the function's name.
    const name = this.#checked.references.get(expr.id);
    if (expr.target !== undefined && name === undefined) {
      sum = this.cost(expr.target);
      target = this.#node(expr.target);
    }
    let callCost = nothing;
    let resultSize: CostRange | undefined;
    for (const overloadId of overloads) {
      const call = { function: name ?? expr.function, overloadId, target, args, sizeOf: this.#sizeOfNode };
      const estimate = this.#overload(expr, call, argCosts);
      callCost = unionOfRanges(callCost, estimate.cost);
      if (estimate.resultSize !== undefined) {
        resultSize =
          resultSize === undefined ? estimate.resultSize : unionOfRanges(resultSize, estimate.resultSize);
      }
      if (first !== undefined && (overloadId === 'index_list' || overloadId === 'index_map')) {
        resultSize = this.#entrySizeOf(first)?.value;
        this.#setPath(expr, [
          ...(this.#pathOf(first) ?? []),
          overloadId === 'index_list' ? '@items' : '@values',
        ]);
      }
      resultSize ??= this.#sizeOf(expr);
    }
    this.#setSize(expr, resultSize);
    return addRanges(sum, callCost);
  }

  /** With what the arguments cost. */
  #overload(expr: Call, call: EstimatedCall, argCosts: readonly CostRange[]): CallEstimate {
    const estimate = this.#estimator.call(call);
    if (estimate === undefined) {
      const [left, right] = expr.args;
      switch (call.overloadId) {
        case 'logical_or':
        case 'logical_and':
          return { cost: shortCircuit(argCosts[0]!, argCosts[1]!) };
        case 'conditional':
          return this.#conditional(expr, call, argCosts);
        case 'add_string':
        case 'add_bytes':
        case 'add_list':
          this.#setEntrySize(expr, joinEntrySizes(this.#entrySizeOf(left!), this.#entrySizeOf(right!)));
      }
    }
    const { cost, resultSize } = estimate ?? standardCallEstimate(call);
    return { cost: argCosts.reduce(addRanges, cost), ...(resultSize && { resultSize }) };
  }

  #conditional(expr: Call, { args, sizeOf }: EstimatedCall, argCosts: readonly CostRange[]): CallEstimate {
    const entrySize = joinEntrySizes(this.#entrySizeOf(expr.args[1]!), this.#entrySizeOf(expr.args[2]!));
    this.#setEntrySize(expr, entrySize);
    const cost = addRanges(argCosts[0]!, unionOfRanges(argCosts[1]!, argCosts[2]!));
    return { cost, resultSize: unionOfRanges(sizeOf(args[1]!), sizeOf(args[2]!)) };
  }

  #list(expr: ListExpr): CostRange {
    let cost = fixedRange(costFactors.createList);
    let value = expr.elements.length === 0 ? zeroRange : nothing;
    for (const element of expr.elements) {
      cost = addRanges(cost, this.cost(element));
      value = unionOfRanges(value, this.#sizeOrUnknown(element));
    }
    this.#setEntrySize(expr, { container: 'list', key: oneRange, value });
    return cost;
  }

  #map(expr: MapExpr): CostRange {
    let cost = fixedRange(costFactors.createMap);
    let key = expr.entries.length === 0 ? zeroRange : nothing;
    let value = key;
    for (const entry of expr.entries) {
      cost = addRanges(addRanges(cost, this.cost(entry.key)), this.cost(entry.value));
      key = unionOfRanges(key, this.#sizeOrUnknown(entry.key));
      value = unionOfRanges(value, this.#sizeOrUnknown(entry.value));
    }
    this.#setEntrySize(expr, { container: 'map', key, value });
    return cost;
  }

  #struct(expr: StructExpr): CostRange {
    return expr.fields.reduce(
      (cost, field) => addRanges(cost, this.cost(field.value)),
      fixedRange(costFactors.createStruct),
    );
  }

  #comprehension(expr: Comprehension): CostRange {
    const { iterRange, iterVar, iterVar2, accuVar, accuInit, loopCondition, loopStep, result } = expr;
    const before = addRanges(this.cost(iterRange), this.cost(accuInit));
    this.#push(accuVar, this.#bindingOf(accuInit));
    if (iterVar2 === undefined) this.#push(iterVar, this.#onlyElement(iterRange));
    else {
      this.#push(iterVar, this.#keyElement(iterRange));
      this.#push(iterVar2, this.#valueElement(iterRange));
    }
    const step = addRanges(this.cost(loopCondition), this.cost(loopStep));
    this.#pop(iterVar);
    if (iterVar2 !== undefined) this.#pop(iterVar2);
    const after = this.cost(result);
    this.#pop(accuVar);
    const count = this.#sizeOrUnknown(iterRange);
    if (accuInit.kind === 'literal') this.#setSize(expr, this.#sizeOf(accuInit));
    else if (accuInit.kind === 'list' || accuInit.kind === 'map') {
      this.#setSize(expr, count);
      this.#setEntrySize(expr, this.#entrySizeOf(loopStep));
    }
    return addRanges(addRanges(before, after), multiplyRanges(count, step));
  }

  /** What `cel.bind` and its like expand to: evaluated once, whatever it looks like. */
  #bind({ iterRange, accuVar, accuInit, result, ...expr }: Comprehension): CostRange {
    const before = addRanges(this.cost(iterRange), this.cost(accuInit));
    this.#push(accuVar, this.#bindingOf(accuInit));
    const after = this.cost(result);
    this.#pop(accuVar);
    this.#copySizes(expr, result);
    return addRanges(before, after);
  }

  // What names are bound to.

  #bindingOf(expr: Expr): Binding {
    return { path: this.#pathOf(expr), size: this.#sizeOf(expr), entrySize: this.#entrySizeOf(expr) };
  }
  /** The one variable of a macro: items of a list, keys of a map. */
  #onlyElement(range: Expr): Binding {
    return this.#containerOf(range) === 'list' ? this.#valueElement(range) : this.#keyElement(range);
  }
  #keyElement(range: Expr): Binding {
    const step = this.#containerOf(range) === 'list' ? '@indices' : '@keys';
    return this.#element(range, step, this.#entrySizeOf(range)?.key);
  }
  #valueElement(range: Expr): Binding {
    const step = this.#containerOf(range) === 'list' ? '@items' : '@values';
    return this.#element(range, step, this.#entrySizeOf(range)?.value);
  }
  #element(range: Expr, step: string, size: CostRange | undefined): Binding {
    return { path: [...(this.#pathOf(range) ?? []), step], size, entrySize: undefined };
  }
  #containerOf(range: Expr): string {
    return this.#entrySizeOf(range)?.container ?? this.#typeOf(range).kind;
  }

  #push(name: string, binding: Binding): void {
    const bindings = this.#bindings.get(name);
    if (bindings === undefined) this.#bindings.set(name, [binding]);
    else bindings.push(binding);
  }
  #pop(name: string): void {
    this.#bindings.get(name)?.pop();
  }
  #binding(name: string): Binding | undefined {
    return this.#bindings.get(name)?.at(-1);
  }

  // What is known of an expression.

  #node(expr: Expr): SizedNode {
    return {
      path: this.#pathOf(expr),
      type: this.#typeOf(expr),
      size: this.#sizeOf(expr),
      ...(expr.kind === 'literal' && { literal: expr.value }),
    };
  }
  readonly #sizeOfNode = (node: SizedNode): CostRange =>
    node.size ?? this.#estimator.sizeOf(node) ?? unknownRange;

  #typeOf(expr: Expr): CelType {
    return this.#checked.types.get(expr.id) ?? dynType;
  }
  #pathOf(expr: Expr): readonly string[] | undefined {
    const binding = expr.kind === 'ident' ? this.#binding(expr.name) : undefined;
    return binding === undefined ? this.#paths.get(expr.id) : binding.path;
  }
  #setPath(expr: Expr, path: readonly string[] | undefined): void {
    if (path !== undefined) this.#paths.set(expr.id, path);
  }

  #sizeOrUnknown(expr: Expr): CostRange {
    return this.#sizeOf(expr) ?? unknownRange;
  }
  #sizeOf(expr: Expr): CostRange | undefined {
    const known = this.#sizes.get(expr.id) ?? sizeOfExpr(expr);
    if (known !== undefined) return known;
    const type = this.#typeOf(expr);
    const declared = this.#estimator.sizeOf({ path: this.#pathOf(expr), type });
    if (declared !== undefined) {
      this.#sizes.set(expr.id, declared);
      return declared;
    }
    if (isScalar(type)) return oneRange;
    return expr.kind === 'ident' ? this.#binding(expr.name)?.size : undefined;
  }
  #setSize(expr: Pick<Expr, 'id'>, size: CostRange | undefined): void {
    if (size !== undefined) this.#sizes.set(expr.id, size);
  }
  #entrySizeOf(expr: Expr): EntrySize | undefined {
    const bound = expr.kind === 'ident' ? this.#binding(expr.name)?.entrySize : undefined;
    return this.#entrySizes.get(expr.id) ?? bound;
  }
  #setEntrySize(expr: Pick<Expr, 'id'>, size: EntrySize | undefined): void {
    if (size !== undefined) this.#entrySizes.set(expr.id, size);
  }
  #copySizes(to: Pick<Expr, 'id'>, from: Expr): void {
    this.#setSize(to, this.#sizeOf(from));
    this.#setEntrySize(to, this.#entrySizeOf(from));
  }
}

/** At least the left side is evaluated. */
const shortCircuit = (left: CostRange, right: CostRange): CostRange => ({
  min: left.min,
  max: addRanges(left, right).max,
});

function joinEntrySizes(a: EntrySize | undefined, b: EntrySize | undefined): EntrySize | undefined {
  if (a === undefined || b === undefined) return undefined;
  return {
    container: a.container,
    key: unionOfRanges(a.key, b.key),
    value: unionOfRanges(a.value, b.value),
  };
}

/** Characters are code points. */
function sizeOfExpr(expr: Expr): CostRange | undefined {
  if (expr.kind === 'list') return fixedRange(expr.elements.length);
  if (expr.kind === 'map') return fixedRange(expr.entries.length);
  if (expr.kind !== 'literal') return undefined;
  if (typeof expr.value === 'string') return fixedRange(codePointCount(expr.value));
  return expr.value instanceof Uint8Array ? fixedRange(expr.value.length) : oneRange;
}

const scalars: ReadonlySet<string> = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);
/** Of one size, whatever the value. */
function isScalar(type: CelType): boolean {
  const inner = optionalElement(type);
  return inner === undefined ? scalars.has(type.kind) : isScalar(inner);
}

function isBind({ iterRange, loopCondition, accuVar }: Comprehension): boolean {
  return (
    iterRange.kind === 'list' &&
    iterRange.elements.length === 0 &&
    loopCondition.kind === 'literal' &&
    loopCondition.value === false &&
    accuVar !== accumulator
  );
}
