/**
 * Upstream's table of what `kubectl apply --server-side` may take over from client-side apply. Its kinds are none of
 * ours, so their types come from structured-merge-diff's copy of the Kubernetes schema.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { corpusMissing, corpusText } from '../../../test/corpus.ts';
import { type CorpusSet, setOf } from '../../../test/smd/corpus-cases.ts';
import { readSmdSchema } from '../../../test/smd/smd-schema.ts';
import { formatPath } from '../apply/field-path.ts';
import { parseYaml } from '../codec/yaml.ts';
import type { JsonObject, KubeObject } from '../object-meta.ts';
import { StatusError } from '../status.ts';
import { applyTracked, type TrackedEndpoint, trackUpdate } from './tracker.ts';

/** The table lost what this row is about: the annotation is there and empty, which its null does not tell. */
const emptyAnnotation = 'TestApplyUsingLastAppliedAnnotation/10';

interface Row {
  readonly id: string;
  readonly fieldManager: string;
  readonly lastApplied: JsonObject | null;
  readonly original: JsonObject;
  readonly applied: JsonObject;
  readonly expectedConflicts: CorpusSet | null;
}

const table = 'upstream-tables/managedfields/last_applied.json';
const schemaFile = 'structured-merge-diff/k8s-schema.yaml';
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

// biome-ignore lint/suspicious/noExplicitAny: a schema text, taken apart.
type SchemaText = any;

/** The copy is older than the tables: selectors have since become atomic, and ports are told apart by protocol too. */
function asOfTheTables(text: string): string {
  const schema: SchemaText = parseYaml(text);
  const typeOf = (name: string): SchemaText =>
    schema.types.find((type: SchemaText) => type.name === `io.k8s.${name}`);
  const fieldOf = (type: string, name: string): SchemaText =>
    typeOf(type).map.fields.find((field: SchemaText) => field.name === name);
  typeOf('apimachinery.pkg.apis.meta.v1.LabelSelector').map.elementRelationship = 'atomic';
  for (const [type, name] of [
    ['api.core.v1.ServiceSpec', 'selector'],
    ['api.core.v1.ReplicationControllerSpec', 'selector'],
    ['api.core.v1.PodSpec', 'nodeSelector'],
  ] as const) {
    fieldOf(type, name).type.map.elementRelationship = 'atomic';
  }
  fieldOf('api.core.v1.ServiceSpec', 'ports').type.list.keys = ['port', 'protocol'];
  fieldOf('api.core.v1.ServicePort', 'protocol').default = 'TCP';
  return JSON.stringify(schema);
}

function endpointOf(schemaText: string, kind: string, apiVersion: string): TrackedEndpoint {
  const group = apiVersion === 'v1' ? 'core.v1' : apiVersion.replace('/', '.');
  const schema = readSmdSchema(schemaText)(`io.k8s.api.${group}.${kind}`);
  return {
    apiVersion,
    subresource: '',
    versions: { schemaOf: () => schema, convert: (object) => object },
    complete: (object) => object,
    written: (set) => set,
  };
}

function check(row: Row, schemaText: string): void {
  const { apiVersion, kind } = row.original as unknown as KubeObject;
  const endpoint = endpointOf(schemaText, kind, apiVersion);
  const nothing: KubeObject = { apiVersion, kind, metadata: {} };
  const live = structuredClone(row.original) as unknown as KubeObject;
  const lastApplied = row.id === emptyAnnotation ? '' : JSON.stringify(row.lastApplied ?? row.original);
  const annotations = { [annotation]: lastApplied };
  live.metadata.annotations = { ...live.metadata.annotations, ...annotations };
  const before = trackUpdate(endpoint, nothing, live, { manager: 'test_client_side_apply_test', nowMs: 0 });
  live.metadata.managedFields = before!;
  const apply = (force: boolean) => () =>
    applyTracked(endpoint, live, {
      config: row.applied,
      writer: { manager: row.fieldManager, nowMs: 0 },
      force,
    });
  if (row.expectedConflicts === null) apply(false)();
  else {
    const expected = setOf(row.expectedConflicts).paths().map(formatPath);
    assert.throws(apply(false), (error) => {
      assert.ok(error instanceof StatusError && error.code === 409, String(error));
      const fields = error.status.details?.causes?.map(({ field }) => field);
      assert.deepEqual(fields?.sort(), expected.sort());
      return true;
    });
  }
  apply(true)();
}

describe('last_applied', () => {
  const rows = corpusText(table);
  const schemaText = corpusText(schemaFile);
  if (rows === undefined || schemaText === undefined) {
    test('last_applied', (t) => t.skip(corpusMissing(rows === undefined ? table : schemaFile)));
    return;
  }
  const types = asOfTheTables(schemaText);
  for (const row of (JSON.parse(rows) as { cases: Row[] }).cases) test(row.id, () => check(row, types));
});
