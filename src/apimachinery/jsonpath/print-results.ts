/** Results of a JSONPath as text: scalars as Go prints them, all else as Go's JSON, results apart by a space. */
import { stringifyJson } from '../codec/json.ts';
import type { JsonValue } from '../object-meta.ts';

export const printResults = (results: readonly JsonValue[]): string => results.map(printed).join(' ');

function printed(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return printedNumber(value);
    case 'object':
      if (value === null) return '<no value>';
      return stringifyJson(byName(value)).replace(/[<>&\u2028\u2029]/g, escapedAsInGo);
    default:
      return String(value);
  }
}

/** Go writes the exponent of a small number, in two digits, where JavaScript still writes zeros. */
function printedNumber(value: number): string {
  const text = value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

const escapedAsInGo = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Go sorts the names of maps. */
function byName(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(byName);
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, byName(value[name]!)]),
  );
}
