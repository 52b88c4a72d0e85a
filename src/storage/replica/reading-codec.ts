/** Parts of the codecs that tables are opened with: keys are bytes as they are, and some handles are read through alone. */

export function writeKey(key: Buffer, target: Uint8Array, start: number): number {
  target.set(key, start);
  return start + key.length;
}

/** Of a handle that decodes to something else than the bytes that were written. */
export function encodeNothing(): never {
  throw new Error('nothing is written here');
}
