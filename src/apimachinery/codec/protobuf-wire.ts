/**
 * The protobuf wire format: varints, lengths, tags, and stepping over what is not known. Reads from bytes that anyone
 * may have sent, so every read is checked against the end. Knows no message: codec/protobuf.ts does.
 */
export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Bytes that are not what they should be. The message is fit for a 400. */
export class ProtobufError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    // This one is Go's own, and not the protobuf library's.
    super(message === 'unexpected EOF' ? message : `proto: ${message}`, options);
    this.name = 'ProtobufError';
  }
}

export class WireReader {
  private readonly buffer: Buffer;
  private at = 0;
  /** Where the message being read ends. */
  private end: number;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
    this.end = buffer.length;
  }

  isAtEnd(): boolean {
    return this.at >= this.end;
  }

  /** Field number times eight plus wire type. */
  tag(): number {
    const tag = this.uint32();
    if (tag < 8) throw new ProtobufError(`illegal tag ${tag >>> 3} (wire type ${tag & 7})`);
    return tag;
  }

  /** The low 32 bits of a varint, which may be longer (a negative int32 is sent as ten bytes). */
  uint32(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new ProtobufError('integer overflow');
  }
  int32(): number {
    return this.uint32() | 0;
  }

  /** A number where that is exact, else a bigint. */
  int64(): number | bigint {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        // Fewer than 53 bits and not negative: the ordinary case.
        if (high >= 0 && high < 0x20_0000) return high * 0x1_0000_0000 + (low >>> 0);
        const exact = (BigInt(high) << 32n) | BigInt(low >>> 0);
        const value = Number(exact);
        return Number.isSafeInteger(value) ? value : exact;
      }
    }
    throw new ProtobufError('integer overflow');
  }

  double(): number {
    const value = this.buffer.readDoubleLE(this.advance(8));
    if (!Number.isFinite(value)) throw new ProtobufError(`number ${value} has no JSON form`);
    return value;
  }

  text(): string {
    const length = this.uint32();
    const start = this.advance(length);
    return this.buffer.toString('utf8', start, start + length);
  }
  base64(): string {
    const length = this.uint32();
    const start = this.advance(length);
    return this.buffer.toString('base64', start, start + length);
  }
  bytes(): Buffer {
    const length = this.uint32();
    const start = this.advance(length);
    return this.buffer.subarray(start, start + length);
  }

  /** Enters an embedded message or packed list; the returned value goes to `leave`. */
  enter(): number {
    const length = this.uint32();
    const start = this.advance(length);
    this.at = start;
    const outerEnd = this.end;
    this.end = start + length;
    return outerEnd;
  }
  leave(outerEnd: number): void {
    this.end = outerEnd;
  }

  /** Reads an embedded message: `read` is given each tag and takes the value, or returns false to have it skipped. */
  message(read: (tag: number) => boolean): void {
    const outerEnd = this.enter();
    this.fields(read);
    this.leave(outerEnd);
  }
  /** The fields up to the end of the message being read. */
  fields(read: (tag: number) => boolean): void {
    while (!this.isAtEnd()) {
      const tag = this.tag();
      if (!read(tag)) this.skip(tag & 7);
    }
  }

  skip(wireType: number): void {
    if (wireType === wireTypes.varint) this.uint32();
    else if (wireType === wireTypes.fixed64) this.advance(8);
    else if (wireType === wireTypes.bytes) this.advance(this.uint32());
    else if (wireType === wireTypes.fixed32) this.advance(4);
    else throw new ProtobufError(`illegal wireType ${wireType}`);
  }

  private byte(): number {
    if (this.at >= this.end) throw new ProtobufError('unexpected EOF');
    return this.buffer[this.at++]!;
  }
  /** Steps over bytes and returns where they began. */
  private advance(length: number): number {
    const start = this.at;
    if (length > this.end - start) throw new ProtobufError('unexpected EOF');
    this.at = start + length;
    return start;
  }
}
