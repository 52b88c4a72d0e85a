/** Conversions between types, and the functions of texts that the language itself has. */

import { isUtf8 } from 'node:buffer';
import { compileRe2, Re2Error } from '../../re2.ts';
import { declare, type FunctionDeclaration, global, member } from '../library.ts';
import { typeNameOf } from '../runtime-type.ts';
import { goFloatText } from '../text.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  intType,
  param,
  stringType,
  timestampType,
  typeOf,
  uintType,
} from '../types.ts';
import { CelError, CelTypeValue, CelUint, type CelValue, type Outcome } from '../values.ts';
import { inTime, inUint64 } from './arithmetic.ts';
import { inInt64 } from './int-arithmetic.ts';
import { durationText, parseDuration, parseTimestamp, secondsOf, timestampText } from './times.ts';

const a = param('A');
const same = (value: CelValue): CelValue => value;

function wholeNumber(value: number, range: (whole: bigint) => Outcome, problem: string): Outcome {
  // The largest floats below the bound are far from it.
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 64) return new CelError(problem);
  return range(BigInt(Math.trunc(value)));
}

const unreadable = (type: string): CelError =>
  new CelError(`type conversion error from 'string' to '${type}'`);

/** Of more digits than any number has, nothing is computed. */
function parseWhole(text: string, range: (whole: bigint) => boolean, type: string): bigint | CelError {
  const digits = /^[+-]?0*(\d{1,20})$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;
  return digits === undefined || !range(digits) ? unreadable(type) : digits;
}
const isInt64 = (value: bigint): boolean => BigInt.asIntN(64, value) === value;
const isUint64 = (value: bigint): boolean => BigInt.asUintN(64, value) === value;

function parseDouble(text: string): number | CelError {
  const isNumber = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)$/.test(text);
  if (isNumber && Number.isFinite(Number(text))) return Number(text);
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special !== null) {
    if (special[2]!.toLowerCase() === 'nan') return Number.NaN;
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return unreadable('double');
}

/** A sign makes it none. */
function uintFrom(text: string): CelUint | CelError {
  const whole = /^\d/.test(text) ? parseWhole(text, isUint64, 'uint') : unreadable('uint');
  return whole instanceof CelError ? whole : new CelUint(whole);
}

const trueTexts: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const falseTexts: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
function textOfBytes(bytes: Uint8Array): Outcome {
  return isUtf8(bytes)
    ? utf8.decode(bytes)
    : new CelError('invalid UTF-8 in bytes, cannot convert to string');
}

function matches(text: string, pattern: string): Outcome {
  try {
    return compileRe2(pattern).test(text);
  } catch (error) {
    if (error instanceof Re2Error) return new CelError(error.message, error);
    throw error;
  }
}

export const conversions: readonly FunctionDeclaration[] = [
  declare(
    'int',
    global('int64_to_int64', [intType], intType, same),
    global('uint64_to_int64', [uintType], intType, ({ value }: CelUint) => inInt64(value)),
    global('double_to_int64', [doubleType], intType, (value: number) => {
      // 2^63 as a float is what does not fit, on either side.
      if (value >= 2 ** 63 || value <= -(2 ** 63)) return new CelError('integer overflow');
      return wholeNumber(value, inInt64, 'integer overflow');
    }),
    global('string_to_int64', [stringType], intType, (text: string) => parseWhole(text, isInt64, 'int')),
    global('timestamp_to_int64', [timestampType], intType, secondsOf),
  ),
  declare(
    'uint',
    global('uint64_to_uint64', [uintType], uintType, same),
    global('int64_to_uint64', [intType], uintType, inUint64),
    global('double_to_uint64', [doubleType], uintType, (value: number) =>
      wholeNumber(value < 0 ? Number.NaN : value, inUint64, 'unsigned integer overflow'),
    ),
    global('string_to_uint64', [stringType], uintType, (text: string) => uintFrom(text)),
  ),
  declare(
    'double',
    global('double_to_double', [doubleType], doubleType, same),
    global('int64_to_double', [intType], doubleType, (value: bigint) => Number(value)),
    global('uint64_to_double', [uintType], doubleType, ({ value }: CelUint) => Number(value)),
    global('string_to_double', [stringType], doubleType, parseDouble),
  ),
  declare(
    'string',
    global('string_to_string', [stringType], stringType, same),
    global('bool_to_string', [boolType], stringType, (value: boolean) => String(value)),
    global('int64_to_string', [intType], stringType, (value: bigint) => String(value)),
    global('uint64_to_string', [uintType], stringType, ({ value }: CelUint) => String(value)),
    global('double_to_string', [doubleType], stringType, (value: number) => goFloatText(value)),
    global('bytes_to_string', [bytesType], stringType, textOfBytes),
    global('timestamp_to_string', [timestampType], stringType, timestampText),
    global('duration_to_string', [durationType], stringType, durationText),
  ),
  declare(
    'bytes',
    global('bytes_to_bytes', [bytesType], bytesType, same),
    global('string_to_bytes', [stringType], bytesType, (text: string) => new Uint8Array(Buffer.from(text))),
  ),
  declare(
    'bool',
    global('bool_to_bool', [boolType], boolType, same),
    global('string_to_bool', [stringType], boolType, (text: string) => {
      if (trueTexts.has(text)) return true;
      if (falseTexts.has(text)) return false;
      return unreadable('bool');
    }),
  ),
  declare(
    'timestamp',
    global('timestamp_to_timestamp', [timestampType], timestampType, same),
    global('int64_to_timestamp', [intType], timestampType, (seconds: bigint) =>
      inTime(seconds * 1_000_000_000n),
    ),
    global('string_to_timestamp', [stringType], timestampType, parseTimestamp),
  ),
  declare(
    'duration',
    global('duration_to_duration', [durationType], durationType, same),
    global('string_to_duration', [stringType], durationType, parseDuration),
  ),
  declare(
    'type',
    global('type', [a], typeOf(a), (value: CelValue) => new CelTypeValue(typeNameOf(value))),
  ),
  declare(
    'contains',
    member('contains_string', [stringType, stringType], boolType, (text: string, part: string) =>
      text.includes(part),
    ),
  ),
  declare(
    'startsWith',
    member('starts_with_string', [stringType, stringType], boolType, (text: string, part: string) =>
      text.startsWith(part),
    ),
  ),
  declare(
    'endsWith',
    member('ends_with_string', [stringType, stringType], boolType, (text: string, part: string) =>
      text.endsWith(part),
    ),
  ),
  declare(
    'matches',
    global('matches', [stringType, stringType], boolType, matches),
    member('matches_string', [stringType, stringType], boolType, matches),
  ),
];
