/**
 * Reads the data of a server that has stopped, row by row: what is in each table, and which rows hold a text anywhere,
 * in their keys or in what they say. It asks no code of the server's whether something is gone.
 */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dataFileOf } from '../../src/storage/backends/embedded/data-file.ts';
import { openStore } from '../../src/storage/backends/registry.ts';
import { printableKey } from '../../src/storage/keys.ts';
import { type TableName, Tables } from '../../src/storage/replica/tables.ts';

const tableNames: readonly TableName[] = ['current', 'log', 'index', 'counters', 'meta'];
/** Of rows that should not be there, so many are named. */
const namedMax = 5;

export interface StoreScan {
  /** Of all tables. */
  readonly rows: number;
  /** Of their keys and values. */
  readonly rowBytes: number;
  /** Pages that hold them: trees that have grown may keep some pages half full. */
  readonly pageBytes: number;
  /** Pages of the file's own: what lists the free ones, for instance. */
  readonly bookkeepingBytes: number;
  /** Of a snapshot, which has no free pages. */
  readonly snapshotBytes: number;
  /** Rows that hold one of the texts. */
  readonly found: number;
  /** The first of them: `table: key`. */
  readonly names: readonly string[];
}

/** Drops the whole log of changes, and with it all tombstones, as compaction does after some minutes. */
export async function compactStopped(dataDirectory: string): Promise<void> {
  const store = await openStore(`embedded:${dataDirectory}`);
  try {
    await store.compact(store.applied);
  } finally {
    await store.close();
  }
}

export async function scanStore(dataDirectory: string, texts: readonly string[]): Promise<StoreScan> {
  const wanted = texts.map((text) => Buffer.from(text));
  const holds = (bytes: Buffer): boolean => wanted.some((text) => bytes.includes(text));
  const tables = new Tables(dataFileOf(dataDirectory), { readOnly: true });
  try {
    const names: string[] = [];
    let [rows, rowBytes, found] = [0, 0, 0];
    for (const table of tableNames) {
      for (const { key, value } of tables[table].allRows()) {
        rows++;
        rowBytes += key.length + value.length;
        if (!holds(key) && !holds(value)) continue;
        found++;
        if (names.length < namedMax) names.push(`${table}: ${printableKey(key)}`);
      }
    }
    const pageBytes = tableNames.reduce((sum, table) => sum + bytesOf(tables[table].stats()), 0);
    const bookkeepingBytes = tables.usedBytes() - pageBytes;
    const snapshotBytes = await snapshotBytesOf(tables, join(dataDirectory, 'snapshot.mdb'));
    return { rows, rowBytes, pageBytes, bookkeepingBytes, snapshotBytes, found, names };
  } finally {
    await tables.close();
  }
}

function bytesOf({ treeBranchPageCount, treeLeafPageCount, overflowPages, pageSize }: TableStats): number {
  return (treeBranchPageCount + treeLeafPageCount + overflowPages) * pageSize;
}
type TableStats = ReturnType<Tables['current']['stats']>;

async function snapshotBytesOf(tables: Tables, file: string): Promise<number> {
  try {
    await tables.copyTo(file);
    return statSync(file).size;
  } finally {
    rmSync(file, { force: true });
  }
}
