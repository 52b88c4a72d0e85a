import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing } from '../../../test/corpus.ts';
import { type CorpusSet, setOf, smdCases } from '../../../test/smd/corpus-cases.ts';
import { smdSchema } from '../../../test/smd/smd-schema.ts';
import { stringifyJson } from '../codec/json.ts';
import { parseYaml } from '../codec/yaml.ts';
import { deepEqual } from '../equality.ts';
import type { JsonValue } from '../object-meta.ts';
import { type ApplySchema, deduced } from './apply-schema.ts';
import { compareTyped } from './compare-typed.ts';
import type { FieldSet } from './field-set.ts';
import { toFieldsV1 } from './fields-v1.ts';
import { mergeTyped } from './merge-typed.ts';
import { withNamedFields } from './named-fields.ts';
import { reconcileFieldSetWithSchema } from './reconcile-schema.ts';
import { extractItems, removeItems } from './remove-items.ts';
import { toFieldSet } from './to-field-set.ts';
import { TypedError } from './typed-error.ts';
import { validateTyped } from './validate-typed.ts';

const missing = corpusMissing('upstream-tables/smd');
const written = (set: FieldSet): string => stringifyJson(toFieldsV1(set));

interface Case {
  readonly id: string;
  readonly schema: string | null;
  readonly typeName?: string;
  readonly deduced?: boolean;
}
const schemaOf = (c: Case): ApplySchema =>
  c.deduced === true ? deduced : smdSchema(`upstream-tables/smd/typed/schemas/${c.schema}.yaml`)(c.typeName!);

/** A value that fits, read with the leniency a stored object is read with. */
function parsed(text: string, schema: ApplySchema): JsonValue {
  const value = parseYaml(text);
  validateTyped(value, schema, { allowDuplicates: true });
  return value;
}
const isValid = (value: JsonValue, schema: ApplySchema, allowDuplicates: boolean): boolean => {
  try {
    validateTyped(value, schema, { allowDuplicates });
    return true;
  } catch (error) {
    assert.ok(error instanceof TypedError);
    return false;
  }
};
/** An object that lost everything is null or empty: both say nothing. */
const same = (actual: JsonValue, expected: JsonValue, id: string): void =>
  assert.ok(
    deepEqual(actual, expected),
    `${id} gave ${stringifyJson(actual)}, not ${stringifyJson(expected)}`,
  );

test('what is valid', (t) => {
  interface Validation extends Case {
    readonly object: string;
    readonly expected: { readonly valid: boolean; readonly validAllowDuplicates?: boolean };
  }
  const cases = smdCases<Validation>('typed/validate');
  if (cases === undefined) return t.skip(missing);
  assert.ok(cases.length > 50);
  for (const c of cases) {
    const value = parseYaml(c.object);
    assert.equal(isValid(value, schemaOf(c), false), c.expected.valid, c.id);
    const { validAllowDuplicates } = c.expected;
    if (validAllowDuplicates !== undefined) {
      assert.equal(isValid(value, schemaOf(c), true), validAllowDuplicates, c.id);
    }
  }
});

test('the fields of a value', (t) => {
  const cases = smdCases<Case & { object: string; expected: CorpusSet }>('typed/toset');
  if (cases === undefined) return t.skip(missing);
  for (const c of cases) {
    const schema = schemaOf(c);
    assert.equal(written(toFieldSet(parsed(c.object, schema), schema)), written(setOf(c.expected)), c.id);
  }
});

test('merge', (t) => {
  const cases = smdCases<Case & { lhs: string; rhs: string; expected: string }>('typed/merge');
  if (cases === undefined) return t.skip(missing);
  for (const c of cases) {
    const schema = schemaOf(c);
    const [lhs, rhs] = [parsed(c.lhs, schema), parsed(c.rhs, schema)];
    const before = stringifyJson([lhs, rhs]);
    same(mergeTyped(lhs, rhs, schema), parseYaml(c.expected), c.id);
    assert.equal(stringifyJson([lhs, rhs]), before, c.id);
  }
});

test('compare', (t) => {
  interface Compared extends Case {
    readonly lhs: string;
    readonly rhs: string;
    readonly expected: Readonly<Record<'added' | 'removed' | 'modified', CorpusSet>>;
  }
  const cases = smdCases<Compared>('typed/compare');
  if (cases === undefined) return t.skip(missing);
  for (const c of cases) {
    const schema = schemaOf(c);
    const [lhs, rhs] = [parsed(c.lhs, schema), parsed(c.rhs, schema)];
    const check = (a: JsonValue, b: JsonValue, added: CorpusSet, removed: CorpusSet): void => {
      const actual = compareTyped(a, b, schema);
      assert.equal(written(actual.added), written(setOf(added)), `${c.id} added`);
      assert.equal(written(actual.removed), written(setOf(removed)), `${c.id} removed`);
      assert.equal(written(actual.modified), written(setOf(c.expected.modified)), `${c.id} modified`);
    };
    check(lhs, rhs, c.expected.added, c.expected.removed);
    check(rhs, lhs, c.expected.removed, c.expected.added);
  }
});

test('remove and extract', (t) => {
  interface Removal extends Case {
    readonly object: string;
    readonly set: CorpusSet;
    readonly expected: { readonly removeItems?: string; readonly extractItems?: string };
  }
  const cases = smdCases<Removal>('typed/remove');
  if (cases === undefined) return t.skip(missing);
  for (const c of cases) {
    const schema = schemaOf(c);
    const value = parsed(c.object, schema);
    const { removeItems: removed, extractItems: extracted } = c.expected;
    if (removed !== undefined) same(removeItems(value, setOf(c.set), schema), parseYaml(removed), c.id);
    if (extracted !== undefined) same(extractItems(value, setOf(c.set), schema), parseYaml(extracted), c.id);
  }
});

test('what is merged in can be extracted again', (t) => {
  const cases = smdCases<Case & { object: string; pso: string }>('typed/reversible_extract');
  if (cases === undefined) return t.skip(missing);
  for (const c of cases) {
    const schema = schemaOf(c);
    const applied = parsed(c.pso, schema);
    const merged = mergeTyped(parsed(c.object, schema), applied, schema);
    same(extractItems(merged, toFieldSet(applied, schema).leaves(), schema), applied, c.id);
  }
});

test('extraction with the fields that tell list items apart', (t) => {
  interface Extraction extends Case {
    readonly object: string;
    readonly set: CorpusSet;
    readonly expected: { readonly yaml?: string; readonly value?: JsonValue };
  }
  const cases = smdCases<Extraction>('typed/extract_with_keys');
  if (cases === undefined) return t.skip(missing);
  for (const c of cases) {
    const schema = schemaOf(c);
    const { yaml, value } = c.expected;
    const expected = yaml === undefined ? value! : parsed(yaml, schema);
    same(extractItems(parsed(c.object, schema), setOf(c.set), schema, { keyFields: true }), expected, c.id);
  }
});

test('fields under a changed schema', (t) => {
  interface Change {
    readonly id: string;
    readonly newSchema: string;
    readonly typeName: string;
    readonly oldFields: CorpusSet;
    readonly expected: CorpusSet | null;
  }
  const cases = smdCases<Change>('typed/reconcile_schema');
  if (cases === undefined) return t.skip(missing);
  for (const c of cases) {
    const before = setOf(c.oldFields);
    const after = reconcileFieldSetWithSchema(before, schemaOf({ ...c, schema: c.newSchema }));
    if (c.expected === null) assert.equal(after, before, c.id);
    else assert.equal(written(after), written(setOf(c.expected)), c.id);
  }
});

test('declared fields on the way to members', (t) => {
  interface Ensured extends Case {
    readonly object: string;
    readonly toFieldSet: CorpusSet;
    readonly ensureSchema: string;
    readonly expected: CorpusSet;
  }
  const cases = smdCases<Ensured>('fieldpath/ensure_named_fields');
  if (cases === undefined) return t.skip(missing);
  for (const c of cases) {
    const schema = schemaOf(c);
    const set = toFieldSet(parsed(c.object, schema), schema);
    assert.equal(written(set), written(setOf(c.toFieldSet)), c.id);
    assert.equal(
      written(withNamedFields(set, schemaOf({ ...c, schema: c.ensureSchema }))),
      written(setOf(c.expected)),
      c.id,
    );
  }
});
