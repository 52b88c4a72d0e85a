/** What an item of a list map is known by: the values of its key fields, as one text. */
import { stringifyJson } from '../../codec/json.ts';
import type { JsonValue } from '../../object-meta.ts';

/** Equal for two items if and only if all their key fields are; a missing field is null. */
export function listMapKeyOf(item: JsonValue, keys: readonly string[]): string {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return stringifyJson(item);
  if (keys.length === 1) return keyText(item[keys[0]!]);
  return keys.map((key) => keyText(item[key])).join(',');
}
const keyText = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? JSON.stringify(value) : stringifyJson(value ?? null);
