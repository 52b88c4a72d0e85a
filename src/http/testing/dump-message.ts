/** Reads protobuf that has no schema here: for tests of what is written by field numbers alone. */
import assert from 'node:assert/strict';

/** A message as nested `number: value` text: what a reader of the wire format sees who knows which fields are messages. */
export function dumpMessage(
  bytes: Buffer,
  messages: Record<number, 'message' | Record<number, unknown>>,
): string[] {
  const out: string[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    if (tag % 8 === 0) out.push(`${field}: ${varint()}`);
    else if (tag % 8 === 1) {
      out.push(`${field}: ${bytes.readDoubleLE(at)}`);
      at += 8;
    } else {
      const length = varint();
      const body = bytes.subarray(at, at + length);
      at += length;
      const inner = messages[field];
      if (inner === undefined) out.push(`${field}: ${JSON.stringify(body.toString())}`);
      else out.push(`${field} {`, ...dumpMessage(body, inner as never).map((line) => `  ${line}`), '}');
    }
  }
  assert.equal(at, bytes.length, 'the message ends where its bytes do');
  return out;
}
