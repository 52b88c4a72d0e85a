/** What all loops share: the names that they bind, and the walk over a list or the keys of a map. */
import type { Comprehension } from './ast.ts';
import type { Compiling } from './compiling.ts';
import type { Frame } from './frame.ts';
import { CelList, CelMap, type CelValue, noSuchOverload } from './values.ts';

export interface Loop {
  readonly first: number;
  readonly second: number;
  /** Binds index and item, or key and value; otherwise the item or key alone. */
  readonly isPair: boolean;
}

/** Compiles what is within a loop: its variables are in scope there. */
export function inLoop<T>(
  compiler: Compiling,
  { iterVar, iterVar2 }: Comprehension,
  compile: () => T,
): { readonly loop: Loop; readonly parts: T } {
  const loop = { first: compiler.slots++, second: compiler.slots++, isPair: iterVar2 !== undefined };
  const { length } = compiler.scope;
  compiler.scope.push({ name: iterVar, slot: loop.first, isItem: true });
  if (iterVar2 !== undefined) compiler.scope.push({ name: iterVar2, slot: loop.second, isItem: true });
  const parts = compile();
  compiler.scope.length = length;
  return { loop, parts };
}

/** Until `turn` says false. */
export function walk(
  { first, second, isPair }: Loop,
  container: CelValue,
  frame: Frame,
  turn: () => boolean,
): void {
  const { locals, meter } = frame;
  if (container instanceof CelList) {
    const { size } = container;
    for (let i = 0; i < size; i++) {
      meter.countIteration();
      const item = container.get(i)!;
      if (isPair) {
        locals[first] = BigInt(i);
        locals[second] = item;
      } else locals[first] = item;
      if (!turn()) return;
    }
  } else if (container instanceof CelMap) {
    for (const key of container.keys()) {
      meter.countIteration();
      locals[first] = key;
      if (isPair) locals[second] = container.get(key)!;
      if (!turn()) return;
    }
  } else throw noSuchOverload();
}
