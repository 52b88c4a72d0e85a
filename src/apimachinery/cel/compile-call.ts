/** Calls of functions: bound to an overload where types tell which, looked for by the values where they do not. */
import type { Call, Expr } from './ast.ts';
import { arithmeticStep, comparisonStep } from './compile-int.ts';
import type { Compiling } from './compiling.ts';
import { extensionCost } from './extension-costs.ts';
import type { Frame, Step } from './frame.ts';
import type { Implementation, Overload } from './library.ts';
import { costsByValue } from './runtime-cost.ts';
import { fits } from './runtime-type.ts';
import { CelError, CelOptional, type CelValue, failureOf, noSuchOverload, type Outcome } from './values.ts';

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
  const special =
    comparisonStep(compiler, expr, ids) ??
    arithmeticStep(compiler, expr, ids) ??
    alternativeStep(compiler, operands, ids);
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
          return only!.args.every((type, i) => fits(args[i]!, type)) ? run(...args) : noSuchOverload;
        };
  if (costsOne(compiler, name, overloadId, operands)) return nominalStep(guarded, steps);
  const call = chargedCall(name, overloadId, overloads, guarded);
  const [first, second] = steps;
  if (steps.length === 1) {
    return (frame) => {
      const a = first!(frame);
      return a instanceof CelError ? failedCall(a, frame) : call(frame, [a]);
    };
  }
  if (steps.length === 2) {
    return (frame) => {
      const a = first!(frame);
      const b = second!(frame);
      if (a instanceof CelError) return failedCall(a, frame);
      return b instanceof CelError ? failedCall(b, frame) : call(frame, [a, b]);
    };
  }
  return (frame) => {
    const args = valuesOf(steps, frame);
    return args instanceof CelError ? args : call(frame, args);
  };
}

type ChargedCall = (frame: Frame, args: readonly CelValue[]) => Outcome;

/** A call whose cost depends on what it was given and what it gave. */
function chargedCall(
  name: string,
  overloadId: string,
  overloads: readonly Overload[],
  run: Implementation,
): ChargedCall {
  const bounds = overloads.map(({ id }) => extensionCost(id)).filter((cost) => cost !== undefined);
  const ownCost = extensionCost(overloadId);
  return (frame, args) => {
    // What is known to take long by its arguments is not begun where the budget does not reach.
    for (const cost of bounds) frame.meter.demand(cost(args));
    const result = outcomeOf(run, args);
    const given = result instanceof CelError ? null : result;
    frame.meter.chargeCall({ function: name, overloadId, args, result: given }, ownCost?.(args));
    return result;
  };
}

function outcomeOf(run: Implementation, args: readonly CelValue[]): Outcome {
  try {
    return run(...args);
  } catch (error) {
    return failureOf(error);
  }
}

/**
 * A call of one or two operands is charged for even where one of them has failed, and the other is looked at all the
 * same: something around it may make good, and the limit must end a rule where it ends in upstream.
 */
function failedCall(failure: CelError, frame: Frame): CelError {
  frame.meter.charge(1);
  return failure;
}

/** Of more operands, what comes behind one that fails is not looked at, and such a call costs nothing. */
function valuesOf(steps: readonly Step[], frame: Frame): CelValue[] | CelError {
  const values: CelValue[] = [];
  for (const step of steps) {
    const value = step(frame);
    if (value instanceof CelError) return value;
    values.push(value);
  }
  return values;
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
function nominalStep(run: Implementation, steps: readonly Step[]): Step {
  const [first, second] = steps;
  if (steps.length === 1) {
    return (frame) => {
      frame.meter.charge(1);
      const a = first!(frame);
      if (a instanceof CelError) return a;
      try {
        return run(a);
      } catch (error) {
        return failureOf(error);
      }
    };
  }
  if (steps.length === 2) {
    return (frame) => {
      frame.meter.charge(1);
      const a = first!(frame);
      const b = second!(frame);
      if (a instanceof CelError) return a;
      if (b instanceof CelError) return b;
      try {
        return run(a, b);
      } catch (error) {
        return failureOf(error);
      }
    };
  }
  return (frame) => {
    const args = valuesOf(steps, frame);
    if (args instanceof CelError) return args;
    frame.meter.charge(1);
    return outcomeOf(run, args);
  };
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
    if (!(value instanceof CelOptional)) return value instanceof CelError ? value : noSuchOverload;
    if (value.value === undefined) return other(frame);
    return isOr ? value : value.value;
  };
}

const implementation = ({ run }: Overload): Implementation => run ?? (() => noSuchOverload);

/** The first overload that the values fit. */
function chosen(overloads: readonly Overload[]): Implementation {
  return (...args) => {
    for (const overload of overloads) {
      if (overload.run !== undefined && overload.args.every((type, i) => fits(args[i]!, type))) {
        return overload.run(...args);
      }
    }
    return noSuchOverload;
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
