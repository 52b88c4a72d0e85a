/** What all loops share: the names that they bind, and the walk over a list or the keys of a map. */
import type { Comprehension } from './ast.ts';
import type { Compiling } from './compiling.ts';
import type { Frame } from './frame.ts';
import type { CostMeter } from './runtime-cost.ts';
import type { CelType } from './types.ts';
import {
  ArrayList,
  type CelError,
  CelList,
  CelMap,
  type CelValue,
  failureOf,
  noSuchOverload,
  type Outcome,
} from './values.ts';

export interface Loop {
  readonly first: number;
  readonly second: number;
  /** Binds index and item, or key and value; otherwise the item or key alone. */
  readonly isPair: boolean;
  /** The item, or the index, is an int that may be held as a number. */
  readonly isInt: boolean;
}

/** Compiles what is within a loop: its variables are in scope there. */
export function inLoop<T>(
  compiler: Compiling,
  { iterRange, iterVar, iterVar2 }: Comprehension,
  compile: () => T,
): { readonly loop: Loop; readonly parts: T } {
  const isPair = iterVar2 !== undefined;
  const isInt = startsWithInt(compiler.typeOf(iterRange), isPair);
  const loop = { first: compiler.slots++, second: compiler.slots++, isPair, isInt };
  const { length } = compiler.scope;
  compiler.scope.push({ name: iterVar, slot: loop.first, isInt });
  if (iterVar2 !== undefined) compiler.scope.push({ name: iterVar2, slot: loop.second });
  const parts = compile();
  compiler.scope.length = length;
  return { loop, parts };
}

const startsWithInt = (range: CelType | undefined, isPair: boolean): boolean =>
  range?.kind === 'list' && (isPair || range.element.kind === 'int');

/** One run of a loop. */
export class Walk {
  readonly size: number;
  readonly #items: CelList;
  /** Whose keys the items are. */
  readonly #map: CelMap | undefined;
  readonly #loop: Loop;
  readonly #meter: CostMeter;
  readonly #locals: (Outcome | undefined)[];

  private constructor(items: CelList, map: CelMap | undefined, loop: Loop, { meter, locals }: Frame) {
    this.size = items.size;
    this.#items = items;
    this.#map = map;
    this.#loop = loop;
    this.#meter = meter;
    this.#locals = locals;
  }

  static over(container: CelValue, loop: Loop, frame: Frame): Walk | CelError {
    if (container instanceof CelList) return new Walk(container, undefined, loop, frame);
    if (container instanceof CelMap)
      return new Walk(new ArrayList([...container.keys()]), container, loop, frame);
    return noSuchOverload;
  }

  /** Undefined unless what is there is not of its type: that ends the loop. */
  bind(at: number): CelError | undefined {
    this.#meter.countIteration();
    try {
      const { first, isPair, isInt } = this.#loop;
      if (isPair) this.#bindPair(at);
      else this.#locals[first] = (isInt ? this.#items.getInt?.(at) : undefined) ?? this.#items.get(at)!;
      return undefined;
    } catch (error) {
      return failureOf(error);
    }
  }

  #bindPair(at: number): void {
    const { first, second, isInt } = this.#loop;
    const item = this.#items.get(at)!;
    if (this.#map === undefined) {
      this.#locals[first] = isInt ? at : BigInt(at);
      this.#locals[second] = item;
    } else {
      this.#locals[first] = item;
      this.#locals[second] = this.#map.get(item)!;
    }
  }
}
