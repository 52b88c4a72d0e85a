/**
 * The embedded backend: opens a data directory as a Store, and keeps its log short. One process, one file, no server.
 */
import { dataFileOf, openDataFile, prepareDirectory } from './data-file.ts';
import { lockDataDirectory } from './data-lock.ts';
import { EmbeddedStore } from './embedded-store.ts';

export interface EmbeddedOptions {
  /** Made when missing. Holds the data file and nothing that another program should touch. */
  readonly dataDir: string;
}

/**
 * Throws StorageError: `in-use` while another process has the directory, `unreadable` when it cannot be used,
 * `corrupt` when its file is damaged, foreign or of another format. Each sentence names the path, and nothing is
 * changed.
 */
export async function openEmbedded({ dataDir }: EmbeddedOptions): Promise<EmbeddedStore> {
  await prepareDirectory(dataDir);
  const lock = await lockDataDirectory(dataDir);
  try {
    return new EmbeddedStore(await openDataFile(dataDir), dataFileOf(dataDir), lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}
