/**
 * What the tables of structured-merge-diff's own tests have in common: their files, and sets of fields written as
 * lists of paths. Beside the repository, so every reader may be told that they are not there.
 *
 * Two tables are not played, as what they test is not here: `fieldpath/from_value` guesses the fields of a value
 * that has no schema, and `fieldpath/managers` compares whole sets of managers; a server needs neither.
 */

import { keyElement, type PathElement, valueElement } from '../../src/apimachinery/apply/field-path.ts';
import { FieldSet } from '../../src/apimachinery/apply/field-set.ts';
import { parseJson } from '../../src/apimachinery/codec/json.ts';
import type { JsonObject, JsonValue } from '../../src/apimachinery/object-meta.ts';
import { corpusText } from '../corpus.ts';

export type CorpusElement =
  | { readonly f: string }
  | { readonly k: JsonObject }
  | { readonly v: JsonValue }
  | { readonly i: number };
export interface CorpusSet {
  readonly paths: readonly (readonly CorpusElement[])[];
  readonly fieldsV1: JsonObject;
}

/** The cases of one table; undefined where the corpora are absent. */
export function smdCases<T extends { readonly id: string }>(table: string): readonly T[] | undefined {
  const text = corpusText(`upstream-tables/smd/${table}.json`);
  return text === undefined ? undefined : (parseJson(text) as unknown as { cases: readonly T[] }).cases;
}

export function elementOf(element: CorpusElement): PathElement {
  if ('f' in element) return `f:${element.f}`;
  if ('i' in element) return `i:${element.i}`;
  if ('v' in element) return valueElement(element.v);
  const names = Object.keys(element.k);
  return keyElement(
    names,
    names.map((name) => element.k[name]!),
  );
}
export const pathOf = (path: readonly CorpusElement[]): readonly PathElement[] => path.map(elementOf);
export const setOf = ({ paths }: CorpusSet): FieldSet => FieldSet.of(...paths.map(pathOf));
