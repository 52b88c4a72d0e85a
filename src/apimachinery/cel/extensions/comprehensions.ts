/** Macros over two variables, `cel.bind`, and what their loops collect maps with. */

import { type CelLibrary, declare, global } from '../library.ts';
import { bindMacro, twoVariableMacros } from '../standard-macros.ts';
import { mapOf, param } from '../types.ts';
import { CelError, type CelMap, type CelValue, EntriesMap, mapKeyText } from '../values.ts';

const k = param('K');
const v = param('V');
const map = mapOf(k, v);

/** A map and one more entry, which must be new. */
function inserted(into: CelMap, key: CelValue, value: CelValue): CelMap | CelError {
  if (into.get(key) !== undefined) return new CelError(`insert failed: key ${String(key)} already exists`);
  if (mapKeyText(key) === undefined) return new CelError('unsupported key type');
  return into instanceof EntriesMap
    ? into.with(key, value)
    : new EntriesMap([...into.entries(), [key, value]]);
}

export const twoVariableComprehensions: CelLibrary = {
  name: 'two-variable comprehensions',
  macros: twoVariableMacros,
  functions: [
    declare(
      'cel.@mapInsert',
      global('@mapInsert_map_key_value', [map, k, v], map, inserted),
      global('@mapInsert_map_map', [map, map], map, (into: CelMap, more: CelMap) => {
        let all = into;
        for (const [key, value] of more.entries()) {
          const next = inserted(all, key, value);
          if (next instanceof CelError) return next;
          all = next;
        }
        return all;
      }),
    ),
  ],
};

export const bindings: CelLibrary = { name: 'bindings', macros: [bindMacro] };
