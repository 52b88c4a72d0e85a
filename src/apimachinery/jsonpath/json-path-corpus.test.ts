/** JSONPath by upstream's table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../../test/corpus.ts';
import { parseJson } from '../codec/json.ts';
import type { JsonValue } from '../object-meta.ts';
import { findResults } from './find-results.ts';
import { JsonPathError } from './json-path-template.ts';
import { parseJsonPath } from './parse-json-path.ts';
import { printResults } from './print-results.ts';

interface Case {
  readonly id: string;
  readonly template: string;
  readonly input: JsonValue;
  readonly allowMissingKeys: boolean;
  readonly goStructInput?: boolean;
  readonly sortOutput?: boolean;
  readonly expected: { readonly output?: string; readonly error?: string | true };
}

/** Cases that are told otherwise here, and why. */
const otherwise: Readonly<Record<string, string>> = {
  // The type of a field of a Go struct; ours are all maps of anything.
  'TestStructInput/invalid array': 'map[string]interface {} is not array or slice',
};

function run(template: string, input: JsonValue, allowsMissing: boolean): string {
  return findResults(parseJsonPath(template), input, { allowsMissing }).map(printResults).join('');
}

/** Go prints the fields of a struct in their order in it, and those of a map by name. */
const withSortedNames = (text: string): string =>
  text.replace(/\{"[^{}]*\}/g, (object) => printResults([parseJson(object)]));

const path = 'upstream-tables/jsonpath/jsonpath.json';
const text = corpusText(path);
const { cases } = parseJson(text ?? '{"cases":[]}') as unknown as { cases: Case[] };
test(path, { skip: text === undefined ? corpusMissing(path) : false }, () => {
  for (const { id, template, input, allowMissingKeys, goStructInput, sortOutput, expected } of cases) {
    if (expected.error !== undefined) {
      const message = otherwise[id] ?? expected.error;
      assert.throws(
        () => run(template, input, allowMissingKeys),
        (error) => error instanceof JsonPathError && (message === true || error.message === message),
        id,
      );
      continue;
    }
    let wanted = expected.output!;
    if (goStructInput === true) wanted = withSortedNames(wanted);
    let output = run(template, input, allowMissingKeys);
    if (sortOutput === true) {
      output = output.split(' ').sort().join(' ');
      wanted = wanted.split(' ').sort().join(' ');
    }
    assert.equal(output, wanted, `${id}: ${template}`);
  }
});
