/** Base64. Source: cel-go ext/encoders.go. */
import { type CelLibrary, declare, global } from '../library.ts';
import { bytesType, stringType } from '../types.ts';
import { CelError, type Outcome } from '../values.ts';

/** Padding may be left out. */
function decoded(text: string): Outcome {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replace(/=+$/, '').length % 4 === 1) {
    return new CelError(`illegal base64 data at input byte ${text.search(/[^A-Za-z0-9+/]/)}`);
  }
  return new Uint8Array(Buffer.from(text, 'base64'));
}

export const encoders: CelLibrary = {
  name: 'encoders',
  functions: [
    declare('base64.decode', global('base64_decode_string', [stringType], bytesType, decoded)),
    declare(
      'base64.encode',
      global('base64_encode_bytes', [bytesType], stringType, (bytes: Uint8Array) =>
        Buffer.from(bytes).toString('base64'),
      ),
    ),
  ],
};
