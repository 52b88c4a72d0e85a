/**
 * IP addresses and CIDR blocks as text: parsing, the canonical form, and which fields take what. Source of rules and
 * messages: apimachinery/pkg/util/validation/ip.go. `sloppy` is what fields older than the strict rules take: leading
 * zeros, IPv4 in IPv6 form.
 */
import { isIPv6 } from 'node:net';
import { type FieldError, invalidValue } from './field-error.ts';

export interface ParsedIp {
  readonly family: 4 | 6;
  /** 4 or 16 bytes. */
  readonly bytes: readonly number[];
  /** Written with zeros before an octet's digits. */
  readonly hasLeadingZeros: boolean;
  /** An IPv4 address written as `::ffff:a.b.c.d`; its family is 4. */
  readonly isMapped: boolean;
}

/** Undefined where the text is no address, a zone among the reasons. */
export function parseIp(text: string): ParsedIp | undefined {
  const lastColon = text.lastIndexOf(':');
  const dotted = text.includes('.') ? parseDotted(text.slice(lastColon + 1)) : undefined;
  if (text.includes('.') && dotted === undefined) return undefined;
  if (lastColon === -1) {
    return (
      dotted && { family: 4, bytes: dotted.bytes, hasLeadingZeros: dotted.hasLeadingZeros, isMapped: false }
    );
  }
  const whole =
    dotted === undefined ? text : `${text.slice(0, lastColon + 1)}${hexPairs(dotted.bytes).join(':')}`;
  if (whole.includes('%') || !isIPv6(whole)) return undefined;
  const bytes = expand(whole);
  const hasLeadingZeros = dotted?.hasLeadingZeros === true;
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) return { family: 4, bytes: bytes.slice(12), hasLeadingZeros, isMapped };
  return { family: 6, bytes, hasLeadingZeros, isMapped };
}

function parseDotted(text: string): { bytes: number[]; hasLeadingZeros: boolean } | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d+$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  if (bytes.some((byte) => byte > 255)) return undefined;
  return { bytes, hasLeadingZeros: parts.some((part) => part.length > 1 && part.startsWith('0')) };
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

/** RFC 5952: lower case, the longest run of two or more zero groups as `::`. */
export function canonicalIp({ family, bytes }: Pick<ParsedIp, 'family' | 'bytes'>): string {
  if (family === 4) return bytes.join('.');
  const groups = hexPairs(bytes);
  let best = { start: -1, length: 1 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.start === -1) return groups.join(':');
  const end = best.start + best.length;
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(end).join(':')}`;
}

const ipExample = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const cidrExample = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** New fields: canonical addresses only. Undefined when good. */
export function ipProblem(text: string): string | undefined {
  const ip = parseIp(text);
  if (ip === undefined) return ipExample;
  if (ip.hasLeadingZeros) return 'must not have leading 0s';
  if (ip.isMapped) return 'must not be an IPv4-mapped IPv6 address';
  const canonical = canonicalIp(ip);
  return canonical === text ? undefined : `must be in canonical form (${JSON.stringify(canonical)})`;
}

/** Old fields: whatever can be read as an address. */
export const sloppyIpProblem = (text: string): string | undefined =>
  parseIp(text) === undefined ? ipExample : undefined;

export interface ParsedCidr {
  readonly ip: ParsedIp;
  readonly prefixLength: number;
  readonly hasLeadingZeros: boolean;
}
export function parseCidr(text: string): ParsedCidr | undefined {
  const [address = '', length = '', ...more] = text.split('/');
  const ip = parseIp(address);
  if (ip === undefined || more.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  const prefixLength = Number(length);
  if (prefixLength > (ip.isMapped || ip.family === 6 ? 128 : 32)) return undefined;
  return { ip, prefixLength, hasLeadingZeros: length.length > 1 && length.startsWith('0') };
}

/** New fields: a canonical block, with no bits set behind its prefix. */
export function cidrProblem(text: string): string | undefined {
  const cidr = parseCidr(text);
  if (cidr === undefined) return cidrExample;
  const { ip, prefixLength } = cidr;
  if (ip.hasLeadingZeros) return 'must not have leading 0s in IP';
  if (ip.isMapped) return 'must not have an IPv4-mapped IPv6 address';
  if (cidr.hasLeadingZeros) return 'must not have leading 0s in prefix length';
  const masked = { family: ip.family, bytes: maskedBytes(ip.bytes, prefixLength) };
  const canonical = `${canonicalIp(masked)}/${prefixLength}`;
  if (masked.bytes.some((byte, i) => byte !== ip.bytes[i])) {
    return 'must not have bits set beyond the prefix length';
  }
  return canonical === text ? undefined : `must be in canonical form (${JSON.stringify(canonical)})`;
}

/** Old fields: whatever can be read as a block. */
export const sloppyCidrProblem = (text: string): string | undefined =>
  parseCidr(text) === undefined ? cidrExample : undefined;

function maskedBytes(bytes: readonly number[], prefixLength: number): number[] {
  return bytes.map((byte, i) => {
    const bits = Math.min(8, Math.max(0, prefixLength - i * 8));
    return byte & (0xff << (8 - bits)) & 0xff;
  });
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
