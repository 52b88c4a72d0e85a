/** The schemas inside a schema, wherever they may stand, forbidden places included. Judges nothing. */
import type { WrittenSchema } from '../written-schema.ts';
import { childPath, keyPath } from './schema-path.ts';

export interface InnerSchema {
  readonly schema: WrittenSchema;
  readonly path: string;
  /** What it is about, of a value that the outer schema is about; `other` are the same value, and what is forbidden. */
  readonly relation: Relation;
  /** Of a property. */
  readonly name: string;
}
type Relation = 'property' | 'value' | 'item' | 'other';

/** Those right inside. Without their paths, which most of them need not have, it is `schemasIn`. */
export function schemasWithPaths(schema: WrittenSchema, path: string): InnerSchema[] {
  const found: InnerSchema[] = [];
  eachInner(schema, (inner, relation, keyword, key) => {
    let at: string;
    if (key === undefined) at = childPath(path, keyword);
    else if (typeof key === 'number') at = `${childPath(path, keyword)}[${key}]`;
    else at = keyPath(path, keyword, key);
    found.push({ schema: inner, path: at, relation, name: relation === 'property' ? String(key) : '' });
  });
  return found;
}

/** Those right inside. */
export function schemasIn(schema: WrittenSchema): WrittenSchema[] {
  const found: WrittenSchema[] = [];
  eachInner(schema, (inner) => found.push(inner));
  return found;
}

type Visit = (inner: WrittenSchema, relation: Relation, keyword: string, key?: string | number) => void;

/** A schema says little with most of its keywords, and there are many schemas: each is looked through once. */
function eachInner(schema: WrittenSchema, visit: Visit): void {
  for (const keyword in schema) {
    const given = schema[keyword as keyof WrittenSchema];
    if (typeof given !== 'object' || given === null) continue;
    const said = given as WrittenSchema | readonly WrittenSchema[] | Readonly<Record<string, WrittenSchema>>;
    switch (keyword) {
      case 'items':
        eachOf(said, 'item', keyword, visit);
        break;
      case 'additionalProperties':
        visit(said as WrittenSchema, 'value', keyword);
        break;
      case 'not':
      case 'additionalItems':
        visit(said as WrittenSchema, 'other', keyword);
        break;
      case 'allOf':
      case 'anyOf':
      case 'oneOf':
        eachOf(said, 'other', keyword, visit);
        break;
      case 'properties':
        eachEntry(said, 'property', keyword, visit);
        break;
      case 'patternProperties':
      case 'definitions':
      case 'dependencies':
        eachEntry(said, 'other', keyword, visit);
        break;
      default:
    }
  }
}

function eachOf(said: unknown, relation: Relation, keyword: string, visit: Visit): void {
  if (Array.isArray(said)) {
    for (let i = 0; i < said.length; i++) visit(said[i] as WrittenSchema, relation, keyword, i);
  } else visit(said as WrittenSchema, relation, keyword);
}

/** Dependencies may be lists of names. */
function eachEntry(said: object, relation: Relation, keyword: string, visit: Visit): void {
  for (const [key, inner] of Object.entries(said)) {
    if (!Array.isArray(inner)) visit(inner as WrittenSchema, relation, keyword, key);
  }
}

/** What TypeScript's own does not say of readonly lists. */
export const isList = <T>(value: T): value is Extract<T, readonly unknown[]> => Array.isArray(value);

/** Whether it holds of the schema or of one inside it. */
export function someSchema(schema: WrittenSchema, holds: (schema: WrittenSchema) => boolean): boolean {
  if (holds(schema)) return true;
  for (const inner of schemasIn(schema)) if (someSchema(inner, holds)) return true;
  return false;
}
