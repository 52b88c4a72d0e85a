/**
 * Durations as Go writes them (`32s`, `1h15m30.5s`), which is how clients say how long they will wait. Grammar and
 * messages: Go's time.ParseDuration. For people's eyes there is human-duration.ts.
 */
const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
/** The longest there is: an int64 of nanoseconds. */
const longestMs = 2 ** 63 / 1e6;

/** Milliseconds. Throws an Error with Go's message. */
export function parseGoDuration(text: string): number {
  const quoted = JSON.stringify(text);
  const invalid = (): Error => new Error(`time: invalid duration ${quoted}`);
  const sign = text.startsWith('-') ? -1 : 1;
  let rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0;
  if (rest === '') throw invalid();
  let total = 0;
  while (rest !== '') {
    const [, number, unit] = /^(\d+\.?\d*|\.\d+)([^.\d]*)/.exec(rest) ?? [];
    if (number === undefined) throw invalid();
    if (unit === undefined || unit === '') throw new Error(`time: missing unit in duration ${quoted}`);
    const ms = Object.hasOwn(unitMs, unit) ? unitMs[unit] : undefined;
    if (ms === undefined) throw new Error(`time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`);
    total += Number(number) * ms;
    if (total > longestMs) throw invalid();
    rest = rest.slice(number.length + unit.length);
  }
  return sign * total;
}
