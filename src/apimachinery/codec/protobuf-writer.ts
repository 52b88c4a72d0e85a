/**
 * The protobuf wire format, written from the end to the front: a message's length is known once the message is
 * written, so nothing is measured first. The calls of a message come in reverse: the last field first, and of a field
 * its value, then its tag. Knows no message: codec/protobuf-encode.ts does.
 */
import { limits } from '../limits.ts';

/** Up to this many characters a loop in JavaScript is quicker than a call into the platform. */
const shortText = 32;
const initialBytes = 64 * 1024;
const varintBytesMax = 10;

export class WireWriter {
  #buffer: Buffer = Buffer.allocUnsafeSlow(initialBytes);
  /** What is written lies from here to the end. */
  #at = initialBytes;

  /** Bytes written so far: a message that begins where this was `start` has `written - start` bytes. */
  get written(): number {
    return this.#buffer.length - this.#at;
  }

  /** A copy of all that was written; the writer is empty again. */
  take(): Buffer {
    const bytes = Buffer.allocUnsafe(this.written);
    this.#buffer.copy(bytes, 0, this.#at);
    this.clear();
    return bytes;
  }
  /** Forgets what was written. Room for a rare large message is given back. */
  clear(): void {
    if (this.#buffer.length > limits.protobufWriterBytes) this.#buffer = Buffer.allocUnsafeSlow(initialBytes);
    this.#at = this.#buffer.length;
  }

  byte(value: number): void {
    if (this.#at < 1) this.#grow(1);
    this.#buffer[--this.#at] = value;
  }

  /** An unsigned number of at most 53 bits. */
  varint(value: number): void {
    if (this.#at < varintBytesMax) this.#grow(varintBytesMax);
    if (value < 0x80) {
      this.#buffer[--this.#at] = value;
      return;
    }
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
    this.#at -= size;
    let at = this.#at;
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#buffer[at++] = (rest % 0x80) | 0x80;
    this.#buffer[at] = rest;
  }

  /** An int32 or int64. Negative ones take ten bytes. */
  integer(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0) {
      this.varint(value);
      return;
    }
    if (this.#at < varintBytesMax) this.#grow(varintBytesMax);
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    this.#at -= bytes.length;
    this.#buffer.set(bytes, this.#at);
  }

  /** Four bytes, the most significant first; frames of a stream begin so. */
  uint32BigEndian(value: number): void {
    if (this.#at < 4) this.#grow(4);
    this.#at -= 4;
    this.#buffer.writeUInt32BE(value, this.#at);
  }
  double(value: number): void {
    if (this.#at < 8) this.#grow(8);
    this.#at -= 8;
    this.#buffer.writeDoubleLE(value, this.#at);
  }

  /** UTF-8 behind its length. */
  text(value: string): void {
    if (value.length <= shortText && this.#shortAscii(value)) {
      this.varint(value.length);
      return;
    }
    const size = Buffer.byteLength(value);
    if (this.#at < size) this.#grow(size);
    this.#at -= size;
    this.#buffer.write(value, this.#at, size, size === value.length ? 'latin1' : 'utf8');
    this.varint(size);
  }
  #shortAscii(value: string): boolean {
    if (this.#at < shortText) this.#grow(shortText);
    const buffer = this.#buffer;
    let at = this.#at;
    for (let i = value.length - 1; i >= 0; i--) {
      const c = value.charCodeAt(i);
      if (c > 0x7f) return false;
      buffer[--at] = c;
    }
    this.#at = at;
    return true;
  }

  /** The bytes that a base64 text stands for, behind their length. */
  base64(value: string): void {
    const size = Buffer.byteLength(value, 'base64');
    if (this.#at < size) this.#grow(size);
    this.#at -= size;
    this.#buffer.write(value, this.#at, size, 'base64');
    this.varint(size);
  }

  #grow(bytes: number): void {
    const { written } = this;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#buffer.length, written + bytes));
    this.#at = larger.length - written;
    this.#buffer.copy(larger, this.#at, this.#buffer.length - written);
    this.#buffer = larger;
  }
}
