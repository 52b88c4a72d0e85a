/** Reads the values of flags; each refuses in a sentence that names the flag and what it takes. */
import { isAddressRange } from '../lib/address-ranges.ts';
import { UsageError } from './command.ts';

export function readPort(flag: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new UsageError(`${flag} takes a port, 0 to 65535, not "${text}"`);
  return port;
}

/** 0 to `most`. */
export function readNumber(flag: string, text: string, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number <= most)) throw new UsageError(`${flag} takes a number, 0 to ${most}, not "${text}"`);
  return number;
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** A timer's longest. */
const durationMsMax = 2 ** 31 - 1;

/** `300ms`, `90s`, `5m`, `1h30m`; more than nothing. */
export function readDurationMs(flag: string, text: string): number {
  let ms = 0;
  const rest = text.replace(/(\d+)(ms|s|m|h)/g, (_, amount: string, unit: string) => {
    ms += Number(amount) * unitsMs[unit]!;
    return '';
  });
  if (rest !== '' || ms <= 0 || ms > durationMsMax) {
    throw new UsageError(`${flag} takes a duration such as 30s, 5m or 1h30m, not "${text}"`);
  }
  return ms;
}

export function readChoice<T extends string>(flag: string, choices: readonly T[], text: string): T {
  const choice = choices.find((each) => each === text);
  if (choice === undefined) throw new UsageError(`${flag} takes ${choices.join(', ')}, not "${text}"`);
  return choice;
}

/** `10.0.0.0/8,fd00::/8` */
export function readCidrs(flag: string, text: string): readonly string[] {
  const ranges = text.split(',');
  const wrong = ranges.find((range) => !isAddressRange(range));
  if (wrong !== undefined) {
    throw new UsageError(
      `${flag} takes ranges of addresses such as 10.0.0.0/8,fd00::/8, of which "${wrong}" is none`,
    );
  }
  return ranges;
}

const projectName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Refused here, because a name with a slash in it would make a valid URL of somewhere else. */
export function readProjectName(flag: string, text: string): string {
  if (!projectName.test(text)) {
    throw new UsageError(`${flag} takes a project's name, lower-case letters, digits and "-", not "${text}"`);
  }
  return text;
}
