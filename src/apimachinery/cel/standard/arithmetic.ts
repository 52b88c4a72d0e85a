/** `+ - * / %` and signs, with upstream's errors where a number has no room. Source: cel-go common/types. */
import { limits } from '../../limits.ts';
import { declare, type FunctionDeclaration, global, type Overload } from '../library.ts';
import {
  bytesType,
  type CelType,
  doubleType,
  durationType,
  intType,
  listOf,
  param,
  stringType,
  timestampType,
  uintType,
} from '../types.ts';
import { CelDuration, CelError, type CelList, CelTimestamp, CelUint, type CelValue } from '../values.ts';

const int64Max = (1n << 63n) - 1n;
const int64Min = -(1n << 63n);
const uint64Max = (1n << 64n) - 1n;

// Made once: what fails in a loop fails often.
const overflow = new CelError('integer overflow');
const divisionByZero = new CelError('division by zero');
const modulusByZero = new CelError('modulus by zero');

export function inInt64(value: bigint): bigint {
  if (value > int64Max || value < int64Min) throw overflow;
  return value;
}
export function inUint64(value: bigint): CelUint {
  if (value > uint64Max || value < 0n) throw new CelError('unsigned integer overflow');
  return new CelUint(value);
}

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z. */
const firstTime = -62_135_596_800n * 1_000_000_000n;
const lastTime = 253_402_300_800n * 1_000_000_000n - 1n;
export function inTime(nanos: bigint): CelTimestamp {
  if (nanos < firstTime || nanos > lastTime) throw new CelError('timestamp overflow');
  return new CelTimestamp(nanos);
}
export function inSpan(nanos: bigint): CelDuration {
  if (nanos > int64Max || nanos < int64Min) throw new CelError('duration overflow');
  return new CelDuration(nanos);
}

const ints = (id: string, run: (a: bigint, b: bigint) => bigint): Overload =>
  global(`${id}_int64`, [intType, intType], intType, (a: bigint, b: bigint) => inInt64(run(a, b)));
const uints = (id: string, run: (a: bigint, b: bigint) => bigint): Overload =>
  global(`${id}_uint64`, [uintType, uintType], uintType, (a: CelUint, b: CelUint) =>
    inUint64(run(a.value, b.value)),
  );
const doubles = (id: string, run: (a: number, b: number) => number): Overload =>
  global(`${id}_double`, [doubleType, doubleType], doubleType, run);

function divided(a: bigint, b: bigint): bigint {
  if (b === 0n) throw divisionByZero;
  return a / b;
}
function remainder(a: bigint, b: bigint): bigint {
  if (b === 0n) throw modulusByZero;
  return a % b;
}

/** Lists are joined without being copied, so that each step may double them. */
function addLists(a: CelList, b: CelList): CelList {
  if (a.size + b.size > limits.celListItems) throw new CelError('list too large');
  return a.concat(b);
}

const element: CelType = param('A');
const times = (
  id: string,
  a: CelType,
  b: CelType,
  result: CelType,
  run: (a: { nanos: bigint }, b: { nanos: bigint }) => CelValue,
): Overload => global(id, [a, b], result, run);

export const arithmetic: readonly FunctionDeclaration[] = [
  declare(
    '_+_',
    ints('add', (a, b) => a + b),
    uints('add', (a, b) => a + b),
    doubles('add', (a, b) => a + b),
    global('add_string', [stringType, stringType], stringType, (a: string, b: string) => a + b),
    global(
      'add_bytes',
      [bytesType, bytesType],
      bytesType,
      (a: Uint8Array, b: Uint8Array) => new Uint8Array(Buffer.concat([a, b])),
    ),
    global('add_list', [listOf(element), listOf(element)], listOf(element), addLists),
    times('add_timestamp_duration', timestampType, durationType, timestampType, (a, b) =>
      inTime(a.nanos + b.nanos),
    ),
    times('add_duration_timestamp', durationType, timestampType, timestampType, (a, b) =>
      inTime(a.nanos + b.nanos),
    ),
    times('add_duration_duration', durationType, durationType, durationType, (a, b) =>
      inSpan(a.nanos + b.nanos),
    ),
  ),
  declare(
    '_-_',
    ints('subtract', (a, b) => a - b),
    uints('subtract', (a, b) => a - b),
    doubles('subtract', (a, b) => a - b),
    times('subtract_timestamp_timestamp', timestampType, timestampType, durationType, (a, b) =>
      inSpan(a.nanos - b.nanos),
    ),
    times('subtract_timestamp_duration', timestampType, durationType, timestampType, (a, b) =>
      inTime(a.nanos - b.nanos),
    ),
    times('subtract_duration_duration', durationType, durationType, durationType, (a, b) =>
      inSpan(a.nanos - b.nanos),
    ),
  ),
  declare(
    '_*_',
    ints('multiply', (a, b) => a * b),
    uints('multiply', (a, b) => a * b),
    doubles('multiply', (a, b) => a * b),
  ),
  declare(
    '_/_',
    ints('divide', divided),
    uints('divide', divided),
    doubles('divide', (a, b) => a / b),
  ),
  declare('_%_', ints('modulo', remainder), uints('modulo', remainder)),
  declare(
    '-_',
    global('negate_int64', [intType], intType, (a: bigint) => inInt64(-a)),
    global('negate_double', [doubleType], doubleType, (a: number) => -a),
  ),
];
