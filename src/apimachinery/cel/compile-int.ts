/**
 * Ints that are only computed with and compared: taken as the data has them, and never made bigints where numbers do.
 * What another expression sees is a bigint, as ever.
 */
import type { Call, Expr } from './ast.ts';
import type { Compiling } from './compiling.ts';
import { fieldOf } from './fields.ts';
import type { Frame, Step } from './frame.ts';
import {
  add,
  compareInts,
  divide,
  type Int,
  type IntOperation,
  modulo,
  multiply,
  negate,
  subtract,
  wholeOf,
} from './standard/int-arithmetic.ts';
import { CelError, CelObject, noSuchOverload, type Outcome } from './values.ts';

type IntStep = (frame: Frame) => Int | CelError;

/** Of how the first compares to the second. */
const tests: Readonly<Record<string, (order: number) => boolean>> = {
  less_int64: (order) => order < 0,
  less_equals_int64: (order) => order <= 0,
  greater_int64: (order) => order > 0,
  greater_equals_int64: (order) => order >= 0,
  equals: (order) => order === 0,
  not_equals: (order) => order !== 0,
};
const operations: Readonly<Record<string, IntOperation>> = {
  add_int64: add,
  subtract_int64: subtract,
  multiply_int64: multiply,
  divide_int64: divide,
  modulo_int64: modulo,
};

/** A comparison of two ints; undefined for other calls. */
export function comparisonStep(
  compiler: Compiling,
  { args }: Call,
  ids: readonly string[],
): Step | undefined {
  const test = ids.length === 1 ? tests[ids[0]!] : undefined;
  if (test === undefined || !args.every((arg) => isInt(compiler, arg))) return undefined;
  const first = intStep(compiler, args[0]!);
  const second = intStep(compiler, args[1]!);
  return (frame) => {
    frame.meter.charge(1);
    const a = first(frame);
    const b = second(frame);
    if (typeof a === 'object') return a;
    return typeof b === 'object' ? b : test(compareInts(a, b));
  };
}

/** `+ - * / %` and signs of ints; undefined for other calls, and where somebody else has a say in what they cost. */
export function arithmeticStep(compiler: Compiling, call: Call, ids: readonly string[]): Step | undefined {
  const compute = operationStep(compiler, call, ids);
  return (
    compute &&
    ((frame) => {
      const result = compute(frame);
      return typeof result === 'number' ? wholeOf(result) : result;
    })
  );
}

/** Says that it is none before anything is compiled, which is not to be done twice. */
function operationStep(compiler: Compiling, call: Call, ids: readonly string[]): IntStep | undefined {
  const { args } = call;
  if (ids.length !== 1 || compiler.parts.hasCallCost(call.function)) return undefined;
  if (!args.every((arg) => isInt(compiler, arg))) return undefined;
  const operate = operations[ids[0]!];
  if (operate !== undefined) {
    const first = intStep(compiler, args[0]!);
    const second = intStep(compiler, args[1]!);
    return (frame) => {
      frame.meter.charge(1);
      const a = first(frame);
      const b = second(frame);
      if (typeof a === 'object') return a;
      return typeof b === 'object' ? b : operate(a, b);
    };
  }
  if (ids[0] !== 'negate_int64') return undefined;
  const operand = intStep(compiler, args[0]!);
  return (frame) => {
    frame.meter.charge(1);
    const value = operand(frame);
    return typeof value === 'object' ? value : negate(value);
  };
}

export const isInt = (compiler: Compiling, expr: Expr): boolean => compiler.typeOf(expr)?.kind === 'int';

/** Of an expression of type int. `isInner`: it is part of an attribute. */
export function intStep(compiler: Compiling, expr: Expr, isInner = false): IntStep {
  switch (expr.kind) {
    case 'literal': {
      const value = expr.value as bigint;
      const small = Number.isSafeInteger(Number(value)) ? Number(value) : value;
      return () => small;
    }
    case 'ident':
      return localStep(compiler, expr.name, isInner) ?? wholeStep(compiler, expr, isInner);
    case 'select':
      return fieldStep(compiler, expr, isInner) ?? wholeStep(compiler, expr, isInner);
    case 'call': {
      const ids = compiler.checked.overloads.get(expr.id) ?? [];
      return operationStep(compiler, expr, ids) ?? wholeStep(compiler, expr, isInner);
    }
    default:
      return wholeStep(compiler, expr, isInner);
  }
}

function wholeStep(compiler: Compiling, expr: Expr, isInner: boolean): IntStep {
  const step = compiler.step(expr, isInner);
  return (frame) => asInt(step(frame));
}
function asInt(value: Outcome): Int | CelError {
  return typeof value === 'bigint' || value instanceof CelError ? value : noSuchOverload;
}

/** What a loop walks over, where it may be held as a number. */
function localStep({ scope }: Compiling, written: string, isInner: boolean): IntStep | undefined {
  const local = scope.findLast(({ name }) => name === written);
  if (local?.isInt !== true) return undefined;
  const { slot } = local;
  const cost = isInner ? 0 : 1;
  return (frame) => {
    frame.meter.charge(cost);
    const value = frame.locals[slot]!;
    return typeof value === 'number' ? value : asInt(value);
  };
}

function fieldStep(
  compiler: Compiling,
  expr: Expr & { readonly kind: 'select' },
  isInner: boolean,
): IntStep | undefined {
  const { operand: of, field, testOnly, id } = expr;
  const isField =
    !testOnly &&
    !compiler.checked.references.has(id) &&
    (of.kind === 'ident' || of.kind === 'select') &&
    compiler.typeOf(of)?.kind === 'object';
  if (!isField) return undefined;
  const operand = compiler.step(of, isInner);
  return (frame) => {
    const object = operand(frame);
    if (object instanceof CelError) return object;
    frame.meter.charge(1);
    const number = object instanceof CelObject ? object.getInt?.(field) : undefined;
    return number ?? asInt(fieldOf(object, field));
  };
}
