/**
 * Protobuf without a schema: a message as its field numbers and values, so that two encoders can be compared by one
 * reader which neither of them wrote. What could be text is taken for text; numbers that are the time now are named.
 */
import type { JsonValue } from '../../src/apimachinery/object-meta.ts';

const envelope = Buffer.from('k8s\0', 'latin1');
const nowSecondsMax = 300;

export function wireTree(bytes: Buffer): JsonValue {
  if (!bytes.subarray(0, envelope.length).equals(envelope)) return bytes.toString('base64');
  return message(bytes.subarray(envelope.length)) ?? bytes.toString('base64');
}

/** Fields in the order in which they were written; undefined when these bytes are no message. */
function message(bytes: Buffer): JsonValue | undefined {
  const fields: JsonValue[] = [];
  let at = 0;
  const varint = (): bigint | undefined => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag === undefined || tag >> 3n === 0n) return undefined;
    const field = Number(tag >> 3n);
    const wireType = Number(tag & 7n);
    if (wireType === 0) {
      const value = varint();
      if (value === undefined) return undefined;
      const seconds = Number(value);
      const isNow = Math.abs(seconds - Date.now() / 1000) < nowSecondsMax;
      fields.push({ [field]: isNow ? '<now>' : value.toString() });
    } else if (wireType === 2) {
      const length = varint();
      if (length === undefined || at + Number(length) > bytes.length) return undefined;
      const value = bytes.subarray(at, at + Number(length));
      at += Number(length);
      fields.push({ [field]: contents(field, value) });
    } else return undefined;
  }
  return fields;
}

function contents(field: number, bytes: Buffer): JsonValue {
  const text = bytes.toString();
  const isText = !/[^\n\t\x20-\uffff]/.test(text) && !text.includes('\ufffd') && !/^[\n\t]/.test(text);
  if (!isText) return message(bytes) ?? bytes.toString('base64');
  // A resource version of an object (6) or of a list (2).
  return (field === 6 || field === 2) && /^\d+$/.test(text) ? '<revision>' : text;
}
