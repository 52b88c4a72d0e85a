/**
 * The bytes of HTTP/2 (RFC 9113) and HPACK (RFC 7541) that the lean client writes. Header blocks use the static table
 * and literals that are not indexed, so that one block serves any number of requests on any connection.
 */
export const frameHeaderLength = 9;
export const frameType = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;
export const flag = { endStream: 1, ack: 1, endHeaders: 4, padded: 8 } as const;
export const setting = { maxConcurrentStreams: 3, initialWindowSize: 4 } as const;
export const windowMax = 2 ** 31 - 1;
/** Of a connection and of each stream, until settings or updates say more. */
export const windowDefault = 65_535;
export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export function writeFrameHeader(
  out: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  stream: number,
): number {
  out.writeUIntBE(length, at, 3);
  out[at + 3] = type;
  out[at + 4] = flags;
  return out.writeUInt32BE(stream, at + 5);
}

export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const out = Buffer.allocUnsafe(frameHeaderLength + payload.length);
  payload.copy(out, writeFrameHeader(out, 0, payload.length, type, flags, stream));
  return out;
}

export function settingsFrame(values: readonly (readonly [number, number])[]): Buffer {
  const payload = Buffer.alloc(values.length * 6);
  values.forEach(([name, value], index) => {
    payload.writeUInt32BE(value, payload.writeUInt16BE(name, index * 6));
  });
  return frame(frameType.settings, 0, 0, payload);
}

/** The value a SETTINGS frame gives; undefined when it does not name the setting. */
export function readSetting(payload: Buffer, name: number): number | undefined {
  for (let at = 0; at + 6 <= payload.length; at += 6) {
    if (payload.readUInt16BE(at) === name) return payload.readUInt32BE(at + 2);
  }
  return undefined;
}

export function windowUpdateFrame(bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes);
  return frame(frameType.windowUpdate, 0, 0, payload);
}

/** Entries of HPACK's static table: as names, and whole. */
const staticName: Readonly<Record<string, number>> = {
  ':authority': 1,
  ':method': 2,
  ':path': 4,
  accept: 19,
  authorization: 23,
  'content-type': 31,
  'content-length': 28,
};
const staticEntry: Readonly<Record<string, number>> = {
  ':method GET': 2,
  ':method POST': 3,
  ':scheme https': 7,
};

export function headerBlock(headers: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(
    headers.map(([name, value]) => {
      const whole = staticEntry[`${name} ${value}`];
      if (whole !== undefined) return Buffer.from([0x80 | whole]);
      const index = staticName[name];
      const named = index === undefined ? [Buffer.from([0]), text(name)] : [integer(0, 4, index)];
      return Buffer.concat([...named, text(value)]);
    }),
  );
}

/** RFC 7541, 5.1: an integer behind the high bits `first`, with a prefix of `bits`. */
function integer(first: number, bits: number, value: number): Buffer {
  const limit = 2 ** bits - 1;
  if (value < limit) return Buffer.from([first | value]);
  const bytes = [first | limit];
  let rest = value - limit;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([integer(0, 7, bytes.length), bytes]);
}

/**
 * Whether a block of response headers begins with `:status: 200` from the static table, which is how nghttp2 writes it;
 * a change of the dynamic table's size may precede it.
 */
export function isStatus200(block: Buffer): boolean {
  const at = block.length > 0 && (block[0]! & 0xe0) === 0x20 ? 1 : 0;
  return block[at] === 0x88;
}
