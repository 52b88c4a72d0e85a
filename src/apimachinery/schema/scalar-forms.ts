/**
 * Strings with a form: times, base64, quantities. Each function returns the value as Go writes it back, or the
 * problem in Go's words. Only the forms: arithmetic on quantities is in quantity.ts.
 */
import { Quantity, QuantityError } from '../quantity.ts';

export type Formed = { readonly value: string } | { readonly problem: string };

/** metav1.Time: RFC 3339, kept in UTC and whole seconds. */
export function timeForm(text: string): Formed {
  const parsed = parseTime(text, '2006-01-02T15:04:05Z07:00', /^([.,]\d+)?/, '');
  if ('problem' in parsed) return parsed;
  return { value: text.length === 20 ? text : `${isoSeconds(parsed.seconds)}Z` };
}

/** metav1.MicroTime: RFC 3339 with exactly six digits after the second, kept in UTC. */
export function microTimeForm(text: string): Formed {
  const parsed = parseTime(text, '2006-01-02T15:04:05.000000Z07:00', /^\.\d{6}(?!\d)/, '.000000');
  if ('problem' in parsed) return parsed;
  return { value: `${isoSeconds(parsed.seconds)}${text.slice(19, 26)}Z` };
}

const isoSeconds = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19);

const canonical = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const partsBeforeFraction: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}/, '2006'],
  [/^-/, '-'],
  [/^\d\d/, '01'],
  [/^-/, '-'],
  [/^\d\d/, '02'],
  [/^T/, 'T'],
  [/^\d\d/, '15'],
  [/^:/, ':'],
  [/^\d\d/, '04'],
  [/^:/, ':'],
  [/^\d\d/, '05'],
];

/** As Go's package time quotes: what is no printable ASCII, byte by byte. */
const quoted = (text: string): string =>
  `"${[...Buffer.from(text)]
    .map((byte) => {
      if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
      if (byte >= 0x20 && byte < 0x80) return String.fromCharCode(byte);
      return `\\x${byte.toString(16).padStart(2, '0')}`;
    })
    .join('')}"`;

/** Reads one part of the layout after the other, as Go does, so that the problem names the part that is missing. */
function parseTime(
  text: string,
  layout: string,
  fraction: RegExp,
  fractionName: string,
): { seconds: number } | { problem: string } {
  if (fractionName === '' && canonical.test(text)) return { seconds: 0 };
  const problem = (what: string): { problem: string } => ({
    problem: `parsing time ${quoted(text)}${what}`,
  });
  let rest = text;
  for (const [part, name] of [
    ...partsBeforeFraction,
    [fraction, fractionName],
    [/^(Z|[+-]\d\d:\d\d)/, 'Z07:00'],
  ] as const) {
    const match = part.exec(rest);
    if (match === null) return problem(` as "${layout}": cannot parse ${quoted(rest)} as "${name}"`);
    rest = rest.slice(match[0].length);
  }
  if (rest !== '') return problem(`: extra text: ${quoted(rest)}`);

  const number = (at: number): number => Number(text.slice(at, at + 2));
  const [month, day] = [number(5), number(8)];
  const zone = text.endsWith('Z') ? '+00:00' : text.slice(-6);
  const zoneMinutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  const ranges: readonly (readonly [string, boolean])[] = [
    ['month', month >= 1 && month <= 12],
    ['hour', number(11) <= 23],
    ['minute', number(14) <= 59],
    ['second', number(17) <= 59],
    ['day', day >= 1 && day <= daysIn(Number(text.slice(0, 4)), month)],
    ['time zone offset hour', Number(zone.slice(1, 3)) <= 24],
    ['time zone offset minute', Number(zone.slice(4)) <= 60],
  ];
  for (const [name, isIn] of ranges) if (!isIn) return problem(`: ${name} out of range`);
  const local = Date.parse(`${text.slice(0, 19)}Z`) / 1000;
  const seconds = local - (zone.startsWith('-') ? -60 : 60) * zoneMinutes;
  // Go writes no year of more than four digits either.
  if (seconds < yearZero || seconds >= yearTenThousand) return problem(': year outside of range [0,9999]');
  return { seconds };
}

const yearZero = Date.parse('0000-01-01T00:00:00Z') / 1000;
const yearTenThousand = Date.parse('+010000-01-01T00:00:00Z') / 1000;
/** Day zero of the next month is the last of this one. */
function daysIn(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}

/** Unix seconds of a time in one of the two forms above, as they are kept: in UTC. */
export function secondsOfTime(text: string): number {
  return Date.parse(`${text.slice(0, 19)}Z`) / 1000;
}
/** protobuf Timestamp to metav1.Time; undefined outside the years 0 to 9999. */
export function timeFromSeconds(seconds: number): string | undefined {
  return seconds >= yearZero && seconds < yearTenThousand ? `${isoSeconds(seconds)}Z` : undefined;
}
/** protobuf Timestamp to metav1.MicroTime; undefined outside the years 0 to 9999. */
export function microTimeFromSeconds(seconds: number, micros: number): string | undefined {
  const whole = timeFromSeconds(seconds);
  return whole && `${whole.slice(0, 19)}.${String(micros).padStart(6, '0')}Z`;
}

/** []byte: padded base64. Go skips line ends inside, and unused bits at the end. */
export function base64Form(text: string): Formed {
  const joined = text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]/g, '') : text;
  if (joined.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(joined)) {
    const at = joined.search(/[^A-Za-z0-9+/]/);
    return {
      problem: `illegal base64 data at input byte ${at === -1 ? joined.length - (joined.length % 4) : at}`,
    };
  }
  return { value: joined.endsWith('=') ? lastBitsCleared(joined) : joined };
}
function lastBitsCleared(text: string): string {
  const last = text.slice(-4);
  const exact = Buffer.from(last, 'base64').toString('base64');
  return exact === last ? text : text.slice(0, -4) + exact;
}

/** resource.Quantity, with the suffix Go writes. */
export function quantityForm(text: string): Formed {
  try {
    return { value: String(Quantity.parse(text.trim())) };
  } catch (error) {
    if (error instanceof QuantityError) return { problem: error.message };
    throw error;
  }
}
