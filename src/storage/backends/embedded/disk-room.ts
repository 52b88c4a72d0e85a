/** Asks the disk itself whether there is room, by taking some and giving it back: quotas count, reserves do not. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../../../apimachinery/limits.ts';

const noRoom: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

export function isFullError(error: unknown): boolean {
  return noRoom.has((error as NodeJS.ErrnoException).code);
}

/** False when a file of `limits.diskProbeBytes` cannot be made durable in the directory. */
export async function hasRoom(directory: string): Promise<boolean> {
  const probe = join(directory, `.probe.${process.pid}`);
  try {
    const handle = await open(probe, 'w');
    try {
      await handle.writeFile(Buffer.alloc(limits.diskProbeBytes));
      await handle.sync();
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    return !isFullError(error);
  } finally {
    await rm(probe, { force: true });
  }
}
