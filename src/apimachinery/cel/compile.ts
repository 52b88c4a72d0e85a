/**
 * From a checked expression to closures. What is known of types is used: a call with one overload is bound to it, and
 * numbers that are only compared are never made bigints. Costs are charged where cel-go's interpreter observes them:
 * a chain of names and fields is one attribute (1, and 1 for each field or index), and inside another attribute, such
 * as a branch of `?:`, its own 1 is not observed.
 */
import type {
  Call,
  CheckedExpression,
  Comprehension,
  Expr,
  ListExpr,
  MapExpr,
  Select,
  StructExpr,
} from './ast.ts';
import { callStep } from './compile-call.ts';
import { comprehensionStep } from './compile-comprehension.ts';
import { intStep, isInt } from './compile-int.ts';
import type { CompileParts, Compiling, Local } from './compiling.ts';
import { constantOf, membershipStep } from './constant-folding.ts';
import { fieldOf, isSet } from './fields.ts';
import type { Frame, Step } from './frame.ts';
import { createListCost, createMapCost, createStructCost } from './runtime-cost.ts';
import { elementAt, optionalElement } from './standard/comparison.ts';
import { type CelType, dynType } from './types.ts';
import {
  ArrayList,
  CelError,
  CelOptional,
  type CelValue,
  EntriesMap,
  mapKeyText,
  noSuchOverload,
  type Outcome,
} from './values.ts';

export function compile(checked: CheckedExpression, parts: CompileParts): Step {
  const compiler = new Compiler(checked, parts);
  const step = compiler.step(checked.expr);
  compiler.release();
  return step;
}

class Compiler implements Compiling {
  checked: CheckedExpression;
  readonly parts: CompileParts;
  /** Slots of the variables in scope, the innermost last. */
  readonly scope: Local[] = [];
  slots = 0;
  readonly #constants = new Map<number, CelValue | undefined>();

  constructor(checked: CheckedExpression, parts: CompileParts) {
    this.checked = checked;
    this.parts = parts;
  }

  /** Closures hold on to the compiler; what it was told is let go, since it is many times what they need. */
  release(): void {
    const none = new Map<number, never>();
    const expr: Expr = { kind: 'literal', id: 0, value: null };
    this.checked = {
      ...{ expr, source: '', positions: none },
      ...{ type: dynType, types: none, overloads: none, references: none },
    };
    this.#constants.clear();
  }

  /** `isInner`: the expression is part of an attribute, which is observed as one. */
  step(expr: Expr, isInner = false): Step {
    const constant = this.parts.foldsConstants ? this.constant(expr) : undefined;
    // A map that a loop begins with grows in place: each run has its own.
    if (constant instanceof EntriesMap && constant.size === 0) return () => new EntriesMap([]);
    if (constant !== undefined) return () => constant;
    switch (expr.kind) {
      case 'literal': {
        const { value } = expr;
        return () => value;
      }
      case 'ident':
        return this.#name(expr.id, expr.name, isInner);
      case 'select':
        return this.#select(expr, isInner);
      case 'call':
        return this.#call(expr, isInner);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'struct':
        return this.#struct(expr);
      case 'comprehension':
        return comprehensionStep(this, expr as Comprehension);
    }
  }

  /** Of what is made of literals alone. */
  constant(expr: Expr): CelValue | undefined {
    if (!this.#constants.has(expr.id)) this.#constants.set(expr.id, constantOf(this, expr));
    return this.#constants.get(expr.id);
  }

  typeOf(expr: Expr): CelType | undefined {
    return this.checked.types.get(expr.id);
  }

  #name(id: number, written: string, isInner: boolean): Step {
    const name = this.checked.references.get(id) ?? written;
    const local = written.startsWith('.') ? undefined : this.scope.findLast((each) => each.name === name);
    const cost = isInner ? 0 : 1;
    if (local !== undefined) {
      const { slot, isInt = false, init } = local;
      if (init !== undefined) {
        return (frame) => {
          frame.meter.charge(cost);
          const known = frame.locals[slot];
          if (known !== undefined) return known;
          const value = init(frame);
          frame.locals[slot] = value;
          return value;
        };
      }
      return (frame) => {
        frame.meter.charge(cost);
        const value = frame.locals[slot]!;
        return isInt && typeof value === 'number' ? BigInt(value) : value;
      };
    }
    const constant = this.parts.constant(name);
    if (constant !== undefined) return () => constant;
    return (frame) => {
      frame.meter.charge(cost);
      return frame.variable(name);
    };
  }

  #select(expr: Select, isInner: boolean): Step {
    const { field, testOnly } = expr;
    // A name with dots in it.
    if (this.checked.references.has(expr.id)) return this.#name(expr.id, field, isInner);
    const operand = this.#operand(expr.operand, isInner);
    if (testOnly) return (frame) => isSet(operand(frame), field);
    return (frame) => {
      const value = operand(frame);
      if (value instanceof CelError) return value;
      if (value instanceof CelOptional) return optionalField(value, field, frame);
      frame.meter.charge(1);
      return fieldOf(value, field);
    };
  }

  /** What an attribute begins with. Where it is no attribute itself, a new one begins here. */
  #operand(expr: Expr, isInner: boolean): Step {
    if (isAttribute(expr) || isInner) return this.step(expr, isInner);
    return charged(this.step(expr), 1);
  }

  #call(expr: Call, isInner: boolean): Step {
    const [first, second, third] = expr.args;
    switch (expr.function) {
      case '_&&_':
        return this.#logic(this.step(first!), this.step(second!), false);
      case '_||_':
        return this.#logic(this.step(first!), this.step(second!), true);
      case '@not_strictly_false': {
        const inner = this.step(first!);
        return (frame) => {
          const isTrue = inner(frame) !== false;
          frame.meter.charge(1);
          return isTrue;
        };
      }
      case '_?_:_': {
        const condition = this.step(first!);
        const whenTrue = this.step(second!, true);
        const whenFalse = this.step(third!, true);
        return (frame) => {
          const value = condition(frame);
          if (typeof value !== 'boolean') return value instanceof CelError ? value : noSuchOverload;
          return value ? whenTrue(frame) : whenFalse(frame);
        };
      }
      case '_[_]':
      case '_[?_]':
        return this.#index(expr, isInner);
      case '_?._': {
        const operand = this.#operand(first!, isInner);
        const field = String(second?.kind === 'literal' ? second.value : '');
        return (frame) => optionalField(operand(frame), field, frame);
      }
      default:
        return (this.parts.foldsConstants ? membershipStep(this, expr) : undefined) ?? callStep(this, expr);
    }
  }

  #index(expr: Call, isInner: boolean): Step {
    const [first, second] = expr.args;
    const operand = this.#operand(first!, isInner);
    const isPosition = this.typeOf(first!)?.kind === 'list' && isInt(this, second!);
    const at = isPosition ? intStep(this, second!, true) : this.step(second!, true);
    const isOptional = expr.function === '_[?_]';
    const index = charged(at, 1);
    return (frame) => {
      const container = operand(frame);
      if (container instanceof CelError) return container;
      const isPlain = !isOptional && !(container instanceof CelOptional);
      const wanted = isPlain ? index(frame) : at(frame);
      if (wanted instanceof CelError) return wanted;
      return isPlain ? elementAt(container, wanted) : found(optionalElement(container, wanted), frame);
    };
  }

  /** `decisive` decides alone, on either side; an error counts only where nothing decides. */
  #logic(left: Step, right: Step, decisive: boolean): Step {
    return (frame) => {
      const first = left(frame);
      if (first === decisive) return decisive;
      const second = right(frame);
      if (second === decisive) return decisive;
      if (typeof first !== 'boolean') return first instanceof CelError ? first : noSuchOverload;
      if (typeof second !== 'boolean') return second instanceof CelError ? second : noSuchOverload;
      return second;
    };
  }

  #list({ elements, optionalIndices }: ListExpr): Step {
    const steps = elements.map((element) => this.step(element));
    const make: Step = (frame) => {
      const items: CelValue[] = [];
      for (let i = 0; i < steps.length; i++) {
        const value = steps[i]!(frame);
        if (value instanceof CelError) return value;
        if (!optionalIndices.has(i)) items.push(value);
        else if (!(value instanceof CelOptional)) return noSuchOverload;
        else if (value.value !== undefined) items.push(value.value);
      }
      return new ArrayList(items);
    };
    return charged(make, createListCost);
  }

  #map({ entries }: MapExpr): Step {
    const steps = entries.map(({ key, value, isOptional }) => ({
      key: this.step(key),
      value: this.step(value),
      isOptional,
    }));
    const make: Step = (frame) => {
      const made: [CelValue, CelValue][] = [];
      for (const step of steps) {
        const key = step.key(frame);
        if (key instanceof CelError) return key;
        const value = step.value(frame);
        if (value instanceof CelError) return value;
        if (mapKeyText(key) === undefined) return new CelError('unsupported key type');
        if (step.isOptional) {
          if (!(value instanceof CelOptional)) return noSuchOverload;
          if (value.value !== undefined) made.push([key, value.value]);
          continue;
        }
        made.push([key, value]);
      }
      return new EntriesMap(made);
    };
    return charged(make, createMapCost);
  }

  #struct({ id, typeName, fields }: StructExpr): Step {
    const name = this.checked.references.get(id) ?? typeName;
    const steps = fields.map(({ field, value, isOptional }) => ({
      field,
      value: this.step(value),
      isOptional,
    }));
    const make: Step = (frame) => {
      const made = new Map<string, CelValue>();
      for (const { field, value, isOptional } of steps) {
        const given = value(frame);
        if (given instanceof CelError) return given;
        if (!isOptional) made.set(field, given);
        else if (!(given instanceof CelOptional)) return noSuchOverload;
        else if (given.value !== undefined) made.set(field, given.value);
      }
      return this.parts.makeObject(name, made);
    };
    return charged(make, createStructCost);
  }
}

/** Whether what comes behind it belongs to the same chain. */
function isAttribute(expr: Expr): boolean {
  if (expr.kind === 'ident' || expr.kind === 'select') return true;
  return expr.kind === 'call' && ['_[_]', '_[?_]', '_?._', '_?_:_'].includes(expr.function);
}

/** Costs nothing where there is none, as in cel-go. */
function optionalField(operand: Outcome, field: string, frame: Frame): Outcome {
  const inner = operand instanceof CelOptional ? operand.value : operand;
  if (inner === undefined) return CelOptional.none;
  if (inner instanceof CelError) return inner;
  const isThere = isSet(inner, field);
  if (isThere instanceof CelError) return isThere;
  if (!isThere) return CelOptional.none;
  const value = fieldOf(inner, field);
  return value instanceof CelError ? value : found(CelOptional.of(value), frame);
}

function found(optional: CelOptional | CelError, frame: Frame): Outcome {
  if (optional instanceof CelOptional && optional.value !== undefined) frame.meter.charge(1);
  return optional;
}

/** What a step costs once it is done, or has failed. */
function charged(step: Step, cost: number): Step {
  return (frame) => {
    const outcome = step(frame);
    frame.meter.charge(cost);
    return outcome;
  };
}
