/**
 * Where in an object a field is. A path is a list of elements, and an element is kept as its FieldsV1 text
 * (`f:name`, `k:{"name":"x"}`, `v:"x"`, `i:0`) in the one spelling upstream writes, so that two elements are the
 * same when their texts are. Only what must look inside (order, text for people) takes an element apart.
 */

import { parseJson } from '../codec/json.ts';
import { JsonSyntaxError } from '../codec/json-parser.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { goQuote, goValue } from './go-text.ts';
import { compareText, compareValues } from './value-order.ts';

export type PathElement = string;
export type Path = readonly PathElement[];

/** Text that is not a path element, in upstream's words where they are not Go's own. */
export class PathElementError extends Error {
  override readonly name = 'PathElementError';
}

export const fieldElement = (name: string): PathElement => `f:${name}`;
export const valueElement = (value: JsonValue): PathElement => `v:${goJson(value)}`;
export const isFieldElement = (element: PathElement): boolean => element.startsWith('f:');
export const isKeyElement = (element: PathElement): boolean => element.startsWith('k:');

/** The element of a keyed list item. `values[i]` is the value of `names[i]`; names are in any order. */
export function keyElement(names: readonly string[], values: readonly JsonValue[]): PathElement {
  const fields = names.map((name, i) => `${JSON.stringify(name)}:${goJson(values[i]!)}`);
  // The keys of a list type nearly always are in order already.
  if (!isSorted(names)) {
    const order = [...names.keys()].sort((a, b) => compareText(names[a]!, names[b]!));
    return `k:{${order.map((i) => fields[i]).join(',')}}`;
  }
  return `k:{${fields.join(',')}}`;
}

/** What Go's JSON writes otherwise than ours: HTML, line separators, and two short escapes it does not use. */
const goEscapes = /[<>&\u2028\u2029]|\\\\|\\[bf]/g;
function goString(text: string): string {
  return JSON.stringify(text).replace(goEscapes, (match) => {
    if (match === '\\\\') return match;
    const point = match === '\\b' ? 8 : match === '\\f' ? 12 : match.charCodeAt(0);
    return `\\u${point.toString(16).padStart(4, '0')}`;
  });
}

/** JSON as upstream writes it into path elements: keys sorted, HTML escaped. */
export function goJson(value: JsonValue): string {
  if (typeof value === 'string') return goString(value);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const names = Object.keys(value).sort(compareText);
  return `{${names.map((name) => `${goString(name)}:${goJson(value[name]!)}`).join(',')}}`;
}

/**
 * Reads one element and gives it in upstream's spelling; undefined for a kind of element that is not known, which
 * readers leave out. Throws PathElementError.
 */
export function parseElement(text: string): PathElement | undefined {
  if (text.length < 2) throw new PathElementError('key must be 2 characters long:');
  if (text[1] !== ':') throw new PathElementError(`missing colon: ${text}`);
  switch (text[0]) {
    case 'f':
      return text;
    case 'v':
      return valueElement(content(text));
    case 'k': {
      const key = content(text);
      if (typeof key !== 'object' || key === null || Array.isArray(key)) {
        throw new PathElementError(`expect { or n, but found ${text.slice(2, 3)}`);
      }
      const names = Object.keys(key);
      return keyElement(
        names,
        names.map((name) => key[name]!),
      );
    }
    case 'i':
      if (!/^[+-]?[0-9]+$/.test(text.slice(2))) {
        throw new PathElementError(`strconv.Atoi: parsing ${goQuote(text.slice(2))}: invalid syntax`);
      }
      return `i:${Number(text.slice(2))}`;
    default:
      return undefined;
  }
}

/** The value inside a `v:` or `k:` element. */
function content(element: PathElement): JsonValue {
  try {
    return parseJson(element.slice(2));
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new PathElementError(error.message, { cause: error });
  }
}

const kinds = 'fkvi';

/** In upstream's order: fields, keys, values, indexes; each by what it holds. */
export function sortElements(elements: readonly PathElement[]): readonly PathElement[] {
  if (elements.every(isFieldElement)) return isSorted(elements) ? elements : [...elements].sort(compareText);
  // Taken apart once, not in every comparison.
  return elements
    .map((element) => ({ element, value: orderValue(element) }))
    .sort(
      (a, b) =>
        kinds.indexOf(a.element[0]!) - kinds.indexOf(b.element[0]!) || compareValues(a.value, b.value),
    )
    .map(({ element }) => element);
}
const isSorted = (texts: readonly string[]): boolean =>
  texts.every((text, i) => i === 0 || compareText(texts[i - 1]!, text) < 0);
function orderValue(element: PathElement): JsonValue {
  if (isFieldElement(element)) return element;
  return element.startsWith('i:') ? Number(element.slice(2)) : content(element);
}

/** As conflicts and errors show a path: `.spec.ports[port=80,protocol="TCP"].name`, `.finalizers[="x"]`. */
export const formatPath = (path: Path): string => path.map(formatElement).join('');

export function formatElement(element: PathElement): string {
  switch (element[0]) {
    case 'f':
      return `.${element.slice(2)}`;
    case 'i':
      return `[${element.slice(2)}]`;
    case 'v':
      return `[=${formatValue(content(element))}]`;
    default: {
      const key = content(element) as JsonObject;
      const names = Object.keys(key).sort(compareText);
      return `[${names.map((name) => `${name}=${formatValue(key[name]!)}`).join(',')}]`;
    }
  }
}

function formatValue(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return goQuote(value);
  if (Array.isArray(value)) return `[${value.map(formatValue).join(',')}]`;
  if (typeof value !== 'object') return goValue(value);
  return Object.keys(value)
    .map((name) => `${name}=${formatValue(value[name]!)}`)
    .join('');
}
