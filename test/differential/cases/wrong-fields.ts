/**
 * Every field of every kind, wrong in one way after the other, in a create and in an update; dry runs all. What is wrong
 * stands in the request's path, where nobody reads it, so that a difference says what it is about.
 */
import type { JsonObject, JsonValue } from '../../../src/apimachinery/object-meta.ts';
import { type Case, post, put, type Request } from '../case.ts';
import { fullObjects } from './full-objects.ts';

type Path = readonly (string | number)[];
export interface Change {
  readonly label: string;
  readonly fields: JsonObject;
}

const texts = ['', 'Bad_Name!', 'x'.repeat(300), 'a b', 'a/b/c', '..', 'UPPER', '*', '-1', '1.2.3.4', 'é'];
const numbers = [-1, 0, 1, 70_000, 2_147_483_647];
const keys = ['Bad Key!', '', 'a/b/c', 'x'.repeat(300), 'é', '..', '.'];

export const wrongFieldCases: readonly Case[] = fullObjects.map(([name, path, fields, annotations = {}]) => {
  const metadata = { name: 'full', annotations };
  const body = (changed: JsonObject): JsonObject => ({ metadata, ...changed });
  const wrong = [...changes(fields)];
  const query = (label: string): string => `?dryRun=All&change=${encodeURIComponent(label)}`;
  const requests: Request[] = [
    ...wrong.map((change) => post(`${path}${query(change.label)}`, body(change.fields))),
    post(path, body(fields)),
    ...wrong.map((change) => put(`${path}/full${query(change.label)}`, body(change.fields))),
    { method: 'DELETE', path: `${path}/full` },
  ];
  return { name: `wrong fields of ${name}`, requests };
});

/** Every field left out and wrong, one at a time. */
export function* changes(fields: JsonObject): Generator<Change> {
  for (const path of pathsOf(fields)) {
    const where = path.join('.');
    yield { label: `${where} left out`, fields: without(fields, path) };
    for (const value of wrongValues(valueAt(fields, path))) {
      const label = `${where}: ${JSON.stringify(value).slice(0, 40)}`;
      yield { label, fields: having(fields, path, value) };
    }
  }
}

export function* pathsOf(value: JsonValue | undefined, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (value === null || typeof value !== 'object') return;
  for (const [key, inner] of Object.entries(value)) {
    yield* pathsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

/** Of the right type: what decoding refuses is another matter. */
function wrongValues(value: JsonValue): JsonValue[] {
  if (typeof value === 'string') return [null, ...texts];
  if (typeof value === 'number') return [null, ...numbers];
  if (typeof value === 'boolean') return [null, !value];
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return [null, [], ...(value.length === 0 ? [] : [[...value, value[0]!]])];
  const first = Object.values(value)[0];
  const isMap = Object.values(value).every((inner) => typeof inner === 'string');
  return [null, {}, ...(isMap ? keys.map((key) => ({ ...value, [key]: first ?? 'x' })) : [])];
}

function valueAt(root: JsonValue, path: Path): JsonValue {
  return path.reduce<JsonValue>((value, key) => (value as JsonObject)[key] ?? null, root);
}

export function having(root: JsonObject, path: Path, value: JsonValue): JsonObject {
  const copy = structuredClone(root);
  (valueAt(copy, path.slice(0, -1)) as JsonObject)[path.at(-1)!] = value;
  return copy;
}

export function without(root: JsonObject, path: Path): JsonObject {
  const copy = structuredClone(root);
  const parent = valueAt(copy, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(Number(path.at(-1)), 1);
  else delete (parent as JsonObject)[path.at(-1)!];
  return copy;
}
