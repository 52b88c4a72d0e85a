/** Functions of numbers. Source: cel-go ext/math.go, version 2. */
import { celCompare } from '../equality.ts';
import { type CelLibrary, declare, global, type Macro, type Overload } from '../library.ts';
import { boolType, type CelType, doubleType, dynType, intType, listOf, uintType } from '../types.ts';
import { CelError, type CelList, CelUint, type CelValue, type Outcome } from '../values.ts';

type Pick = (a: CelValue, b: CelValue) => CelValue;
const least: Pick = (a, b) => ((celCompare(b, a) ?? 0) < 0 ? b : a);
const greatest: Pick = (a, b) => ((celCompare(b, a) ?? 0) > 0 ? b : a);

const numbers: readonly (readonly [string, CelType])[] = [
  ['int', intType],
  ['double', doubleType],
  ['uint', uintType],
];

function extremes(name: 'min' | 'max', pick: Pick): Overload[] {
  const single = numbers.map(([id, type]) => global(`math_@${name}_${id}`, [type], type, (a: CelValue) => a));
  const pairs = numbers.flatMap(([idA, a]) =>
    numbers.map(([idB, b]) =>
      global(`math_@${name}_${idA}_${idB}`, [a, b], a === b ? a : dynType, (x: CelValue, y: CelValue) =>
        pick(x, y),
      ),
    ),
  );
  const ofList = numbers.map(([id, type]) =>
    global(`math_@${name}_list_${id}`, [listOf(type)], type, (values: CelList) => {
      const all = [...values];
      if (all.length === 0) return new CelError(`math.@${name}(list) argument must not be empty`);
      return all.reduce(pick);
    }),
  );
  return [...single, ...pairs, ...ofList];
}

/** Any number of arguments: one or two as they are, more as a list. */
function macro(name: 'least' | 'greatest', fn: string, argCount: number): Macro {
  return {
    name,
    isMember: true,
    argCount,
    expand(build, target, args) {
      if (target?.kind !== 'ident' || target.name !== 'math') return undefined;
      if (args.length === 0) return build.fail(target, `math.${name}() requires at least one argument`);
      for (const arg of args) {
        const isNumber =
          arg.kind !== 'literal' ||
          typeof arg.value === 'bigint' ||
          typeof arg.value === 'number' ||
          arg.value instanceof CelUint;
        const isOther =
          (arg.kind === 'list' && args.length > 1) || arg.kind === 'map' || arg.kind === 'struct';
        if (!isNumber || isOther) return build.fail(arg, `math.${name}() invalid single argument value`);
        if (arg.kind === 'list' && arg.elements.length === 0) {
          return build.fail(arg, `math.${name}() invalid single argument value`);
        }
      }
      return args.length <= 2 ? build.call(fn, ...args) : build.call(fn, build.list(...args));
    },
  };
}
const argCounts = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

const double = (name: string, run: (value: number) => number): ReturnType<typeof declare> =>
  declare(`math.${name}`, global(`math_${name}_double`, [doubleType], doubleType, run));
const test = (name: string, run: (value: number) => boolean): ReturnType<typeof declare> =>
  declare(`math.${name}`, global(`math_${name}_double`, [doubleType], boolType, run));

/** Halves away from zero. */
const rounded = (value: number): number => {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
};

const bits = (name: string, run: (a: bigint, b: bigint) => bigint): ReturnType<typeof declare> =>
  declare(
    `math.${name}`,
    global(`math_${name}_int_int`, [intType, intType], intType, (a: bigint, b: bigint) =>
      BigInt.asIntN(64, run(a, b)),
    ),
    global(
      `math_${name}_uint_uint`,
      [uintType, uintType],
      uintType,
      (a: CelUint, b: CelUint) => new CelUint(BigInt.asUintN(64, run(a.value, b.value))),
    ),
  );

function shifted(name: string, run: (value: bigint, by: bigint) => bigint): ReturnType<typeof declare> {
  const shift = (bits: bigint, shiftBy: (by: bigint) => CelValue): Outcome =>
    bits < 0n ? new CelError(`math.${name}() negative offset: ${bits}`) : shiftBy(bits > 63n ? 64n : bits);
  return declare(
    `math.${name}`,
    global(`math_${name}_int_int`, [intType, intType], intType, (value: bigint, bits: bigint) =>
      shift(bits, (by) => BigInt.asIntN(64, run(BigInt.asUintN(64, value), by))),
    ),
    global(`math_${name}_uint_int`, [uintType, intType], uintType, ({ value }: CelUint, bits: bigint) =>
      shift(bits, (by) => new CelUint(BigInt.asUintN(64, run(value, by)))),
    ),
  );
}

export const math: CelLibrary = {
  name: 'math',
  macros: argCounts.flatMap((count) => [
    macro('least', 'math.@min', count),
    macro('greatest', 'math.@max', count),
  ]),
  functions: [
    declare('math.@min', ...extremes('min', least)),
    declare('math.@max', ...extremes('max', greatest)),
    double('ceil', Math.ceil),
    double('floor', Math.floor),
    double('round', rounded),
    double('trunc', Math.trunc),
    test('isInf', (value) => Math.abs(value) === Number.POSITIVE_INFINITY),
    test('isNaN', Number.isNaN),
    test('isFinite', Number.isFinite),
    declare(
      'math.abs',
      global('math_abs_double', [doubleType], doubleType, Math.abs),
      global('math_abs_int', [intType], intType, (value: bigint) => {
        if (value === -(1n << 63n)) return new CelError('integer overflow');
        return value < 0n ? -value : value;
      }),
      global('math_abs_uint', [uintType], uintType, (value: CelUint) => value),
    ),
    declare(
      'math.sign',
      global('math_sign_double', [doubleType], doubleType, (value: number) =>
        Number.isNaN(value) ? value : value > 0 ? 1 : value < 0 ? -1 : 0,
      ),
      global('math_sign_int', [intType], intType, (value: bigint) =>
        value > 0n ? 1n : value < 0n ? -1n : 0n,
      ),
      global(
        'math_sign_uint',
        [uintType],
        uintType,
        ({ value }: CelUint) => new CelUint(value > 0n ? 1n : 0n),
      ),
    ),
    declare(
      'math.sqrt',
      ...numbers.map(([id, type]) =>
        global(`math_sqrt_${id}`, [type], doubleType, (value: CelValue) =>
          Math.sqrt(Number(value instanceof CelUint ? value.value : value)),
        ),
      ),
    ),
    bits('bitAnd', (a, b) => a & b),
    bits('bitOr', (a, b) => a | b),
    bits('bitXor', (a, b) => a ^ b),
    declare(
      'math.bitNot',
      global('math_bitNot_int_int', [intType], intType, (value: bigint) => ~value),
      global(
        'math_bitNot_uint_uint',
        [uintType],
        uintType,
        ({ value }: CelUint) => new CelUint(BigInt.asUintN(64, ~value)),
      ),
    ),
    shifted('bitShiftLeft', (value, by) => value << by),
    shifted('bitShiftRight', (value, by) => value >> by),
  ],
};
