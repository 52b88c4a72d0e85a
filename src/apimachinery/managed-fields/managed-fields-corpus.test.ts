/** Upstream's own tables for managedFields: every case of entries, order, bounds, conflicts and Scale. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { corpusMissing, corpusText } from '../../../test/corpus.ts';
import { type CorpusElement, pathOf } from '../../../test/smd/corpus-cases.ts';
import { parseYaml } from '../codec/yaml.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { capUpdateManagers } from './cap-update-managers.ts';
import { conflictStatus } from './conflict-status.ts';
import {
  decodeManagedFields,
  encodeManagedFields,
  type ManagedFieldsEntry,
  ManagedFieldsError,
  managerIdentifier,
  sortEntries,
} from './entries.ts';
import { toParentEntries, toScaleEntries } from './scale-entries.ts';

function table<T extends { id: string }>(name: string, check: (row: T) => void): void {
  const file = `upstream-tables/managedfields/${name}.json`;
  describe(name, () => {
    const text = corpusText(file);
    if (text === undefined) {
      test(name, (t) => t.skip(corpusMissing(file)));
      return;
    }
    for (const row of (JSON.parse(text) as { cases: T[] }).cases) test(row.id, () => check(row));
  });
}

/** Go's omitempty: the tables leave out what is empty, or have it as null. */
const entries = (given: readonly JsonObject[] | null): JsonValue[] => (given ?? []).map(withPlainTime);

/** Two tables hold Go times as text; they need only compare as the times do, and stay as they are. */
function withPlainTime(entry: JsonObject): JsonObject {
  const { time } = entry;
  const date = typeof time === 'string' ? /^date:(\d+),(\d+),(\d+)/.exec(time) : null;
  if (typeof time === 'string' && time.endsWith('(local)'))
    return { ...entry, time: time.replace('(local)', 'Z') };
  if (date === null) return entry;
  // Day 0 of a month is the last of the one before.
  const at = new Date(Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3])));
  return { ...entry, time: `${at.toISOString().slice(0, 19)}Z` };
}

table<{ id: string; entry: ManagedFieldsEntry; expected: string }>('build_identifier', (row) => {
  assert.equal(managerIdentifier(row.entry), row.expected);
});

table<{ id: string; yaml: string; entries: JsonObject[] }>('roundtrip', (row) => {
  const given = parseYaml(row.yaml) as JsonValue[];
  assert.deepEqual(given, row.entries);
  assert.deepEqual(encodeManagedFields(decodeManagedFields(given)), row.entries);
});

table<{ id: string; entries: JsonObject[]; valid: boolean }>('decode_invalid', (row) => {
  if (row.valid) decodeManagedFields(row.entries);
  else assert.throws(() => decodeManagedFields(row.entries), ManagedFieldsError);
});

table<{ id: string; entries: JsonObject[] | null; expected: JsonObject[] | null }>('sort_entries', (row) => {
  assert.deepEqual(sortEntries(entries(row.entries) as ManagedFieldsEntry[]), entries(row.expected));
});

table<{ id: string; max: number; input: JsonObject[]; expected: JsonObject[] }>('cap_managers', (row) => {
  const capped = capUpdateManagers(decodeManagedFields(row.input), row.max);
  assert.deepEqual(encodeManagedFields(capped), row.expected);
});

interface ConflictRow {
  id: string;
  conflicts: { manager: string; path: CorpusElement[] }[];
  expected: {
    code: number;
    reason: string;
    status: string;
    message: string;
    causes: { type: string; message: string; field: string }[];
  };
}
table<ConflictRow>('conflict_error', (row) => {
  const conflicts = row.conflicts.map(({ manager, path }) => ({ manager, path: pathOf(path) }));
  const { causes, ...expected } = row.expected;
  const { code, reason, status, message, details } = conflictStatus(conflicts).status;
  assert.deepEqual({ code, reason, status, message }, expected);
  assert.deepEqual(
    details?.causes,
    causes.map(({ type, ...cause }) => ({ reason: type, ...cause })),
  );
});

interface ScaleRow {
  id: string;
  groupVersion: string;
  mappings: Record<string, CorpusElement[] | null>;
  op: 'toSubresource' | 'toParent';
  input: JsonObject[];
  parent: JsonObject[];
  subresource: JsonObject[];
  expected: JsonObject[] | null;
}
table<ScaleRow>('scale_handler', (row) => {
  const paths = Object.fromEntries(
    Object.entries(row.mappings).map(([version, path]) => [version, path === null ? null : pathOf(path)]),
  );
  const outcome =
    row.op === 'toSubresource'
      ? toScaleEntries(entries(row.input), paths)
      : toParentEntries(entries(row.parent), entries(row.subresource), row.groupVersion, paths);
  assert.deepEqual(outcome ?? [], entries(row.expected));
});
