/** Upstream's own tables for definitions: each error by its field and its reason. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { corpusMissing, corpusText, root } from '../../../../../test/corpus.ts';
import { parseJson } from '../../../../apimachinery/codec/json.ts';
import { parseYaml } from '../../../../apimachinery/codec/yaml.ts';
import type { FieldError } from '../../../../apimachinery/field-error.ts';
import type { JsonObject } from '../../../../apimachinery/object-meta.ts';
import { decodeObject } from '../../../../apimachinery/schema/decode.ts';
import type { JsonSchemaProps } from '../../../../apimachinery/structural/json-schema-props.ts';
import { LawBudget } from '../../../../apimachinery/structural/law/law-budget.ts';
import { parseRuleFieldPath } from '../../../../apimachinery/structural/rules/rule-field-path.ts';
import type { WrittenSchema } from '../../../../apimachinery/structural/written-schema.ts';
import { customResourceDefinitionDefinition } from './custom-resource-definition-definition.ts';
import { customResourceDefinitionSchema } from './custom-resource-definition-schema.ts';
import type { DefinitionForm } from './definition-form.ts';
import { definitionUpdateErrors, newDefinitionErrors } from './definition-validation.ts';
import { schemaErrors } from './schema-validation.ts';
import { deprecationProblems } from './version-validation.ts';

interface Row {
  readonly id: string;
}
interface Expected {
  readonly path: string;
  readonly type: string;
  readonly contains?: string;
}

/** `missed`: cases that are not played, each with the reason. */
function table<T extends Row>(
  name: string,
  check: (row: T) => void,
  missed: Record<string, string> = {},
): void {
  const file = `upstream-tables/crd/${name}.json`;
  describe(name, () => {
    const text = corpusText(file);
    if (text === undefined) {
      test(name, (t) => t.skip(corpusMissing(file)));
      return;
    }
    const { cases } = parseJson(text) as unknown as { cases: T[] };
    const ids = cases.map(({ id }) => id.slice(id.indexOf('/') + 1));
    for (const id of Object.keys(missed)) assert.ok(ids.includes(id), `${id} is not in the table`);
    for (const [i, row] of cases.entries()) {
      const reason = missed[ids[i]!];
      test(row.id, reason === undefined ? () => check(row) : (t) => t.skip(reason));
    }
  });
}

function sameErrors(found: readonly FieldError[], expected: readonly Expected[]): void {
  const shown = found.map(({ field, message }) => `${field}: ${message}`).join('\n');
  assert.deepEqual(
    found.map(({ reason, field }) => `${reason} ${field}`).sort(),
    expected.map(({ type, path }) => `${type} ${path}`).sort(),
    shown,
  );
  for (const { contains = '' } of expected) assert.ok(shown.includes(contains), `${contains} in ${shown}`);
}

/** The tables leave out what Go has by value. */
const form = ({ metadata, spec, status }: Partial<DefinitionForm>): DefinitionForm => ({
  metadata: metadata ?? { name: '' },
  spec: spec ?? {},
  status: status ?? {},
});

/** No v1 object has the form of these: what versions have alike is above them, and what they do not is not. */
const noSuchForm = 'of a form that objects of v1 never have';

table<Row & { resource: DefinitionForm; errors: Expected[] }>(
  'crd_validate',
  ({ resource, errors }) => sameErrors(newDefinitionErrors(form(resource)), errors),
  {
    'per-version fields may not all be set to identical values (top-level field should be used instead)':
      noSuchForm,
  },
);

table<Row & { resource: DefinitionForm; oldResource: DefinitionForm; errors: Expected[] }>(
  'crd_validate_update',
  ({ resource, oldResource, errors }) =>
    sameErrors(definitionUpdateErrors(form(resource), form(oldResource)), errors),
  {
    'top-level and per-version fields are mutually exclusive': noSuchForm,
  },
);

table<Row & { resource: DefinitionForm; errors: Expected[] }>(
  'crd_selectable_fields',
  ({ resource, errors }) => sameErrors(newDefinitionErrors(form(resource)), errors),
);

interface SchemaRow extends Row {
  readonly validation: { readonly openAPIV3Schema?: WrittenSchema };
  readonly statusEnabled: boolean;
  readonly options: Readonly<Record<string, boolean>>;
  readonly errors: readonly Expected[];
}
table<SchemaRow>(
  'crd_validation_schema',
  ({ validation, statusEnabled, options, errors }) => {
    const rules = {
      allowsDefaults: options.allowDefaults === true,
      requiresKnownTypes: options.requireValidPropertyType === true,
      requiresAtomicSets: options.requireAtomicSetType === true,
      requiresMapKeys: options.requireMapListKeysMapSetValidation === true,
      requiresStructural: options.requireStructuralSchema === true,
      budget: new LawBudget(),
      hasOldCosts: false,
      requiresPruned: options.requirePrunedDefaults === true,
    };
    const { openAPIV3Schema } = validation;
    const path = 'spec.validation.openAPIV3Schema';
    const found =
      openAPIV3Schema === undefined ? [] : schemaErrors(openAPIV3Schema, statusEnabled, rules, path);
    sameErrors(found, errors);
  },
  {},
);

interface PathRow extends Row {
  readonly schema: JsonSchemaProps;
  readonly fieldPath: string;
  readonly expected: { readonly errorContains?: string };
}
table<PathRow>('crd_field_path', ({ schema, fieldPath, expected: { errorContains } }) => {
  const parse = (): unknown => parseRuleFieldPath(fieldPath, schema);
  if (errorContains === undefined) parse();
  else assert.throws(parse, ({ message }: Error) => message.includes(errorContains));
});

interface DeprecationRow extends Row {
  readonly deprecated: boolean;
  readonly warning: string;
  readonly errorsContain: readonly string[];
}
table<DeprecationRow>('crd_deprecation_warning', ({ deprecated, warning, errorsContain }) => {
  const problems = deprecationProblems(deprecated, warning);
  assert.equal(problems.length, errorsContain.length);
  for (const [i, text] of errorsContain.entries()) assert.ok(problems[i]?.includes(text), problems[i]);
});

interface StoredRow extends Row {
  readonly versions: readonly string[];
  readonly storageVersion: string;
  readonly storedVersions: string[];
  readonly errors: readonly Expected[];
}
table<StoredRow>('crd_stored_versions', ({ versions, storageVersion, storedVersions, errors }) => {
  const definition: DefinitionForm = {
    metadata: { name: 'as.a.b' },
    spec: {
      group: 'a.b',
      scope: 'Cluster',
      names: { plural: 'as', singular: 'a', kind: 'A', listKind: 'AList' },
      versions: versions.map((name) => ({ name, served: true, storage: name === storageVersion })),
      validation: { openAPIV3Schema: { type: 'object' } },
      preserveUnknownFields: false,
    },
    status: { storedVersions },
  };
  sameErrors(newDefinitionErrors(definition), errors);
});

describe('definitions that people use', () => {
  const { strategy } = customResourceDefinitionDefinition;
  for (const folder of ['crds', 'gateway-api/crds']) {
    const path = join(root, '..', 'shared', 'corpora', folder);
    const found = corpusFiles(path);
    if (found.length === 0) test(folder, (t) => t.skip(corpusMissing(folder)));
    for (const file of found) {
      for (const text of readFileSync(file, 'utf8').split(/^---$/m)) {
        const given = (parseYaml(text) ?? {}) as JsonObject;
        if (given.kind !== 'CustomResourceDefinition') continue;
        test(`${folder}: ${String((given.metadata as JsonObject).name)}`, () => {
          const unknown: string[] = [];
          const definition = decodeObject(given, customResourceDefinitionSchema, unknown) as never;
          strategy.defaults?.(definition);
          strategy.prepareForCreate?.(definition, {} as never);
          assert.deepEqual(unknown, []);
          assert.deepEqual(strategy.validateCreate?.(definition), []);
        });
      }
    }
  }
});

function corpusFiles(path: string): string[] {
  try {
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => join(path, file));
  } catch {
    return [];
  }
}
