/**
 * One process per data directory. The lock is a listening local socket named after the directory's identity: the
 * kernel holds it, so it ends with the process however that dies, and there is nothing stale to judge. On Linux
 * it is an abstract socket (no file at all); elsewhere a socket file, taken over when nobody answers on it.
 * Processes that the holder starts to read beside it (backends/follower) take no lock: they rely on its own, and end with it.
 *
 * It does not reach across machines or network namespaces. What it misses there, the fence of every transaction
 * catches (replica/tables.ts): a second writer's first commit makes the other one stop, and mixes nothing.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageError } from '../../errors.ts';

export interface DataLock {
  release(): Promise<void>;
}

/** Throws StorageError `in-use` while another process (or another store of this one) has the directory. */
export async function lockDataDirectory(dataDir: string): Promise<DataLock> {
  // Held open as long as the lock: a directory removed meanwhile would leave its number to the next one made.
  const directory = await open(dataDir, 'r');
  try {
    return await lockIdentity(directory, dataDir);
  } catch (error) {
    await directory.close();
    throw error;
  }
}

async function lockIdentity(directory: FileHandle, dataDir: string): Promise<DataLock> {
  const { dev, ino } = await directory.stat({ bigint: true });
  const identity = createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 32);
  const address = socketAddress(`milo-store-${identity}`);
  const server =
    (await tryListen(address)) ?? ((await isAbandoned(address)) ? await tryListen(address) : undefined);
  if (server === undefined) {
    throw new StorageError('in-use', `the data directory ${dataDir} is in use by another process`);
  }
  return {
    async release() {
      await new Promise<void>((resolve, reject) =>
        server.close((error) => (error ? reject(error) : resolve())),
      );
      await directory.close();
    },
  };
}

function socketAddress(name: string): string {
  if (process.platform === 'linux') return `\0${name}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  return join(tmpdir(), `${name}.sock`);
}

/** Undefined when the address is taken. */
function tryListen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** True when the address is a socket file left behind: nobody answers, and the file is removed. */
async function isAbandoned(address: string): Promise<boolean> {
  if (address.startsWith('\0') || process.platform === 'win32') return false;
  const isAnswered = await new Promise<boolean>((resolve) => {
    const socket = connect(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
  if (!isAnswered) await unlink(address);
  return !isAnswered;
}
