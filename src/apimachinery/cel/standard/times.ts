/** Timestamps and durations: reading and writing them, and their parts in a time zone. */
import { limits } from '../../limits.ts';
import { declare, type FunctionDeclaration, member, type Overload } from '../library.ts';
import { plainFloatText } from '../text.ts';
import { durationType, intType, stringType, timestampType } from '../types.ts';
import { CelDuration, CelError, type CelTimestamp } from '../values.ts';
import { inTime } from './arithmetic.ts';

const second = 1_000_000_000n;

const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:(Z)|([+-])(\d{2}):(\d{2}))$/;

export function parseTimestamp(text: string): CelTimestamp | CelError {
  const match = rfc3339.exec(text);
  if (match === null) return noTimestamp;
  const [year, month, day, hour, minute, secs] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, secs);
  const isReal =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && secs < 60;
  if (!isReal) return noTimestamp;
  const fraction = BigInt((match[7] ?? '').slice(0, 9).padEnd(9, '0'));
  const offsetMinutes =
    match[8] !== undefined ? 0 : (match[9] === '-' ? -1 : 1) * (Number(match[10]) * 60 + Number(match[11]));
  const seconds = BigInt(date.getTime() / 1000) - BigInt(offsetMinutes * 60);
  return inTime(seconds * second + fraction, offsetMinutes);
}
const noTimestamp = new CelError("type conversion error from 'string' to 'google.protobuf.Timestamp'");

/** In the time zone in which it was written, as Go does it. */
export function timestampText({ nanos, offsetMinutes }: CelTimestamp): string {
  const utcSeconds = floorDiv(nanos, second);
  const fraction = String(nanos - utcSeconds * second)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const seconds = utcSeconds + BigInt(offsetMinutes * 60);
  const date = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${date}${fraction === '' ? '' : `.${fraction}`}${zoneText(offsetMinutes)}`;
}

function zoneText(offsetMinutes: number): string {
  if (offsetMinutes === 0) return 'Z';
  const minutes = Math.abs(offsetMinutes);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: second,
  m: 60n * second,
  h: 3_600n * second,
};

/** In characters: longer ones could only repeat themselves. */
const longestDuration = 1_000;

/** As Go's time.ParseDuration. */
export function parseDuration(text: string): CelDuration | CelError {
  const sign = text.startsWith('-') ? -1n : 1n;
  let rest = text.replace(/^[+-]/, '');
  if (rest === '0') return new CelDuration(0n);
  if (rest === '') return noDuration;
  let nanos = 0n;
  if (rest.length > longestDuration) return noDuration;
  while (rest !== '') {
    const match = /^(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/.exec(rest);
    if (match === null || (match[1] === '' && (match[2] ?? '') === '')) return noDuration;
    const unit = units[match[3]!]!;
    const fraction = (match[2] ?? '').slice(0, 18);
    nanos += BigInt(match[1] || '0') * unit;
    if (fraction !== '') nanos += (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
    rest = rest.slice(match[0].length);
  }
  if (BigInt.asIntN(64, sign * nanos) !== sign * nanos) return noDuration;
  return new CelDuration(sign * nanos);
}
const noDuration = new CelError("type conversion error from 'string' to 'google.protobuf.Duration'");

export function durationText({ nanos }: CelDuration): string {
  return `${plainFloatText(Number(nanos) / 1e9)}s`;
}

/** The local time of a zone as if it were UTC, in milliseconds. */
function localMs({ nanos }: CelTimestamp, zone: string): number | CelError {
  const ms = Number(floorDiv(nanos, 1_000_000n));
  const offset = offsetMs(ms, zone);
  return typeof offset === 'number' ? ms + offset : offset;
}

function offsetMs(ms: number, zone: string): number | CelError {
  if (zone === '' || zone === 'UTC') return 0;
  const fixed = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(zone);
  if (fixed !== null)
    return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000;
  const format = zoneFormat(zone);
  if (format === undefined) return new CelError(`unknown time zone ${zone}`);
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ms)) parts[type] = Number(value);
  const local = new Date(0);
  local.setUTCFullYear(parts.year!, parts.month! - 1, parts.day!);
  local.setUTCHours(parts.hour!, parts.minute!, parts.second!);
  return local.getTime() - Math.floor(ms / 1000) * 1000;
}

/** In characters; none has a longer name. */
const longestZone = 64;

/** By name; undefined for what is none. Making one takes far longer than any call may. */
const zoneFormats = new Map<string, Intl.DateTimeFormat | undefined>();

function zoneFormat(zone: string): Intl.DateTimeFormat | undefined {
  if (zone.length > longestZone) return undefined;
  if (zoneFormats.has(zone)) return zoneFormats.get(zone);
  const format = makeZoneFormat(zone);
  if (zoneFormats.size >= limits.celZones) zoneFormats.clear();
  zoneFormats.set(zone, format);
  return format;
}

function makeZoneFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  const part = 'numeric';
  const date = { year: part, month: part, day: part } as const;
  const time = { hour: part, minute: part, second: part } as const;
  try {
    return new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, calendar: 'iso8601', hourCycle: 'h23' },
      ...date,
      ...time,
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const dayMs = 86_400_000;
const parts: readonly (readonly [string, string, (local: Date) => number])[] = [
  ['getFullYear', 'year', (local) => local.getUTCFullYear()],
  ['getMonth', 'month', (local) => local.getUTCMonth()],
  ['getDayOfYear', 'day_of_year', dayOfYear],
  ['getDate', 'day_of_month_1_based', (local) => local.getUTCDate()],
  ['getDayOfMonth', 'day_of_month', (local) => local.getUTCDate() - 1],
  ['getDayOfWeek', 'day_of_week', (local) => local.getUTCDay()],
  ['getHours', 'hours', (local) => local.getUTCHours()],
  ['getMinutes', 'minutes', (local) => local.getUTCMinutes()],
  ['getSeconds', 'seconds', (local) => local.getUTCSeconds()],
  ['getMilliseconds', 'milliseconds', (local) => local.getUTCMilliseconds()],
];

function dayOfYear(local: Date): number {
  const start = new Date(0);
  start.setUTCFullYear(local.getUTCFullYear(), 0, 1);
  return Math.floor((local.getTime() - start.getTime()) / dayMs);
}

const spans: Readonly<Record<string, (nanos: bigint) => bigint>> = {
  getHours: (nanos) => nanos / (3_600n * second),
  getMinutes: (nanos) => nanos / (60n * second),
  getSeconds: (nanos) => nanos / second,
  // All of them, as cel-go has it; the specification means those beyond the seconds.
  getMilliseconds: (nanos) => nanos / 1_000_000n,
};

export const times: readonly FunctionDeclaration[] = parts.map(([name, id, read]) => {
  const partOf = (time: CelTimestamp, zone = ''): bigint | CelError => {
    const local = localMs(time, zone);
    return typeof local === 'number' ? BigInt(read(new Date(local))) : local;
  };
  const overloads: Overload[] = [
    member(`timestamp_to_${id}`, [timestampType], intType, partOf),
    member(`timestamp_to_${id}_with_tz`, [timestampType, stringType], intType, partOf),
  ];
  const span = spans[name];
  if (span !== undefined) {
    overloads.push(
      member(`duration_to_${id}`, [durationType], intType, ({ nanos }: CelDuration) => span(nanos)),
    );
  }
  return declare(name, ...overloads);
});

function floorDiv(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
export const secondsOf = ({ nanos }: CelTimestamp): bigint => floorDiv(nanos, second);
