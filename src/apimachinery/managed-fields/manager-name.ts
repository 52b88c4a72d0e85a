/**
 * What a field manager may be called: printable characters, and not too many bytes. Source: ValidateFieldManager
 * of apimachinery, prefixFromUserAgent of apiserver.
 */
import { type FieldError, invalidValue, tooLong } from '../field-error.ts';
import { limits } from '../limits.ts';

/** Letters, marks, numbers, punctuation, symbols and the space, as Go's unicode.IsPrint has it. */
const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

export function managerNameErrors(field: string, name: string): FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(name) > limits.fieldManagerLength) {
    errors.push(tooLong(field, limits.fieldManagerLength));
  }
  if (!unprintable.test(name)) return errors;
  let position = 0;
  for (const character of name) {
    if (unprintable.test(character)) {
      const detail = `invalid character ${codePoint(character)} (at position ${position})`;
      errors.push(invalidValue(field, name, detail));
    }
    position += Buffer.byteLength(character);
  }
  return errors;
}

/** Go's %#U of what is not printable. */
const codePoint = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

/** The printable characters of a text, as many as fit into `bytesMax` from its beginning. */
export function printable(text: string, bytesMax: number): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text.slice(0, bytesMax);
  let kept = '';
  let bytes = 0;
  for (const character of text) {
    if (unprintable.test(character)) continue;
    bytes += Buffer.byteLength(character);
    if (bytes > bytesMax) break;
    kept += character;
  }
  return kept;
}
