/**
 * Just enough of DER (X.690) to take a structure apart: tag, length, content. No types, no schemas, no indefinite lengths.
 */
export class DerError extends Error {}

export interface DerValue {
  /** The identifier byte: 0x30 is a sequence. */
  readonly tag: number;
  readonly content: Buffer;
  /** Identifier, length and content together. */
  readonly whole: Buffer;
}

export const derTags = { integer: 0x02, bitString: 0x03, objectId: 0x06, sequence: 0x30 } as const;

/** The values that stand one behind the other. Throws DerError. */
export function derValues(bytes: Buffer): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length; ) {
    const value = valueAt(bytes, at);
    values.push(value);
    at += value.whole.length;
  }
  return values;
}

/** The parts of the one sequence that the bytes are. Throws DerError. */
export function derSequence(bytes: Buffer): DerValue[] {
  const values = derValues(bytes);
  const [value] = values;
  if (value === undefined) throw new DerError('asn1: syntax error: sequence truncated');
  if (value.tag !== derTags.sequence) throw new DerError("asn1: structure error: tags don't match");
  if (values.length > 1) throw new DerError('asn1: syntax error: trailing data');
  return derValues(value.content);
}

/** More than any algorithm's; long numbers would take long to spell out. */
const objectIdBytesMax = 32;

/** `1.2.840.113549.1.1.11`. Throws DerError. */
export function objectIdOf(content: Buffer): string {
  if (content.length > objectIdBytesMax) throw new DerError('asn1: structure error: length too large');
  const numbers: bigint[] = [];
  let number = 0n;
  for (const byte of content) {
    number = (number << 7n) | BigInt(byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    numbers.push(number);
    number = 0n;
  }
  const [first = 0n, ...rest] = numbers;
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...rest].join('.');
}

function valueAt(bytes: Buffer, at: number): DerValue {
  const tag = bytes[at]!;
  let length = bytes[at + 1] ?? 0;
  let start = at + 2;
  if ((length & 0x80) !== 0) {
    const size = length & 0x7f;
    if (size === 0 || size > 4) throw new DerError('asn1: structure error: length too large');
    if (start + size > bytes.length) throw new DerError('asn1: syntax error: truncated tag or length');
    length = bytes.readUIntBE(start, size);
    start += size;
  }
  if (start + length > bytes.length) throw new DerError('asn1: syntax error: data truncated');
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) };
}
