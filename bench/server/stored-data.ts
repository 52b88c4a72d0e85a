/** What lies in a data file, read from outside while its server runs. */
import { closeSync, openSync, readSync } from 'node:fs';
import { dataFileOf } from '../../src/storage/backends/embedded/data-file.ts';
import { Tables } from '../../src/storage/replica/tables.ts';

export interface StoredData {
  /** Keys with a current record. */
  readonly objects: number;
  /** Pages in use by what stays: records, indexes, counters. */
  readonly bytes: number;
  /** The same with the log of changes, which compaction empties after some minutes. */
  readonly bytesWithLog: number;
}

/** Of LMDB's two meta pages, which take turns: where each keeps the number of its transaction. */
const pageBytes = 8192;
const transactionOffset = 152;

/** Transactions since the file was made: each is one durable commit, which waits for one flush of the disk. */
export function commitsOf(dataDirectory: string): number {
  const file = openSync(dataFileOf(dataDirectory), 'r');
  try {
    const transactions = [0, 1].map((page) => {
      const bytes = Buffer.alloc(8);
      readSync(file, bytes, 0, bytes.length, page * pageBytes + transactionOffset);
      return Number(bytes.readBigUInt64LE());
    });
    return Math.max(...transactions);
  } finally {
    closeSync(file);
  }
}

export async function storedData(dataDirectory: string): Promise<StoredData> {
  const tables = new Tables(dataFileOf(dataDirectory), { readOnly: true });
  try {
    const log = tables.log.stats();
    const logBytes = (log.treeBranchPageCount + log.treeLeafPageCount + log.overflowPages) * log.pageSize;
    const bytesWithLog = tables.usedBytes();
    return { objects: tables.current.stats().entryCount, bytes: bytesWithLog - logBytes, bytesWithLog };
  } finally {
    await tables.close();
  }
}
