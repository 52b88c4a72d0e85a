/** Pruning, defaulting, typing and list types of custom resources, by upstream's tables. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../../test/corpus.ts';
import { parseJson } from '../codec/json.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { DecodeError } from '../schema/decode.ts';
import { typedMetadata, typeEmbedded, validateEmbedded, wellFormedMetadata } from './embedded-objects.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';
import { validateListTypes } from './list-types.ts';
import { prune } from './prune.ts';
import { dropWrongNulls, setDefaults } from './set-defaults.ts';

interface Case {
  readonly id: string;
  readonly object: JsonValue;
  readonly schema: JsonSchemaProps | null;
  // biome-ignore lint/suspicious/noExplicitAny: every table has its own form.
  readonly [field: string]: any;
}
function table(name: string, run: (each: Case) => void): void {
  const path = `upstream-tables/crd/${name}.json`;
  const text = corpusText(path);
  test(name, { skip: text === undefined ? corpusMissing(path) : false }, () => {
    for (const each of (parseJson(text!) as unknown as { cases: Case[] }).cases) run(each);
  });
}

table('pruning', ({ id, object, schema, isResourceRoot, expected }) => {
  const paths = prune(object, schema ?? undefined, { isResource: isResourceRoot, tracks: true });
  assert.deepEqual(object, expected.object, id);
  assert.deepEqual(paths, [...expected.prunedPaths].sort(), id);
  assert.deepEqual(prune(object, schema ?? undefined, { isResource: isResourceRoot, tracks: true }), [], id);
});

table('prune_nulls', ({ id, object, schema, expected }) => {
  dropWrongNulls(object, schema ?? undefined);
  assert.deepEqual(object, expected, id);
});

table('defaulting', ({ id, object, schema, expected }) => {
  setDefaults(object, schema ?? undefined);
  assert.deepEqual(object, expected, id);
});

table('objectmeta_coerce', ({ id, object, schema, dropInvalidFields, expected }) => {
  const unknownFields: string[] = [];
  typeEmbedded(object, schema ?? {}, { dropsInvalid: dropInvalidFields, unknownFields });
  assert.deepEqual(object, expected.object, id);
  assert.deepEqual(unknownFields.sort(), expected.unknownFieldPaths, id);
});

table('objectmeta_get', ({ id, object, dropMalformedFields, returnUnknownFieldPaths, expected }) => {
  const { metadata } = object as JsonObject;
  const unknown: string[] = [];
  const typed = (): unknown =>
    dropMalformedFields
      ? wellFormedMetadata(metadata as JsonObject, unknown)
      : typedMetadata(metadata!, unknown);
  if (expected.error === undefined) {
    assert.deepEqual(typed(), expected.objectMeta, id);
    const paths = unknown.map((path) => `metadata.${path}`);
    if (returnUnknownFieldPaths) assert.deepEqual(paths, expected.unknownPaths ?? [], id);
  } else {
    assert.throws(
      typed,
      (error) => error instanceof DecodeError && error.message.includes('annotations'),
      id,
    );
  }
});

const told = (errors: readonly { readonly field: string; readonly reason: string }[]): string[] =>
  errors.map(({ field, reason }) => `${field} ${reason}`).sort();
const wanted = (errors: readonly { readonly path: string; readonly type: string }[]): string[] =>
  errors.map(({ path, type }) => `${path} ${type}`).sort();

table('listtype', ({ id, object, schema, errors }) => {
  assert.deepEqual(told(validateListTypes(object, schema ?? {}, 'root')), wanted(errors), id);
});

table('objectmeta_validate', ({ id, object, schema, errors }) => {
  assert.deepEqual(told(validateEmbedded(object, schema ?? {})), wanted(errors), id);
});
