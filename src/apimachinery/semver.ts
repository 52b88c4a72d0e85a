/**
 * Versions as semver.org has them, as github.com/blang/semver reads them, in its words. Numbers are 64 bits wide. What
 * is more lenient than the specification says so in its name.
 */
import { StacklessError } from '../lib/stackless-error.ts';
import { goQuoteStart } from './apply/go-text.ts';
import { compareText } from './apply/value-order.ts';

/** The message is blang/semver's. */
export class SemverError extends StacklessError {
  constructor(message: string) {
    super(message);
    this.name = 'SemverError';
  }
}

export interface Semver {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** Numbers come before words. */
  readonly prerelease: readonly (bigint | string)[];
  /** Means nothing when versions are compared. */
  readonly build: readonly string[];
}

/** Throws SemverError. */
export function parseSemver(text: string): Semver {
  if (text === '') throw new SemverError('Version string empty');
  const [majorText, minorText, tail] = splitInThree(text);
  if (minorText === undefined || tail === undefined) {
    throw new SemverError('No Major.Minor.Patch elements found');
  }
  const major = readNumber(majorText, 'Major');
  const minor = readNumber(minorText, 'Minor');
  const [beforeBuild, build] = cut(tail, '+');
  const [patchText, prerelease] = cut(beforeBuild, '-');
  return {
    major,
    minor,
    patch: readNumber(patchText, 'Patch'),
    prerelease: prerelease?.split('.').map(readPrerelease) ?? [],
    build: build?.split('.').map(readBuild) ?? [],
  };
}

/**
 * Also takes `v1.2.3`, `1`, `1.2` and leading zeros, but no blanks. Throws SemverError. Source: normalizeAndParse of
 * apiserver/pkg/cel/library/semverlib.go.
 */
export function parseLenientSemver(text: string): Semver {
  const parts = splitInThree(text.startsWith('v') ? text.slice(1) : text).map((part) => {
    if (part.length < 2) return part;
    const stripped = part.replace(/^0+/, '');
    return /^[0-9]/.test(stripped) ? stripped : `0${stripped}`;
  });
  if (parts.length < 3 && /[+-]/.test(parts.at(-1)!)) {
    throw new SemverError('short version cannot contain PreRelease/Build meta data');
  }
  while (parts.length < 3) parts.push('0');
  return parseSemver(parts.join('.'));
}

/** -1, 0 or 1. */
export function compareSemver(a: Semver, b: Semver): number {
  for (const part of ['major', 'minor', 'patch'] as const) {
    if (a[part] !== b[part]) return a[part] > b[part] ? 1 : -1;
  }
  // A release comes after what led to it.
  if (a.prerelease.length === 0 || b.prerelease.length === 0) {
    return Math.sign(b.prerelease.length - a.prerelease.length);
  }
  for (const [i, item] of a.prerelease.entries()) {
    const other = b.prerelease[i];
    if (other === undefined) return 1;
    const order = comparePrerelease(item, other);
    if (order !== 0) return order;
  }
  return a.prerelease.length === b.prerelease.length ? 0 : -1;
}

function comparePrerelease(a: bigint | string, b: bigint | string): number {
  if (typeof a === 'bigint') return typeof b === 'string' || a < b ? -1 : a > b ? 1 : 0;
  return typeof b === 'bigint' ? 1 : Math.sign(compareText(a, b));
}

function splitInThree(text: string): [string, ...string[]] {
  const [first, rest] = cut(text, '.');
  if (rest === undefined) return [first];
  const [second, third] = cut(rest, '.');
  return third === undefined ? [first, second] : [first, second, third];
}
function cut(text: string, mark: string): [before: string, after: string | undefined] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

const isNumeric = (text: string): boolean => /^[0-9]*$/.test(text);
const isWord = (text: string): boolean => /^[-0-9A-Za-z]*$/.test(text);
const hasLeadingZeros = (text: string): boolean => text.length > 1 && text.startsWith('0');

function readNumber(text: string, part: 'Major' | 'Minor' | 'Patch'): bigint {
  if (!isNumeric(text)) {
    throw new SemverError(`Invalid character(s) found in ${part.toLowerCase()} number ${goQuoteStart(text)}`);
  }
  if (hasLeadingZeros(text)) {
    throw new SemverError(`${part} number must not contain leading zeroes ${goQuoteStart(text)}`);
  }
  return readUint64(text);
}

const uint64Digits = 20;
function readUint64(text: string): bigint {
  const fail = (problem: string): never => {
    throw new SemverError(`strconv.ParseUint: parsing ${goQuoteStart(text)}: ${problem}`);
  };
  if (text === '') return fail('invalid syntax');
  // Leading zeros are refused before: more digits are more than there can be.
  const value = text.length > uint64Digits ? undefined : BigInt(text);
  return value === undefined || value >= 2n ** 64n ? fail('value out of range') : value;
}

function readPrerelease(text: string): bigint | string {
  if (text === '') throw new SemverError('Prerelease is empty');
  if (isNumeric(text)) {
    if (hasLeadingZeros(text)) {
      throw new SemverError(
        `Numeric PreRelease version must not contain leading zeroes ${goQuoteStart(text)}`,
      );
    }
    return readUint64(text);
  }
  if (!isWord(text)) throw new SemverError(`Invalid character(s) found in prerelease ${goQuoteStart(text)}`);
  return text;
}

function readBuild(text: string): string {
  if (text === '') throw new SemverError('Build meta data is empty');
  if (!isWord(text))
    throw new SemverError(`Invalid character(s) found in build meta data ${goQuoteStart(text)}`);
  return text;
}
