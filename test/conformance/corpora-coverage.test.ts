/**
 * Which test plays which table of the corpora, or why none does. A table that nobody names fails here, and so does a
 * test that is said to play one it does not mention.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { corpusMissing, root } from '../corpus.ts';

const corpora = join(root, '..', 'shared', 'corpora');

/** The test, or in parentheses the reason. */
type Player = string;
interface Folder {
  /** Tables by the test that plays them; a trailing `*` stands for the rest of a name. */
  readonly played: Readonly<Record<Player, readonly string[]>>;
  /** Tables, or parts of them, by the reason why they are not played. */
  readonly missed: Readonly<Record<string, readonly string[]>>;
}

const machinery = 'src/apimachinery';
const apply = `${machinery}/apply`;
const structural = `${machinery}/structural`;
const managed = `${machinery}/managed-fields`;
const rules = `${machinery}/structural/rules`;
const folders: Readonly<Record<string, Folder>> = {
  'upstream-tables/apimachinery': {
    played: {
      [`${machinery}/field-selector.test.ts`]: ['field_selector_match', 'field_selector_parse'],
      [`${machinery}/label-selector.test.ts`]: ['label_requirement_*', 'label_selector_*'],
      [`${machinery}/codec/json.test.ts`]: ['json_types'],
      [`${machinery}/quantity.test.ts`]: ['quantity_*'],
      [`${machinery}/ip.test.ts`]: ['validation_ip'],
      [`${machinery}/names.test.ts`]: ['validation_names'],
    },
    missed: {},
  },
  'upstream-tables/crd': {
    played: {
      'src/apis/apiextensions/v1/customresourcedefinition/definition-corpus.test.ts': [
        'crd_validate',
        'crd_validate_update',
        'crd_validation_schema',
        'crd_selectable_fields',
        'crd_deprecation_warning',
        'crd_stored_versions',
        'crd_field_path',
      ],
      [`${structural}/law/completeness-errors.test.ts`]: ['structural_completeness'],
      [`${structural}/law/default-errors.test.ts`]: ['default_validation'],
      [`${structural}/printer-columns.test.ts`]: ['table_cell', 'table_convert'],
      [`${structural}/validate-value-corpus.test.ts`]: ['ratcheting_schema', 'validate_custom_resource'],
      [`${structural}/values-corpus.test.ts`]: [
        'defaulting',
        'listtype',
        'objectmeta_coerce',
        'objectmeta_get',
        'objectmeta_validate',
        'prune_nulls',
        'pruning',
      ],
    },
    missed: {},
  },
  'upstream-tables/jsonpath': {
    played: { [`${machinery}/jsonpath/json-path-corpus.test.ts`]: ['jsonpath'] },
    missed: {},
  },
  'upstream-tables/cel/library': {
    played: {
      [`${machinery}/cel/cost/library-cost-corpus.test.ts`]: ['cost'],
      [`${machinery}/cel/libraries/library-corpus.test.ts`]: ['cidr', 'format', 'ip', 'quantity', 'semver'],
    },
    missed: {},
  },
  'upstream-tables/cel': {
    played: {
      [`${rules}/rules-corpus.test.ts`]: [
        'cost_stability',
        'max_recursion_depth',
        'message_expression',
        'optional_old_self',
        'ratcheting',
        'reason_and_fieldpath',
        'validation_expressions',
        'validation_limit',
        'validation_schema_levels',
      ],
      [`${rules}/rule-costs-corpus.test.ts`]: [
        'compilation',
        'cost_estimation',
        'estimated_cost_stability',
        'metadata_name_cost',
      ],
      [`${rules}/rule-field-path.test.ts`]: ['valid_field_path'],
    },
    missed: {},
  },
  'upstream-tables/managedfields': {
    played: {
      [`${managed}/last-applied-corpus.test.ts`]: ['last_applied'],
      [`${managed}/managed-fields-corpus.test.ts`]: [
        'build_identifier',
        'cap_managers',
        'conflict_error',
        'decode_invalid',
        'roundtrip',
        'scale_handler',
        'sort_entries',
      ],
    },
    missed: {},
  },
  'upstream-tables/smd': {
    played: {
      [`${apply}/field-path.test.ts`]: ['value_less', 'conflict'],
    },
    missed: {},
  },
  'upstream-tables/smd/fieldpath': {
    played: {
      [`${apply}/field-path.test.ts`]: [
        'path_element_less',
        'path_element_serialize',
        'path_string',
        'set_filter',
      ],
      [`${apply}/field-set.test.ts`]: ['set_ops', 'set_serialize'],
      [`${apply}/typed.test.ts`]: ['ensure_named_fields'],
    },
    missed: {
      'a guess at the paths of a value without a schema, which serves nothing but tests': ['from_value'],
      'comparing all managers of two objects, which serves nothing but tests; their sets are compared by set_ops':
        ['managers'],
    },
  },
  'upstream-tables/smd/merge': {
    played: { [`${apply}/updater-corpus.test.ts`]: ['*'] },
    missed: {},
  },
  'upstream-tables/smd/typed': {
    played: {
      [`${apply}/typed.test.ts`]: [
        'compare',
        'extract_with_keys',
        'merge',
        'reconcile_schema',
        'remove',
        'reversible_extract',
        'toset',
        'validate',
      ],
      [`${apply}/updater-corpus.test.ts`]: ['comparison_exclude', 'invalid_override'],
    },
    missed: {},
  },
  'upstream-tables/strategicpatch': {
    played: {
      [`${machinery}/patch/strategic-merge-patch.test.ts`]: [
        'apply_custom',
        'create_and_apply',
        'number_conversion',
        'sort_merge_lists',
        'unknown_field',
      ],
    },
    missed: {
      'making patches is the client’s: create_and_apply, number_conversion and unknown_field are played in the half that applies them':
        [],
      'the types of the tables, which the test states in our own words': [
        'merge-item-meta',
        'schema-merge-item-v3',
        'schema-merge-item.swagger',
        'schema-precision-item-v3',
        'schema-precision-item.swagger',
      ],
    },
  },
  'json-patch': {
    played: { [`${machinery}/patch/json-patch.test.ts`]: ['spec_tests', 'tests'] },
    missed: {},
  },
};

/** Folders of the same tables' types, read by those who play them. */
const typeFolders = ['schemas'];

const matches = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

for (const [folder, { played, missed }] of Object.entries(folders)) {
  test(`every table of ${folder} is played, or named with the reason`, (t) => {
    if (!existsSync(join(corpora, folder))) return t.skip(corpusMissing(folder));
    const entries = readdirSync(join(corpora, folder), { withFileTypes: true });
    for (const entry of entries) {
      if (entry.isDirectory()) {
        const isNamed = `${folder}/${entry.name}` in folders || typeFolders.includes(entry.name);
        assert.ok(isNamed, `nobody plays the folder ${folder}/${entry.name}`);
        continue;
      }
      if (!entry.name.endsWith('.json')) continue;
      const name = entry.name.slice(0, -'.json'.length);
      const players = Object.keys(played).filter((player) =>
        played[player]!.some((pattern) => matches(pattern, name)),
      );
      const reasons = Object.keys(missed).filter((reason) => missed[reason]!.includes(name));
      assert.equal(players.length + reasons.length, 1, `${folder}/${name}: ${[...players, ...reasons]}`);
      for (const player of players) {
        const text = readFileSync(join(root, player), 'utf8');
        // By its whole name, or by what is behind the prefix that its family shares.
        const names = [name, name.slice(name.indexOf('_') + 1)];
        assert.ok(
          names.some((known) => new RegExp(`['"\`/]${known}(\\.json)?['"\`]`).test(text)),
          `${player} does not mention ${name}`,
        );
      }
    }
  });
}

test('no folder of tables is forgotten', (t) => {
  const path = 'upstream-tables';
  if (!existsSync(join(corpora, path))) return t.skip(corpusMissing(path));
  const names = readdirSync(join(corpora, path), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  for (const { name } of names) assert.ok(`${path}/${name}` in folders, name);
});
