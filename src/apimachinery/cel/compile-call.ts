/** Calls of functions: bound to an overload where types tell which, looked for by the values where they do not. */
import type { Call, Expr } from './ast.ts';
import type { Compiling } from './compiling.ts';
import { extensionCost } from './extension-costs.ts';
import type { Frame, Step } from './frame.ts';
import type { Implementation, Overload } from './library.ts';
import { absorbed, costsByValue } from './runtime-cost.ts';
import { fits } from './runtime-type.ts';
import { CelObject, CelOptional, type CelValue, noSuchOverload } from './values.ts';

/** Of a call that nobody has checked: `math.least` may be a function by that name. */
function uncheckedName(compiler: Compiling, expr: Call, ids: readonly string[]): string {
  if (ids.length > 0 || expr.target?.kind !== 'ident') return expr.function;
  const qualified = `${expr.target.name}.${expr.function}`;
  return compiler.parts.functions.named(qualified).length > 0 ? qualified : expr.function;
}

export function callStep(compiler: Compiling, expr: Call): Step {
  const ids = compiler.checked.overloads.get(expr.id) ?? [];
  const name = compiler.checked.references.get(expr.id) ?? uncheckedName(compiler, expr, ids);
  const isNamespaced = name !== expr.function;
  const operands = expr.target === undefined || isNamespaced ? expr.args : [expr.target, ...expr.args];
  const special = comparisonStep(compiler, expr, ids) ?? alternativeStep(compiler, operands, ids);
  if (special !== undefined) return special;
  const { functions } = compiler.parts;
  const overloads =
    ids.length > 0
      ? ids.map((id) => functions.overload(id)).filter((each) => each !== undefined)
      : functions.named(name).filter(({ args }) => args.length === operands.length);
  // Equality is one function, whatever the types.
  const overloadId = ids.length === 1 ? ids[0]! : '';
  const run = overloads.length === 1 ? implementation(overloads[0]!) : chosen(overloads);
  const isChecked = overloads.length === 1 && isCertain(compiler, operands, overloads[0]!);
  const steps = operands.map((operand) => compiler.step(operand));
  const only = overloads[0];
  const guarded: Implementation =
    overloads.length !== 1 || isChecked
      ? run
      : (...args) => {
          if (!only!.args.every((type, i) => fits(args[i]!, type))) throw noSuchOverload();
          return run(...args);
        };
  const isBounded = overloads.some(({ id }) => extensionCost(id) !== undefined);
  const [first, second] = steps;
  if (costsOne(compiler, name, overloadId, operands))
    return nominalStep(guarded, steps, hasValue(compiler, operands[1]));
  if (steps.length === 1) {
    return (frame) => {
      const a = operand(first!, frame);
      let result: CelValue = null;
      try {
        result = isBounded ? bounded(overloads, guarded, frame, [a]) : guarded(a);
      } finally {
        frame.meter.chargeCall({ function: name, overloadId, args: [a], result });
      }
      return result;
    };
  }
  if (steps.length === 2) {
    return (frame) => {
      const a = operand(first!, frame, second);
      const b = operand(second!, frame);
      let result: CelValue = null;
      try {
        result = isBounded ? bounded(overloads, guarded, frame, [a, b]) : guarded(a, b);
      } finally {
        frame.meter.chargeCall({ function: name, overloadId, args: [a, b], result });
      }
      return result;
    };
  }
  return (frame) => {
    // What comes behind one that fails is not looked at, and such a call costs nothing.
    const args = steps.map((step) => step(frame));
    let result: CelValue = null;
    try {
      result = isBounded ? bounded(overloads, guarded, frame, args) : guarded(...args);
    } finally {
      frame.meter.chargeCall({ function: name, overloadId, args, result });
    }
    return result;
  };
}

/** Whether every call costs the same, so that nobody need be asked. */
function costsOne(compiler: Compiling, name: string, overloadId: string, operands: readonly Expr[]): boolean {
  if (overloadId === '') return false;
  const isEquality = overloadId === 'equals' || overloadId === 'not_equals';
  if (isEquality) return operands.every((each) => scalars.has(compiler.typeOf(each)?.kind ?? ''));
  return !costsByValue(overloadId) && !compiler.parts.hasCallCost(name);
}
const scalars: ReadonlySet<string> = new Set(['bool', 'int', 'uint', 'double', 'timestamp', 'duration']);

/** Charged before one or two operands are there, since they, too, may fail. */
function nominalStep(run: Implementation, steps: readonly Step[], isSecondSure: boolean): Step {
  const [first, second] = steps;
  if (steps.length === 1) {
    return (frame) => {
      frame.meter.charge(1);
      return run(first!(frame));
    };
  }
  if (steps.length === 2 && isSecondSure) {
    return (frame) => {
      frame.meter.charge(1);
      const b = second!(frame);
      return run(first!(frame), b);
    };
  }
  if (steps.length === 2) {
    return (frame) => {
      frame.meter.charge(1);
      return run(leading(first!, frame, second!), second!(frame));
    };
  }
  return (frame) => {
    const args = steps.map((step) => step(frame));
    frame.meter.charge(1);
    return run(...args);
  };
}

/**
 * A call of one or two operands is charged for even where it or one of them has failed, and the other is looked at all
 * the same: something around it may make good, and the limit must end a rule where it ends in upstream.
 */
function operand(step: Step, frame: Frame, other?: Step): CelValue {
  try {
    return other === undefined ? step(frame) : leading(step, frame, other);
  } catch (error) {
    absorbed(error);
    frame.meter.charge(1);
    throw error;
  }
}
function leading<T>(step: (frame: Frame) => T, frame: Frame, other: (frame: Frame) => unknown): T {
  try {
    return step(frame);
  } catch (error) {
    absorbed(error);
    try {
      other(frame);
    } catch (second) {
      absorbed(second);
    }
    throw error;
  }
}

/** What is known to take long by its arguments is not begun where the budget does not reach. */
function bounded(
  overloads: readonly Overload[],
  run: Implementation,
  frame: Frame,
  args: readonly CelValue[],
): CelValue {
  for (const { id } of overloads) frame.meter.demand(extensionCost(id)?.(args) ?? 0);
  return run(...args);
}

/** `a.or(b)` and `a.orValue(b)`: what comes second is looked at only where the first is absent. */
function alternativeStep(
  compiler: Compiling,
  [first, second]: readonly Expr[],
  ids: readonly string[],
): Step | undefined {
  const isOr = ids[0] === 'optional_or_optional';
  if (ids.length !== 1 || (!isOr && ids[0] !== 'optional_orValue_value')) return undefined;
  const optional = compiler.step(first!);
  const other = compiler.step(second!);
  return (frame) => {
    const value = optional(frame);
    if (!(value instanceof CelOptional)) throw noSuchOverload();
    if (value.value === undefined) return other(frame);
    return isOr ? value : value.value;
  };
}

function implementation({ run }: Overload): Implementation {
  return (
    run ??
    (() => {
      throw noSuchOverload();
    })
  );
}

/** The first overload that the values fit. */
function chosen(overloads: readonly Overload[]): Implementation {
  return (...args) => {
    for (const overload of overloads) {
      if (overload.run !== undefined && overload.args.every((type, i) => fits(args[i]!, type))) {
        return overload.run(...args);
      }
    }
    throw noSuchOverload();
  };
}

/** Whether values of the operands' types always fit the overload. */
function isCertain(compiler: Compiling, operands: readonly Expr[], { args }: Overload): boolean {
  return operands.every((operand, i) => {
    const wanted = args[i]!.kind;
    const given = compiler.typeOf(operand)?.kind;
    return wanted === 'param' || wanted === 'dyn' || (given === wanted && given !== 'opaque');
  });
}

type IntTest = (a: number | bigint, b: number | bigint) => boolean;
const intTests: Readonly<Record<string, IntTest>> = {
  less_int64: (a, b) => a < b,
  less_equals_int64: (a, b) => a <= b,
  greater_int64: (a, b) => a > b,
  greater_equals_int64: (a, b) => a >= b,
  // A number and a bigint are not the same to ===.
  equals: (a, b) => !(a < b || a > b),
  not_equals: (a, b) => a < b || a > b,
};

/** Ints that are only compared are taken as the data has them. */
function comparisonStep(compiler: Compiling, expr: Call, ids: readonly string[]): Step | undefined {
  const test = ids.length === 1 ? intTests[ids[0]!] : undefined;
  const [left, right] = expr.args;
  if (test === undefined || left === undefined || right === undefined) return undefined;
  const a = intStep(compiler, left);
  const b = intStep(compiler, right);
  if (a === undefined || b === undefined) return undefined;
  if (hasValue(compiler, right)) {
    return (frame) => {
      frame.meter.charge(1);
      const y = b(frame);
      return test(a(frame), y);
    };
  }
  return (frame) => {
    frame.meter.charge(1);
    return test(leading(a, frame, b), b(frame));
  };
}

/** What cannot fail may be looked at first, so that nothing has to be done where the other fails. */
function hasValue(compiler: Compiling, expr: Expr | undefined): boolean {
  if (expr?.kind === 'literal') return true;
  if (expr?.kind !== 'ident') return false;
  return compiler.scope.findLast(({ name }) => name === expr.name)?.isItem === true;
}

/** An expression of type int, as a number of either kind. */
function intStep(compiler: Compiling, expr: Expr): ((frame: Frame) => number | bigint) | undefined {
  if (compiler.typeOf(expr)?.kind !== 'int') return undefined;
  if (expr.kind === 'literal') {
    const value = expr.value as bigint;
    const small = Number.isSafeInteger(Number(value)) ? Number(value) : value;
    return () => small;
  }
  const isField =
    expr.kind === 'select' &&
    !expr.testOnly &&
    !compiler.checked.references.has(expr.id) &&
    (expr.operand.kind === 'ident' || expr.operand.kind === 'select') &&
    compiler.typeOf(expr.operand)?.kind === 'object';
  const whole = compiler.step(expr);
  const asInt = (value: CelValue): bigint => {
    if (typeof value !== 'bigint') throw noSuchOverload();
    return value;
  };
  if (!isField) return (frame) => asInt(whole(frame));
  const operand = compiler.step(expr.operand);
  const { field } = expr;
  return (frame) => {
    const object = operand(frame);
    const number = object instanceof CelObject ? object.getInt?.(field) : undefined;
    if (number !== undefined) {
      frame.meter.charge(1);
      return number;
    }
    return asInt(fieldAgain(object, field, frame));
  };
}

function fieldAgain(object: CelValue, field: string, frame: Frame): CelValue {
  frame.meter.charge(1);
  const value = object instanceof CelObject ? object.get(field) : undefined;
  if (value === undefined) throw noSuchOverload();
  return value;
}
