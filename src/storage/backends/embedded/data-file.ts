/**
 * The data file before LMDB sees it. lmdb-js kills the process on a file that is not LMDB's, and touching a page
 * behind the end of a file that was cut off does the same; so a file is judged here first, by reading its two meta
 * pages, and never changed. Creation is by rename: a file under its final name is always a whole store.
 */
import { access, constants, type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../../../lib/make-directory.ts';
import { StorageError } from '../../errors.ts';
import { encodeState, formatKey, formatRow, stateKey } from '../../replica/rows.ts';
import { Tables } from '../../replica/tables.ts';
import { hasRoom, isFullError } from './disk-room.ts';
import { verifyInChild } from './verify-child.ts';

const dataFileName = 'store.mdb';
const lockSuffix = '-lock';
/** Room for all of LMDB's reader slots, in whole pages. */
const lockFileBytes = 12 * 1024;
/** What stat counts blocks in. */
const blockBytes = 512;

export function dataFileOf(dataDir: string): string {
  return join(dataDir, dataFileName);
}

/** Makes the directory if it is missing, and sees that it can be used. Throws StorageError `unreadable`. */
export async function prepareDirectory(dataDir: string): Promise<void> {
  try {
    makeDirectory(dataDir, 0o700);
    if (!(await stat(dataDir)).isDirectory()) throw new Error('it is not a directory');
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unreadable(`the data directory ${dataDir} cannot be used`, error);
  }
}

/** Opens the store in the directory, making a new one if there is none. Its format has been checked. */
export async function openDataFile(dataDir: string): Promise<Tables> {
  const file = dataFileOf(dataDir);
  if (!(await exists(file))) await createDataFile(file);
  await judgeDataFile(file);
  await allocateLockFile(file);
  const tables = new Tables(file);
  try {
    checkFormat(tables, file);
  } catch (error) {
    await tables.close();
    throw error;
  }
  return tables;
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw unreadable(`the data file ${file} cannot be read`, error);
  }
}

async function createDataFile(file: string): Promise<void> {
  if (!(await hasRoom(dirname(file)))) throw full(file);
  const fresh = `${file}.new`;
  await removeFiles(fresh);
  await allocateLockFile(fresh);
  const tables = new Tables(fresh);
  tables.initialize(formatKey, formatRow, 0);
  tables.initialize(stateKey, encodeState({ head: 0, compacted: 0 }), 1);
  await tables.close();
  await publishFile(fresh, file);
}

/**
 * Gives LMDB's lock file its blocks. LMDB makes it by extending it, and writes to it through its map: a full disk
 * would kill the process at the first touch of a page.
 */
async function allocateLockFile(file: string): Promise<void> {
  const lockFile = `${file}${lockSuffix}`;
  try {
    const handle = await open(lockFile, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      const { size, blocks } = await handle.stat();
      if (size >= lockFileBytes && blocks * blockBytes >= size) return;
      const content = Buffer.alloc(Math.max(size, lockFileBytes));
      await handle.read(content, 0, size, 0);
      await handle.write(content, 0, content.length, 0);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isFullError(error)) throw full(file, error);
    throw unreadable(`the lock file ${lockFile} cannot be used`, error);
  }
}

/** Moves a finished file to its name and makes that durable; what LMDB kept beside it goes. */
export async function publishFile(fresh: string, file: string): Promise<void> {
  await syncPath(fresh);
  await rename(fresh, file);
  await removeFiles(`${fresh}${lockSuffix}`);
  await syncPath(dirname(file));
}

export async function removeFiles(file: string): Promise<void> {
  await rm(file, { force: true });
  await rm(`${file}${lockSuffix}`, { force: true });
}

/** Makes a file's bytes, or a directory's names, durable. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function checkFormat(tables: Tables, file: string): void {
  const format = tables.meta.get(formatKey);
  if (format === undefined || tables.meta.get(stateKey) === undefined) {
    throw new StorageError('corrupt', `the data file ${file} is not a Milo store`);
  }
  if (!format.equals(formatRow)) {
    const found = JSON.stringify(format.toString('latin1').slice(0, 40));
    throw new StorageError(
      'corrupt',
      `the data file ${file} has format ${found}; this version reads "${formatRow}"`,
    );
  }
}

/**
 * Throws StorageError `corrupt` or `unreadable` unless LMDB can open and read the file safely. The sentence names
 * `shown`, the file its user knows.
 */
export async function judgeDataFile(file: string, shown = file): Promise<void> {
  try {
    await access(file, constants.R_OK | constants.W_OK);
    const handle = await open(file, 'r');
    try {
      await judgeContent(handle, file, shown);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof StorageError ? error : unreadable(`the data file ${shown} cannot be read`, error);
  }
}

async function judgeContent(handle: FileHandle, file: string, shown: string): Promise<void> {
  const { size } = await handle.stat();
  const meta = await newestMeta(handle, shown);
  if (size >= (meta.lastPage + 1) * meta.pageBytes) return;
  // LMDB does not write pages it freed in the same transaction, so a sound file may end early. Only reading all of
  // it tells; in a process of its own, since the kernel kills whoever reads behind the end.
  if (!(await verifyInChild(file)).isSound) throw damaged(shown, 'its end is missing');
}

// Offsets in a meta page: a page header of 24 bytes, then struct MDB_meta (mdb.c).
const metaBytes = 160;
const pageFlagsAt = 18;
const magicAt = 24;
const versionAt = 28;
const pageBytesAt = 48;
const rootPageAt = 136;
const lastPageAt = 144;
const transactionAt = 152;
const metaFlag = 0x08;
const magic = 0xbeefc0de;
const dataVersion = 2;
const pageBytesMax = 0x10000;

interface Meta {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: bigint;
}

async function newestMeta(handle: FileHandle, file: string): Promise<Meta> {
  const first = await readMeta(handle, 0, file);
  const second = await readMeta(handle, first.pageBytes, file);
  return first.transaction >= second.transaction ? first : second;
}

async function readMeta(handle: FileHandle, offset: number, file: string): Promise<Meta> {
  const page = Buffer.alloc(metaBytes);
  const { bytesRead } = await handle.read(page, 0, metaBytes, offset);
  if (bytesRead < metaBytes) throw damaged(file, 'it is cut off');
  if ((page.readUInt16LE(pageFlagsAt) & metaFlag) === 0 || page.readUInt32LE(magicAt) !== magic) {
    throw damaged(file, 'it does not begin as one');
  }
  const version = page.readUInt32LE(versionAt) & 0xffff;
  if (version !== dataVersion) throw damaged(file, `its engine version is ${version}, not ${dataVersion}`);
  const pageBytes = page.readUInt32LE(pageBytesAt);
  const lastPage = Number(page.readBigUInt64LE(lastPageAt));
  const rootPage = page.readBigUInt64LE(rootPageAt);
  const isPowerOfTwo = (pageBytes & (pageBytes - 1)) === 0;
  const isNoPage = rootPage === 0xffff_ffff_ffff_ffffn;
  if (
    pageBytes < 512 ||
    pageBytes > pageBytesMax ||
    !isPowerOfTwo ||
    lastPage < 1 ||
    !Number.isSafeInteger(lastPage)
  ) {
    throw damaged(file, 'its meta page makes no sense');
  }
  if (!isNoPage && (rootPage < 2n || rootPage > BigInt(lastPage)))
    throw damaged(file, 'its meta page makes no sense');
  return { pageBytes, lastPage, transaction: page.readBigUInt64LE(transactionAt) };
}

function damaged(file: string, how: string): StorageError {
  return new StorageError('corrupt', `the data file ${file} is damaged or not a Milo store: ${how}`);
}

function full(file: string, cause?: unknown): StorageError {
  return new StorageError('full', `there is no room for the data file ${file}`, { cause });
}

function unreadable(sentence: string, cause: unknown): StorageError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StorageError('unreadable', `${sentence}: ${reason}`, { cause });
}
