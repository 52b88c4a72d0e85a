/**
 * What is made of literals alone is made once, when an expression is compiled, and costs nothing in a run: lists, maps,
 * conversions, and the search in such a list. So cel-go does it where it is asked to (OptOptimize), as Kubernetes asks;
 * the figures that decide over a tenant's rules count on it.
 */
import type { Call, CheckedExpression, Expr, ListExpr, MapExpr } from './ast.ts';
import { celEqual } from './equality.ts';
import type { Step } from './frame.ts';
import type { Overload } from './library.ts';
import { ArrayList, CelError, type CelValue, EntriesMap, mapKeyText } from './values.ts';

/** What folding asks of the compiler. */
interface Folding {
  readonly checked: CheckedExpression;
  readonly parts: { readonly functions: { overload(id: string): Overload | undefined } };
  constant(expr: Expr): CelValue | undefined;
  step(expr: Expr): Step;
}

const conversions: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'int',
  'string',
  'timestamp',
  'type',
  'uint',
]);

/** Undefined for what is not known before it runs, or ends in an error. */
export function constantOf(compiler: Folding, expr: Expr): CelValue | undefined {
  switch (expr.kind) {
    case 'literal':
      return expr.value;
    case 'list':
      return listOf(compiler, expr);
    case 'map':
      return mapOf(compiler, expr);
    case 'call':
      return conversionOf(compiler, expr);
    default:
      return undefined;
  }
}

function listOf(compiler: Folding, { elements, optionalIndices }: ListExpr): CelValue | undefined {
  if (optionalIndices.size > 0) return undefined;
  const items: CelValue[] = [];
  for (const element of elements) {
    const item = compiler.constant(element);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return new ArrayList(items);
}

function mapOf(compiler: Folding, { entries }: MapExpr): CelValue | undefined {
  const made: [CelValue, CelValue][] = [];
  for (const entry of entries) {
    const key = compiler.constant(entry.key);
    const value = compiler.constant(entry.value);
    if (key === undefined || value === undefined || entry.isOptional) return undefined;
    // An error of the run.
    if (mapKeyText(key) === undefined) return undefined;
    made.push([key, value]);
  }
  return new EntriesMap(made);
}

function conversionOf(compiler: Folding, call: Call): CelValue | undefined {
  const [arg] = call.args;
  if (call.target !== undefined || call.args.length !== 1 || !conversions.has(call.function))
    return undefined;
  const value = compiler.constant(arg!);
  const [id, ...others] = compiler.checked.overloads.get(call.id) ?? [];
  if (value === undefined || id === undefined || others.length > 0) return undefined;
  const converted = compiler.parts.functions.overload(id)?.run?.(value);
  return converted instanceof CelError ? undefined : converted;
}

/** Whether a value is in a list of constant scalars. Undefined where that is a call like any other. */
export function membershipStep(compiler: Folding, { id, args }: Call): Step | undefined {
  const overloads = compiler.checked.overloads.get(id) ?? [];
  if (overloads.length !== 1 || overloads[0] !== 'in_list') return undefined;
  const list = compiler.constant(args[1]!);
  if (!(list instanceof ArrayList)) return undefined;
  if (list.size === 0) return () => false;
  if (!list.array.every(isScalar)) return undefined;
  const known = new Set(list.array.map(mapKeyText));
  const wanted = compiler.step(args[0]!);
  return (frame) => {
    const value = wanted(frame);
    if (value instanceof CelError) return value;
    const key = mapKeyText(value);
    return key === undefined ? list.array.some((item) => celEqual(item, value)) : known.has(key);
  };
}
const isScalar = (value: CelValue): boolean => value !== null && typeof value !== 'object';
