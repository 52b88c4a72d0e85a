/** Times and durations of a custom resource's texts, in the forms that the formats `date-time` and `duration` allow. */
import { CelError, CelTimestamp } from '../../cel/values.ts';

const dateTime = /^(\d{4}-\d{2}-\d{2})[tT](\d{2}:\d{2}:\d{2})(?:\.(\d+))?(?:[zZ]|([+-])(\d{2}):?(\d{2}))$/;

/** Throws CelError. */
export function parseFormatDateTime(text: string): CelTimestamp {
  const parts = dateTime.exec(text);
  const ms = parts === null ? Number.NaN : Date.parse(`${parts[1]}T${parts[2]}Z`);
  if (parts === null || Number.isNaN(ms)) {
    throw new CelError(`Invalid date-time formatted string ${text}`);
  }
  const [, , , fraction = '', sign = '+', hours = '0', minutes = '0'] = parts;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000);
  const nanos = BigInt(ms - offset) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return new CelTimestamp(nanos, offset / 60_000);
}

const unitNanos: Readonly<Record<string, bigint>> = {
  ns: 1n,
  nano: 1n,
  nanosecond: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  micro: 1_000n,
  microsecond: 1_000n,
  ms: 1_000_000n,
  milli: 1_000_000n,
  millisecond: 1_000_000n,
  s: 1_000_000_000n,
  sec: 1_000_000_000n,
  second: 1_000_000_000n,
  m: 60_000_000_000n,
  min: 60_000_000_000n,
  minute: 60_000_000_000n,
  h: 3_600_000_000_000n,
  hr: 3_600_000_000_000n,
  hour: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  day: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
  wk: 604_800_000_000_000n,
  week: 604_800_000_000_000n,
};
const unitOf = (unit: string): bigint | undefined =>
  Object.hasOwn(unitNanos, unit) ? unitNanos[unit] : undefined;

const goDuration = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

/** Nanoseconds: of Go's own form (`1h30m`), or of counted words (`2 days`). Throws CelError. */
export function parseFormatDuration(text: string): bigint {
  const isGo = goDuration.test(text);
  const part = isGo ? /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g : /(\d+)()\s*([a-zµμ]+)/gi;
  let total = 0n;
  let isValid = isGo;
  for (const [, whole = '', fraction = '', word = ''] of text.matchAll(part)) {
    const unit = unitOf(word) ?? unitOf(word.toLowerCase().replace(/s$/, ''));
    if (unit === undefined) continue;
    isValid = true;
    // Beyond nanoseconds nothing is kept.
    const digits = fraction.slice(0, 15);
    total += BigInt(whole || '0') * unit + (BigInt(digits || '0') * unit) / 10n ** BigInt(digits.length);
  }
  if (!isValid || total >= 2n ** 63n) throw new CelError(`Invalid duration ${text}`);
  return text.startsWith('-') ? -total : total;
}
