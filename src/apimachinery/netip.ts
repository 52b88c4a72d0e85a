/**
 * Addresses and blocks as Go's net/netip reads them: one strict form, and what is wrong with any other, in its words.
 * What older fields of the API take besides is ip.ts.
 */
import { StacklessError } from '../lib/stackless-error.ts';
import { goQuoteStart } from './apply/go-text.ts';
import { addressText } from './ip.ts';

/** The message is net/netip's. */
export class NetipError extends StacklessError {
  constructor(message: string) {
    super(message);
    this.name = 'NetipError';
  }
}

export interface Address {
  /** 4 or 16 bytes. */
  readonly bytes: readonly number[];
  /** Empty where there is none. */
  readonly zone: string;
}
export interface Prefix {
  readonly address: Address;
  readonly bits: number;
}

export const isIPv4 = ({ bytes }: Address): boolean => bytes.length === 4;
/** An IPv4 address in IPv6 form. */
export const isMapped = ({ bytes }: Address): boolean =>
  bytes.length === 16 &&
  bytes.slice(0, 10).every((byte) => byte === 0) &&
  bytes[10] === 255 &&
  bytes[11] === 255;

/** As RFC 5952 has it; of an address without a zone. */
export const textOfAddress = ({ bytes }: Address): string => addressText(bytes);
export const textOfPrefix = ({ address, bits }: Prefix): string => `${textOfAddress(address)}/${bits}`;

export function equalAddresses(a: Address, b: Address): boolean {
  return (
    a.bytes.length === b.bytes.length && a.zone === b.zone && a.bytes.every((byte, i) => byte === b.bytes[i])
  );
}

/** Throws NetipError. */
export function parseAddress(text: string): Address {
  const fail = (problem: string, at = ''): never => {
    throw new NetipError(
      `ParseAddr(${goQuoteStart(text)}): ${problem}${at === '' ? '' : ` (at ${goQuoteStart(at)})`}`,
    );
  };
  switch (/[.:%]/.exec(text)?.[0]) {
    case '.':
      return { bytes: readIPv4(text, fail), zone: '' };
    case ':':
      return readIPv6(text, fail);
    case '%':
      return fail('missing IPv6 address');
    default:
      return fail('unable to parse IP');
  }
}

/** Throws NetipError. */
export function parsePrefix(text: string): Prefix {
  const fail = (problem: string): never => {
    throw new NetipError(`netip.ParsePrefix(${goQuoteStart(text)}): ${problem}`);
  };
  const slash = text.lastIndexOf('/');
  if (slash === -1) return fail("no '/'");
  const address = addressOfPrefix(text.slice(0, slash), fail);
  if (address.zone !== '') return fail('IPv6 zones cannot be present in a prefix');
  const bits = text.slice(slash + 1);
  const hasSignOrZero = bits.length > 1 && !/^[1-9]/.test(bits);
  // Go's int, beyond which it is no number at all.
  const isNumber = /^[0-9]+$/.test(bits) && (bits.length < 19 || BigInt(bits) < 2n ** 63n);
  if (hasSignOrZero || !isNumber) return fail(`bad bits after slash: ${goQuoteStart(bits)}`);
  if (Number(bits) > address.bytes.length * 8) return fail('prefix length out of range');
  return { address, bits: Number(bits) };
}

function addressOfPrefix(text: string, fail: (problem: string) => never): Address {
  try {
    return parseAddress(text);
  } catch (error) {
    if (error instanceof NetipError) return fail(error.message);
    throw error;
  }
}

type Fail = (problem: string, at?: string) => never;

function readIPv4(text: string, fail: Fail): number[] {
  const fields: number[] = [];
  let value = 0;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char >= '0' && char <= '9') {
      if (digits === 1 && value === 0) fail('IPv4 field has octet with leading zero');
      value = value * 10 + Number(char);
      digits++;
      if (value > 255) fail('IPv4 field has value >255');
    } else if (char === '.') {
      if (digits === 0 || i === text.length - 1) {
        fail('IPv4 field must have at least one digit', text.slice(i));
      }
      if (fields.length === 3) fail('IPv4 address too long');
      fields.push(value);
      value = 0;
      digits = 0;
    } else {
      fail('unexpected character', text.slice(i));
    }
  }
  if (fields.length < 3) fail('IPv4 address too short');
  return [...fields, value];
}

function readIPv6(text: string, fail: Fail): Address {
  const percent = text.indexOf('%');
  const zone = percent === -1 ? '' : text.slice(percent + 1);
  if (percent !== -1 && zone === '') fail('zone must be a non-empty string');
  let rest = percent === -1 ? text : text.slice(0, percent);
  const bytes: number[] = [];
  let gapAt: number | undefined;
  if (rest.startsWith('::')) {
    gapAt = 0;
    rest = rest.slice(2);
  }
  while (rest !== '' || gapAt === undefined) {
    if (bytes.length === 16) fail('trailing garbage after address', rest);
    const group = /^[0-9a-fA-F]*/.exec(rest.slice(0, 5))![0];
    if (group.length > 4) fail('each group must have 4 or less digits', rest);
    if (group === '') fail('each colon-separated field must have at least one digit', rest);
    if (rest[group.length] === '.') {
      if (gapAt === undefined && bytes.length !== 12) {
        fail('embedded IPv4 address must replace the final 2 fields of the address', rest);
      }
      if (bytes.length > 12) {
        fail('too many hex fields to fit an embedded IPv4 at the end of the address', rest);
      }
      bytes.push(...readIPv4(rest, fail));
      rest = '';
      break;
    }
    const value = Number.parseInt(group, 16);
    bytes.push(value >> 8, value & 255);
    rest = rest.slice(group.length);
    if (rest === '') break;
    if (rest[0] !== ':') fail('unexpected character, want colon', rest);
    if (rest.length === 1) fail('colon must be followed by more characters', rest);
    rest = rest.slice(1);
    if (rest[0] === ':') {
      if (gapAt !== undefined) fail('multiple :: in address', rest);
      gapAt = bytes.length;
      rest = rest.slice(1);
    }
  }
  if (gapAt === undefined) {
    if (bytes.length < 16) fail('address string too short');
    return { bytes, zone };
  }
  if (bytes.length === 16) fail('the :: must expand to at least one field of zeros');
  const gap = new Array<number>(16 - bytes.length).fill(0);
  return { bytes: [...bytes.slice(0, gapAt), ...gap, ...bytes.slice(gapAt)], zone };
}

/** With nothing set behind the prefix. */
export function maskedPrefix({ address, bits }: Prefix): Prefix {
  const bytes = address.bytes.map((byte, i) => byte & ~(0xff >> Math.max(0, Math.min(8, bits - i * 8))));
  return { address: { bytes, zone: '' }, bits };
}

/** Whether an address, which has no zone, lies in a block; those of the other family never do. */
export function prefixContains(prefix: Prefix, address: Address): boolean {
  if (prefix.address.bytes.length !== address.bytes.length) return false;
  const own = maskedPrefix(prefix).address;
  return equalAddresses(own, maskedPrefix({ address, bits: prefix.bits }).address);
}

const isZero = (bytes: readonly number[]): boolean => bytes.every((byte) => byte === 0);

export const isUnspecified = ({ bytes }: Address): boolean => isZero(bytes);
export const isLoopback = (address: Address): boolean =>
  isIPv4(address) ? address.bytes[0] === 127 : isZero(address.bytes.slice(0, 15)) && address.bytes[15] === 1;
export function isLinkLocalUnicast(address: Address): boolean {
  const [a = 0, b = 0] = address.bytes;
  return isIPv4(address) ? a === 169 && b === 254 : a === 0xfe && (b & 0xc0) === 0x80;
}
export function isLinkLocalMulticast(address: Address): boolean {
  const [a = 0, b = 0, c = 0] = address.bytes;
  return isIPv4(address) ? a === 224 && b === 0 && c === 0 : a === 0xff && (b & 0x0f) === 0x02;
}
const isMulticast = (address: Address): boolean =>
  isIPv4(address) ? (address.bytes[0]! & 0xf0) === 0xe0 : address.bytes[0] === 0xff;
/** Private ranges count; the broadcast address does not. */
export function isGlobalUnicast(address: Address): boolean {
  const isBroadcast = isIPv4(address) && address.bytes.every((byte) => byte === 255);
  return !(
    isBroadcast ||
    isUnspecified(address) ||
    isLoopback(address) ||
    isMulticast(address) ||
    isLinkLocalUnicast(address)
  );
}
