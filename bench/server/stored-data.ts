/** What lies in a data file, read from outside while its server runs. */

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
