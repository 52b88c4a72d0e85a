/** The type of a JSON value, as Go names it in the errors of its decoder. */
import type { JsonValue } from './object-meta.ts';

export function jsonTypeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'number';
  return Array.isArray(value) ? 'array' : typeof value;
}
