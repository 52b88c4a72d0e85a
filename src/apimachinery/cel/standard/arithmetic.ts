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
import { CelDuration, CelError, type CelList, CelTimestamp, CelUint, type Outcome } from '../values.ts';
import {
  add,
  divide,
  type IntOperation,
  inInt64,
  modulo,
  multiply,
  negate,
  subtract,
} from './int-arithmetic.ts';

const uint64Max = (1n << 64n) - 1n;

const overflow = new CelError('unsigned integer overflow');
const divisionByZero = new CelError('division by zero');
const modulusByZero = new CelError('modulus by zero');

export function inUint64(value: bigint): CelUint | CelError {
  return value > uint64Max || value < 0n ? overflow : new CelUint(value);
}

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z. */
const firstTime = -62_135_596_800n * 1_000_000_000n;
const lastTime = 253_402_300_800n * 1_000_000_000n - 1n;
export function inTime(nanos: bigint, offsetMinutes = 0): CelTimestamp | CelError {
  return nanos < firstTime || nanos > lastTime ? timeOverflow : new CelTimestamp(nanos, offsetMinutes);
}
export function inSpan(nanos: bigint): CelDuration | CelError {
  return inInt64(nanos) instanceof CelError ? spanOverflow : new CelDuration(nanos);
}
const timeOverflow = new CelError('timestamp overflow');
const spanOverflow = new CelError('duration overflow');

const ints = (id: string, run: IntOperation): Overload =>
  global(`${id}_int64`, [intType, intType], intType, run);
const uints = (id: string, run: (a: bigint, b: bigint) => bigint): Overload =>
  global(`${id}_uint64`, [uintType, uintType], uintType, (a: CelUint, b: CelUint) =>
    inUint64(run(a.value, b.value)),
  );
const uintDivision = (id: string, run: (a: bigint, b: bigint) => bigint, byZero: CelError): Overload =>
  global(`${id}_uint64`, [uintType, uintType], uintType, (a: CelUint, b: CelUint) =>
    b.value === 0n ? byZero : new CelUint(run(a.value, b.value)),
  );
const doubles = (id: string, run: (a: number, b: number) => number): Overload =>
  global(`${id}_double`, [doubleType, doubleType], doubleType, run);

/** Lists are joined without being copied, so that each step may double them. */
function addLists(a: CelList, b: CelList): CelList | CelError {
  return a.size + b.size > limits.celListItems ? new CelError('list too large') : a.concat(b);
}

/** In the time zone in which the time was written. */
const later = ({ nanos, offsetMinutes }: CelTimestamp, span: CelDuration): Outcome =>
  inTime(nanos + span.nanos, offsetMinutes);

const element: CelType = param('A');
const times = (
  id: string,
  a: CelType,
  b: CelType,
  result: CelType,
  run: (a: { nanos: bigint }, b: { nanos: bigint }) => Outcome,
): Overload => global(id, [a, b], result, run);

export const arithmetic: readonly FunctionDeclaration[] = [
  declare(
    '_+_',
    ints('add', add),
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
    global('add_timestamp_duration', [timestampType, durationType], timestampType, later),
    global(
      'add_duration_timestamp',
      [durationType, timestampType],
      timestampType,
      (span: CelDuration, time: CelTimestamp) => later(time, span),
    ),
    times('add_duration_duration', durationType, durationType, durationType, (a, b) =>
      inSpan(a.nanos + b.nanos),
    ),
  ),
  declare(
    '_-_',
    ints('subtract', subtract),
    uints('subtract', (a, b) => a - b),
    doubles('subtract', (a, b) => a - b),
    times('subtract_timestamp_timestamp', timestampType, timestampType, durationType, (a, b) =>
      inSpan(a.nanos - b.nanos),
    ),
    global(
      'subtract_timestamp_duration',
      [timestampType, durationType],
      timestampType,
      (time: CelTimestamp, { nanos }: CelDuration) => later(time, new CelDuration(-nanos)),
    ),
    times('subtract_duration_duration', durationType, durationType, durationType, (a, b) =>
      inSpan(a.nanos - b.nanos),
    ),
  ),
  declare(
    '_*_',
    ints('multiply', multiply),
    uints('multiply', (a, b) => a * b),
    doubles('multiply', (a, b) => a * b),
  ),
  declare(
    '_/_',
    ints('divide', divide),
    uintDivision('divide', (a, b) => a / b, divisionByZero),
    doubles('divide', (a, b) => a / b),
  ),
  declare(
    '_%_',
    ints('modulo', modulo),
    uintDivision('modulo', (a, b) => a % b, modulusByZero),
  ),
  declare(
    '-_',
    global('negate_int64', [intType], intType, negate),
    global('negate_double', [doubleType], doubleType, (a: number) => -a),
  ),
];
