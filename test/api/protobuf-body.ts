/** Protobuf bodies written by hand, field by field, so that the server's own codec is not its own judge. */

/** A field: its number, and text, bytes, a nested message, or a small unsigned number. */
type Field = readonly [number: number, value: string | Buffer | number];

export function message(...fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)]);
      const bytes = Buffer.from(value as string);
      return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
    }),
  );
}

/** The envelope that says what is inside: magic bytes, then runtime.Unknown. */
export function enveloped(apiVersion: string, kind: string, raw: Buffer): Buffer {
  const type = message([1, apiVersion], [2, kind]);
  return Buffer.concat([Buffer.from('k8s\0'), message([1, type], [2, raw], [3, ''], [4, ''])]);
}

export const protobuf = 'application/vnd.kubernetes.protobuf';

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}
