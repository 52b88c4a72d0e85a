import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing } from '../../../test/corpus.ts';
import { converters } from '../../../test/smd/converters.ts';
import {
  type CorpusElement,
  type CorpusSet,
  pathOf,
  setOf,
  smdCases,
} from '../../../test/smd/corpus-cases.ts';
import { smdSchema } from '../../../test/smd/smd-schema.ts';
import { stringifyJson } from '../codec/json.ts';
import { parseYaml } from '../codec/yaml.ts';
import { deepEqual } from '../equality.ts';
import type { JsonObject } from '../object-meta.ts';
import { ApplyConflicts } from './apply-conflicts.ts';
import { type ApplySchema, deduced } from './apply-schema.ts';
import { excludeFields, type FieldFilter } from './field-filter.ts';
import { formatPath } from './field-path.ts';
import { FieldSet } from './field-set.ts';
import { toFieldsV1 } from './fields-v1.ts';
import type { Managers, Versions } from './managed-set.ts';
import { mergeTyped } from './merge-typed.ts';
import { extractItems } from './remove-items.ts';
import { apply, update } from './updater.ts';
import { validateTyped } from './validate-typed.ts';

interface Operation {
  readonly op: string;
  readonly manager?: string;
  readonly apiVersion?: string;
  readonly object?: string;
  readonly conflicts?: readonly { readonly manager: string; readonly path: readonly CorpusElement[] }[];
  readonly schema?: string;
  readonly versions?: readonly string[];
}
interface Sequence {
  readonly id: string;
  readonly parser: { readonly schema: string | null; readonly typeName?: string };
  readonly converter: string;
  readonly ops: readonly Operation[];
  readonly ignoreFilter?: Readonly<Record<string, { readonly set: CorpusSet }>> | null;
  readonly ignoredFields?: Readonly<Record<string, CorpusSet>> | null;
  readonly expected: {
    readonly object?: string;
    readonly apiVersion?: string;
    readonly managed?: Readonly<Record<string, { readonly set: CorpusSet; readonly apiVersion: string }>>;
    readonly error?: boolean;
  };
}

/** A live object and its managers, on which a sequence of writes is played. */
class State implements Versions {
  live: JsonObject = {};
  managers: Managers = new Map();
  private apiVersion: string | undefined;
  private schema: string | null;
  private accepted: readonly string[] | undefined;
  private readonly sequence: Sequence;

  constructor(sequence: Sequence) {
    this.sequence = sequence;
    this.schema = sequence.parser.schema;
  }

  schemaOf(apiVersion: string): ApplySchema | undefined {
    if (this.accepted !== undefined && !this.accepted.includes(apiVersion)) return undefined;
    const { typeName = apiVersion } = this.sequence.parser;
    return this.schema === null
      ? deduced
      : smdSchema(`upstream-tables/smd/schemas/${this.schema}.yaml`)(typeName);
  }
  convert(object: JsonObject, from: string, to: string): JsonObject {
    return converters[this.sequence.converter]!(object, from, to);
  }
  liveIn(apiVersion: string): JsonObject {
    return this.apiVersion === undefined ? this.live : this.convert(this.live, this.apiVersion, apiVersion);
  }
  parse(text: string, apiVersion: string, allowDuplicates: boolean): JsonObject {
    const object = (parseYaml(text) ?? {}) as JsonObject;
    validateTyped(object, this.schemaOf(apiVersion)!, { allowDuplicates });
    return object;
  }

  private ignore = (apiVersion: string): FieldFilter | undefined => {
    const { ignoreFilter, ignoredFields } = this.sequence;
    const set = ignoreFilter?.[apiVersion]?.set ?? ignoredFields?.[apiVersion];
    return set === undefined ? undefined : excludeFields(setOf(set));
  };

  play(operation: Operation): void {
    switch (operation.op) {
      case 'changeParser':
        this.schema = operation.schema!;
        if (this.apiVersion !== undefined) {
          validateTyped(this.live, this.schemaOf(this.apiVersion)!, { allowDuplicates: true });
        }
        return;
      case 'setAcceptedVersions':
        this.accepted = operation.versions;
        return;
      default:
        this.write(operation);
    }
  }

  private write(operation: Operation): void {
    const { op, apiVersion, manager, object } = operation as Required<Operation>;
    let config = this.parse(object, apiVersion, op === 'update');
    const live = this.liveIn(apiVersion);
    const base = { live, apiVersion, managers: this.managers, manager, versions: this, ignore: this.ignore };
    if (op === 'update') {
      this.managers = update({ ...base, object: config }).managers;
      this.live = config;
    } else {
      const schema = this.schemaOf(apiVersion)!;
      const owned = this.managers.get(manager);
      if (op === 'extractApply' && owned !== undefined) {
        assert.equal(owned.apiVersion, apiVersion);
        const earlier = extractItems(live, owned.set.leaves(), schema) ?? {};
        config = mergeTyped(earlier, config, schema) as JsonObject;
      }
      const result = apply({ ...base, config, force: op !== 'apply' });
      this.live = result.object ?? live;
      this.managers = result.managers;
    }
    this.apiVersion = apiVersion;
  }
}

function play(sequence: Sequence): void {
  const state = new State(sequence);
  for (const operation of sequence.ops) {
    if (operation.conflicts === undefined) {
      state.play(operation);
      continue;
    }
    const expected = operation.conflicts.map(({ manager, path }) => `${manager} ${formatPath(pathOf(path))}`);
    assert.throws(
      () => state.play(operation),
      (error) => {
        if (!(error instanceof ApplyConflicts)) throw error;
        const actual = error.conflicts.map(({ manager, path }) => `${manager} ${formatPath(path)}`);
        assert.deepEqual(actual.sort(), expected.sort());
        return true;
      },
    );
  }
  const { object, apiVersion, managed } = sequence.expected;
  if (object !== undefined) {
    const live = state.liveIn(apiVersion!);
    const wanted = state.parse(object, apiVersion!, true);
    assert.ok(deepEqual(live, wanted), `${stringifyJson(live)}, not ${stringifyJson(wanted)}`);
  }
  if (managed !== undefined) {
    const shown = (all: Iterable<[string, { apiVersion: string; fields: unknown }]>): unknown =>
      Object.fromEntries([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
    assert.deepEqual(
      shown(
        [...state.managers].map(([name, { set, apiVersion }]) => [
          name,
          { apiVersion, fields: toFieldsV1(set) },
        ]),
      ),
      shown(
        Object.entries(managed).map(([name, { set, apiVersion }]) => [
          name,
          { apiVersion, fields: toFieldsV1(setOf(set)) },
        ]),
      ),
    );
  }
  for (const [name, { set }] of state.managers) assert.ok(!set.isEmpty, name);
}

const tables = [
  'deduced',
  'default_keys',
  'duplicates',
  'extract_apply',
  'field_level_overrides',
  'ignore',
  'key',
  'leaf',
  'multiple_appliers',
  'nested',
  'obsolete_versions',
  'preserve_unknown',
  'schema_change',
  'set',
];

for (const table of tables) {
  test(`upstream's sequences of writes: ${table}`, (t) => {
    const sequences = smdCases<Sequence>(`merge/${table}`);
    if (sequences === undefined) return t.skip(corpusMissing('upstream-tables/smd'));
    assert.ok(sequences.length > 0);
    for (const sequence of sequences) {
      try {
        if (sequence.expected.error === true) assert.throws(() => play(sequence));
        else play(sequence);
      } catch (error) {
        throw new Error(`${sequence.id}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
}

test('a type that cannot be is told from a field that does not fit', (t) => {
  interface Invalid {
    readonly id: string;
    readonly schema: string;
    readonly typeName: string;
    readonly object: string;
    readonly expected: { readonly errorContains: string };
  }
  const cases = smdCases<Invalid>('typed/invalid_override');
  if (cases === undefined) return t.skip(corpusMissing('upstream-tables/smd'));
  for (const { schema, typeName, object, expected } of cases) {
    const type = smdSchema(`upstream-tables/smd/typed/schemas/${schema}.yaml`)(typeName);
    assert.throws(() => validateTyped(parseYaml(object), type), {
      message: new RegExp(expected.errorContains),
    });
  }
});

test('fields left out of a comparison', (t) => {
  type Sets = Readonly<Record<'added' | 'removed' | 'modified', CorpusSet>>;
  interface Exclusion {
    readonly id: string;
    readonly comparison: Sets;
    readonly remove: CorpusSet | null;
    readonly expected: Sets;
  }
  const cases = smdCases<Exclusion>('typed/comparison_exclude');
  if (cases === undefined) return t.skip(corpusMissing('upstream-tables/smd'));
  for (const { id, comparison, remove, expected } of cases) {
    const exclude = excludeFields(remove === null ? FieldSet.empty : setOf(remove));
    for (const which of ['added', 'removed', 'modified'] as const) {
      assert.ok(exclude(setOf(comparison[which])).equals(setOf(expected[which])), `${id} ${which}`);
    }
  }
});
