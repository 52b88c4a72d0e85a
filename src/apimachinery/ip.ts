/**
 * IP addresses and CIDR blocks as text. Older fields take what has one meaning to everybody, newer ones the canonical
 * form alone; reading is more generous than either (leading zeros, IPv4 in IPv6 form), for what was stored before the
 * rules. Source of rules and messages: apimachinery/pkg/util/validation/ip.go.
 */
import { isIPv6 } from 'node:net';
import { type FieldError, invalidValue } from './field-error.ts';

interface ParsedIp {
  readonly family: 4 | 6;
  /** 4 or 16 bytes. */
  readonly bytes: readonly number[];
  /** An IPv4 address written as `::ffff:a.b.c.d`; its family is 4. */
  readonly isMapped: boolean;
}

/** Undefined where the text is no address, a zone among the reasons. */
export function parseIp(text: string): ParsedIp | undefined {
  const lastColon = text.lastIndexOf(':');
  const dotted = text.includes('.') ? parseDotted(text.slice(lastColon + 1)) : undefined;
  if (text.includes('.') && dotted === undefined) return undefined;
  if (lastColon === -1) {
    return dotted && { family: 4, bytes: dotted, isMapped: false };
  }
  const whole = dotted === undefined ? text : `${text.slice(0, lastColon + 1)}${hexPairs(dotted).join(':')}`;
  if (whole.includes('%') || !isIPv6(whole)) return undefined;
  const bytes = expand(whole);
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return isMapped ? { family: 4, bytes: bytes.slice(12), isMapped } : { family: 6, bytes, isMapped };
}

/** Leading zeros mean nothing: a number is decimal all the same. */
function parseDotted(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d+$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

const hexPairs = (bytes: readonly number[]): string[] => {
  const pairs: string[] = [];
  for (let i = 0; i < bytes.length; i += 2) pairs.push(((bytes[i]! << 8) | bytes[i + 1]!).toString(16));
  return pairs;
};

/** Of an IPv6 address without dots that is known to be good. */
function expand(text: string): number[] {
  const [head = '', tail] = text.split('::');
  const groups = (part: string): number[] =>
    (part === '' ? [] : part.split(':')).map((g) => Number.parseInt(g, 16));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const gap = new Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...gap, ...after].flatMap((group) => [group >> 8, group & 255]);
}

const ipExample = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const cidrExample = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

const leadingZeros = 'must not have leading 0s';

/** What can be read as an address and could not be read otherwise by somebody else is good. */
export function ipProblem(text: string): string | undefined {
  const ip = parseIp(text);
  if (ip === undefined) return ipExample;
  if (hasLeadingZeros(text)) return leadingZeros;
  return ip.isMapped ? 'must not be an IPv4-mapped IPv6 address' : undefined;
}

/** The same, and written as RFC 5952 has it. */
export function canonicalIpProblem(text: string): string | undefined {
  const canonical = canonicalIp(text);
  return (
    ipProblem(text) ??
    (canonical === text ? undefined : `must be in canonical form (${JSON.stringify(canonical)})`)
  );
}

/** What can be read as a block, could not be read otherwise, and names no address inside of it, is good. */
export function cidrProblem(text: string): string | undefined {
  const [address = '', length = '', ...more] = text.split('/');
  const ip = parseIp(address);
  if (ip === undefined || more.length > 0 || !/^\d{1,3}$/.test(length)) return cidrExample;
  const bits = (ip.isMapped ? 16 : ip.bytes.length) * 8;
  if (Number(length) > bits) return cidrExample;
  if (hasLeadingZeros(address) || /^0\d/.test(length)) return `${leadingZeros} in IP or prefix length`;
  if (ip.isMapped) return 'must not have an IPv4-mapped IPv6 address';
  const isInside = ip.bytes.some(
    (byte, i) => (byte & (0xff >> Math.max(0, Math.min(8, Number(length) - i * 8)))) !== 0,
  );
  return isInside ? 'must not have bits set beyond the prefix length' : undefined;
}

/** What a client should know of an address that is taken as it is. */
export function ipWarnings(field: string, text: string): string[] {
  const ip = parseIp(text);
  const canonical = canonicalIp(text);
  if (ip === undefined || canonical === text) return [];
  if (ipProblem(text) !== undefined) {
    return [`${field}: non-standard IP address ${quoted(text)} is invalid: use ${quoted(canonical)}`];
  }
  return [
    `${field}: IPv6 address ${quoted(text)} should be in RFC 5952 canonical format (${quoted(canonical)})`,
  ];
}

/** The same of a block. */
export function cidrWarnings(field: string, text: string): string[] {
  const [address = '', length = ''] = text.split('/');
  const ip = parseIp(address);
  if (ip === undefined) return [];
  const canonical = `${canonicalIp(address)}/${Number(length) - (ip.isMapped ? 96 : 0)}`;
  if (canonical === text) return [];
  if (cidrProblem(text) !== undefined) {
    return [`${field}: non-standard CIDR value ${quoted(text)} is invalid: use ${quoted(canonical)}`];
  }
  return [
    `${field}: IPv6 CIDR value ${quoted(text)} should be in RFC 5952 canonical format (${quoted(canonical)})`,
  ];
}

const quoted = (text: string): string => JSON.stringify(text);
const hasLeadingZeros = (text: string): boolean => text.includes('.') && /(^|[.:])0\d/.test(dotsOf(text));
const dotsOf = (text: string): string => text.slice(text.lastIndexOf(':') + 1);

/** Of what can be read as an address; anything else stays as it is. */
function canonicalIp(text: string): string {
  const ip = parseIp(text);
  if (ip === undefined) return text;
  return addressText(ip.bytes);
}

/** Of 4 or 16 bytes, as RFC 5952 has it. */
export const addressText = (bytes: readonly number[]): string =>
  bytes.length === 4 ? bytes.join('.') : compressed(hexPairs(bytes));

/** The first of the longest runs of zeros, of two or more groups, is left out. */
function compressed(groups: readonly string[]): string {
  let run = { from: 0, length: 1 };
  for (let from = 0; from < groups.length; from++) {
    const end = groups.findIndex((group, i) => i >= from && group !== '0');
    const length = (end === -1 ? groups.length : end) - from;
    if (length > run.length) run = { from, length };
  }
  if (run.length < 2) return groups.join(':');
  return `${groups.slice(0, run.from).join(':')}::${groups.slice(run.from + run.length).join(':')}`;
}

/** Addresses no endpoint can have: they mean the node itself, or only its own link. */
export function specialIpErrors(text: string, field: string): FieldError[] {
  const ip = parseIp(text);
  if (ip === undefined) return [invalidValue(field, text, 'must be a valid IP address')];
  const [a = 0, b = 0, c = 0] = ip.bytes;
  const isV6 = ip.family === 6;
  const isZero = (bytes: readonly number[]): boolean => bytes.every((byte) => byte === 0);
  const problems: string[] = [];
  if (isZero(ip.bytes)) problems.push(`may not be unspecified (${text})`);
  if (isV6 ? isZero(ip.bytes.slice(0, 15)) && ip.bytes[15] === 1 : a === 127) {
    problems.push('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  }
  if (isV6 ? a === 0xfe && (b & 0xc0) === 0x80 : a === 169 && b === 254) {
    problems.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  }
  if (isV6 ? a === 0xff && (b & 0x0f) === 0x02 : a === 224 && b === 0 && c === 0) {
    problems.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  }
  return problems.map((problem) => invalidValue(field, text, problem));
}
