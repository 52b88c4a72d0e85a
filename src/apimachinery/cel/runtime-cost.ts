/**
 * What an evaluation costs, counted as it goes on. Figures and rules are cel-go's (interpreter/runtimecost.go), to the
 * unit: the limit that ends a rule here ends it there.
 */
import { limits } from '../limits.ts';
import type { ActualCall, EvaluationOptions } from './environment.ts';
import { extensionCost } from './extension-costs.ts';
import { codePointCount } from './text.ts';
import { CelError, CelList, CelMap, CelOptional, type CelValue } from './values.ts';

export const createListCost = 10;
export const createMapCost = 30;
export const createStructCost = 40;
const textFactor = 0.1;
const regexFactor = 0.25;
/** Of a single call, after which time is looked at. */
const interruptCost = 20;

/** Thrown, where all else that a part fails with is returned: it ends the whole evaluation, and no `||` makes it good. */
export class LimitReached extends Error {
  /** What the evaluation ends in. */
  readonly failure: CelError;
  constructor(message: string) {
    super(message);
    this.name = 'LimitReached';
    this.failure = new CelError(message);
  }
}
const costExceeded = (): LimitReached => new LimitReached('operation cancelled: actual cost limit exceeded');

export class CostMeter {
  cost = 0;
  #untilInterrupt: number = limits.celInterruptInterval;
  readonly #limit: number;
  readonly #options: EvaluationOptions;

  constructor(options: EvaluationOptions) {
    this.#options = options;
    this.#limit = options.costLimit ?? Number.POSITIVE_INFINITY;
  }

  charge(cost: number): void {
    this.cost += cost;
    if (this.cost > this.#limit) throw costExceeded();
  }

  /** `known`: what the arguments say, where they say it before the call. */
  chargeCall(call: ActualCall, known: number | undefined): void {
    const cost = known ?? this.#options.callCost?.(call) ?? standardCallCost(call);
    this.charge(cost);
    // Long texts and patterns may have taken more time than their cost says.
    if (cost > interruptCost) this.#checkInterrupt();
  }

  /** Refuses what would cost more than there is, before it is done. It counts as if it had been. */
  demand(cost: number): void {
    if (this.cost + cost > this.#limit) this.charge(cost);
  }

  /** Of any loop: short ones within each other are long, too. */
  countIteration(): void {
    if (--this.#untilInterrupt > 0) return;
    this.#untilInterrupt = limits.celInterruptInterval;
    this.#checkInterrupt();
  }

  #checkInterrupt(): void {
    if (this.#options.isInterrupted?.() === true) throw new LimitReached('operation interrupted');
  }
}

/** Of what has one: characters, bytes, items, entries. 1 for anything else. */
export function sizeOf(value: CelValue): number {
  if (typeof value === 'string') return codePointCount(value);
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof CelList || value instanceof CelMap) return value.size;
  if (value instanceof CelOptional && value.value !== undefined) return sizeOf(value.value);
  return 1;
}

/** Of two texts of very different lengths only the shorter is counted. */
function smallerSize(a: CelValue, b: CelValue): number {
  if (typeof a === 'string' && typeof b === 'string') {
    // A character is one unit or two.
    if (a.length * 2 <= b.length) return sizeOf(a);
    if (b.length * 2 <= a.length) return sizeOf(b);
  }
  return Math.min(sizeOf(a), sizeOf(b));
}

/** Overloads whose cost depends on their values; that of all others is 1. */
export const costsByValue = (overloadId: string): boolean =>
  byValue.has(overloadId) || extensionCost(overloadId) !== undefined;
const byValue: ReadonlySet<string> = new Set([
  'starts_with_string',
  'ends_with_string',
  'string_to_bytes',
  'bytes_to_string',
  'strings_quote',
  'string_format',
  'in_list',
  'less_string',
  'less_equals_string',
  'greater_string',
  'greater_equals_string',
  'less_bytes',
  'less_equals_bytes',
  'greater_bytes',
  'greater_equals_bytes',
  'equals',
  'not_equals',
  'add_string',
  'add_bytes',
  'matches',
  'matches_string',
  'contains_string',
]);

const traversal = (size: number): number => Math.ceil(size * textFactor);

function standardCallCost({ overloadId, args }: ActualCall): number {
  switch (overloadId) {
    case 'starts_with_string':
    case 'ends_with_string':
      // No more is read than the shorter text has.
      return traversal(sizeOf(args[1]!));
    case 'string_to_bytes':
    case 'bytes_to_string':
    case 'strings_quote':
    case 'string_format':
      return traversal(sizeOf(args[0]!));
    case 'in_list':
      return sizeOf(args[1]!);
    case 'less_string':
    case 'less_equals_string':
    case 'greater_string':
    case 'greater_equals_string':
    case 'less_bytes':
    case 'less_equals_bytes':
    case 'greater_bytes':
    case 'greater_equals_bytes':
    case 'equals':
    case 'not_equals':
      return traversal(smallerSize(args[0]!, args[1]!));
    case 'add_string':
    case 'add_bytes':
      return traversal(sizeOf(args[0]!) + sizeOf(args[1]!));
    case 'matches':
    case 'matches_string':
      return traversal(1 + sizeOf(args[0]!)) * Math.ceil(sizeOf(args[1]!) * regexFactor);
    case 'contains_string':
      return traversal(sizeOf(args[0]!)) * traversal(sizeOf(args[1]!));
    default:
      return 1;
  }
}
