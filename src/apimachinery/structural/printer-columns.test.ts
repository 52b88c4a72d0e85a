import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../../test/corpus.ts';
import { parseJson } from '../codec/json.ts';
import { humanAge } from '../human-duration.ts';
import type { JsonValue, KubeObject } from '../object-meta.ts';
import { printerColumns, selectableField } from './printer-columns.ts';

const widget = (fields: Record<string, unknown>): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' },
  ...fields,
});
const cell = (type: string, jsonPath: string, object: KubeObject): JsonValue | undefined =>
  printerColumns([{ name: 'A', type, jsonPath }])[1]?.value(object);

interface CellCase {
  readonly id: string;
  readonly columnType: string;
  readonly value: JsonValue;
  readonly expected: JsonValue;
}
/** A column of text prints what it finds: upstream asks this function of its about all other columns alone. */
const printed: ReadonlySet<string> = new Set([12, 13, 14].map((id) => `Test_cellForJSONValue/${id}`));

const cells = 'upstream-tables/crd/table_cell.json';
const cellsText = corpusText(cells);
test(cells, { skip: cellsText === undefined ? corpusMissing(cells) : false }, () => {
  const { cases } = parseJson(cellsText!) as unknown as { cases: CellCase[] };
  for (const { id, columnType, value, expected } of cases) {
    const found = cell(columnType, '.spec', widget({ spec: value }));
    if (printed.has(id)) assert.equal(found, String(value), id);
    else if (columnType === 'date' && typeof found === 'string') {
      // The age is told where the time is known (registry/table.ts).
      assert.equal(humanAge(found, 0), expected, id);
    } else assert.equal(found ?? null, expected, id);
  }
});

interface TableCase {
  readonly id: string;
  readonly headers: readonly { readonly name: string; readonly type: string }[];
  readonly additionalColumns: readonly string[];
  readonly object: KubeObject;
  readonly expectedCells: readonly (readonly JsonValue[])[];
}
const tables = 'upstream-tables/crd/table_convert.json';
const tablesText = corpusText(tables);
test(tables, { skip: tablesText === undefined ? corpusMissing(tables) : false }, () => {
  const { cases } = parseJson(tablesText!) as unknown as { cases: TableCase[] };
  for (const { id, headers, additionalColumns, object, expectedCells } of cases) {
    const columns = printerColumns(
      additionalColumns.map((path, i) => ({ ...headers[i + 1]!, jsonPath: path.slice(1, -1) })),
    );
    const found = columns.map((column) => column.value(object) ?? null);
    assert.deepEqual(found, expectedCells[0], id);
  }
});

test('columns are the name and what the definition asks for, or the age', () => {
  const shown = (columns: Parameters<typeof printerColumns>[0]): unknown =>
    printerColumns(columns).map(({ value: _, ...column }) => column);
  const [name, age] = shown([]) as { name: string; isAge?: boolean; type: string }[];
  assert.equal(name?.name, 'Name');
  assert.deepEqual([age?.name, age?.type, age?.isAge], ['Age', 'date', true]);
  assert.deepEqual(
    (
      shown([{ name: 'B', type: 'integer', format: 'int32', priority: 1, jsonPath: '.spec.b' }]) as unknown[]
    )[1],
    {
      name: 'B',
      type: 'integer',
      format: 'int32',
      priority: 1,
      description: 'Custom resource definition column (in JSONPath format): .spec.b',
    },
  );
  const broken = { name: 'C', type: 'string', jsonPath: '.spec[' };
  assert.equal(printerColumns([broken, { ...broken, jsonPath: '.spec' }]).length, 1);
});

test('cells', () => {
  const object = widget({
    spec: {
      big: 9007199254740993n,
      list: [{ type: 'Ready', status: 'True' }],
      at: '2026-01-01T02:00:00+02:00',
    },
  });
  const check = (type: string, path: string, expected: JsonValue | undefined): void =>
    assert.equal(cell(type, path, object), expected, path);
  check('integer', '.spec.big', 9007199254740993n);
  check('string', '.spec.big', '9007199254740993');
  check('string', '.spec.list[?(@.type=="Ready")].status', 'True');
  check('string', '.spec.list[5].status', undefined);
  check('string', '.spec.toString', undefined);
  check('date', '.spec.at', '2026-01-01T00:00:00Z');
  check('date', '.spec.list[0].type', '<invalid>');
  check('date', '.metadata.creationTimestamp', '2026-01-01T00:00:00Z');
});

test('selectable fields are text', () => {
  const object = widget({ spec: { text: 'b', count: 3, isOn: false, nothing: null, inner: {} } });
  const check = (path: string, expected: string): void =>
    assert.equal(selectableField(path)(object), expected, path);
  check('.spec.text', 'b');
  check('.spec.count', '3');
  check('.spec.isOn', 'false');
  check('.spec.nothing', '');
  check('.spec.inner', '');
  check('.spec.nowhere.below', '');
});
