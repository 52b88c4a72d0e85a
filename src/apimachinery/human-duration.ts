/**
 * Ages as kubectl shows them: two units while the second one still says something, one after that.
 * Thresholds follow apimachinery/pkg/util/duration HumanDuration. Not a parser, and no locale.
 */
const secondsPer = { minute: 60, hour: 3_600, day: 86_400 } as const;
const daysPerYear = 365;

const twoUnits = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;

/** `3s`, `5m10s`, `5d3h`, `2y40d`. Clocks may differ by less than two seconds; beyond that a negative age is `<invalid>`. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 2 * secondsPer.minute) return `${seconds}s`;

  const minutes = Math.trunc(seconds / secondsPer.minute);
  if (minutes < 10) return twoUnits(minutes, 'm', seconds % secondsPer.minute, 's');
  if (minutes < 3 * 60) return `${minutes}m`;

  const hours = Math.trunc(seconds / secondsPer.hour);
  if (hours < 8) return twoUnits(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;

  const days = Math.trunc(seconds / secondsPer.day);
  if (hours < 8 * 24) return twoUnits(days, 'd', hours % 24, 'h');
  if (days < 2 * daysPerYear) return `${days}d`;

  const years = Math.trunc(days / daysPerYear);
  if (days < 8 * daysPerYear) return twoUnits(years, 'y', days % daysPerYear, 'd');
  return `${years}y`;
}

/** The age of an RFC 3339 time; `<unknown>` when it is empty, `<invalid>` when it cannot be read. */
export function humanAge(time: string | null | undefined, nowMs: number): string {
  if (time === null || time === undefined || time === '') return '<unknown>';
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? '<invalid>' : humanDuration(nowMs - ms);
}
