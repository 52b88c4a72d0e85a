/**
 * Snapshots: a consistent copy of the file while it serves, and a new data directory from one. Neither ever
 * overwrites anything, and neither leaves half a file under its final name.
 */

import { constants } from 'node:fs';
import { access, copyFile, link, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StorageError } from '../../errors.ts';
import type { Tables } from '../../replica/tables.ts';
import {
  dataFileOf,
  judgeDataFile,
  prepareDirectory,
  publishFile,
  removeFiles,
  syncPath,
} from './data-file.ts';
import { lockDataDirectory } from './data-lock.ts';
import { isFullError } from './disk-room.ts';
import { verifyInChild } from './verify-child.ts';

/** Throws StorageError `unreadable` when the file exists or its directory cannot be written, `full` without room. */
export async function copySnapshot(tables: Tables, file: string): Promise<void> {
  const partial = join(dirname(file), `.${basename(file)}.${process.pid}.partial`);
  try {
    // lmdb-js would make a missing directory, and what was mistyped with it.
    await access(dirname(file));
    await rm(partial, { force: true });
    await tables.copyTo(partial);
    await syncPath(partial);
    // link, unlike rename, fails when the name is taken.
    await link(partial, file);
    await syncPath(dirname(file));
  } catch (error) {
    throw snapshotError(`the snapshot ${file} cannot be written`, error);
  } finally {
    await rm(partial, { force: true });
  }
}

/**
 * Makes `dataDir`, which must be empty or missing, a store that starts from the snapshot. Throws StorageError
 * `corrupt` for a snapshot that cannot be read through, `unreadable` or `in-use` when the directory will not do.
 */
export async function restoreSnapshot(file: string, dataDir: string): Promise<void> {
  await prepareDirectory(dataDir);
  const lock = await lockDataDirectory(dataDir);
  const target = dataFileOf(dataDir);
  const partial = `${target}.restoring`;
  try {
    await removeFiles(partial);
    if ((await readdir(dataDir)).length > 0) {
      throw new StorageError(
        'unreadable',
        `the data directory ${dataDir} is not empty; a restore needs a new one`,
      );
    }
    await copyFile(file, partial, constants.COPYFILE_EXCL);
    await judgeDataFile(partial, file);
    const { isSound, problem } = await verifyInChild(partial);
    if (!isSound) throw new StorageError('corrupt', `the snapshot ${file} is damaged: ${problem}`);
    await publishFile(partial, target);
  } catch (error) {
    throw snapshotError(`the snapshot ${file} cannot be restored`, error);
  } finally {
    await removeFiles(partial);
    await lock.release();
  }
}

function snapshotError(sentence: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const { message } = error as Error;
  // LMDB's copy names the system's error in words only.
  const isFull = isFullError(error) || /No space left/.test(message);
  return new StorageError(isFull ? 'full' : 'unreadable', `${sentence}: ${message}`, { cause: error });
}
