/** What a directory takes of its disk. */
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What stat counts blocks in. */
const blockBytes = 512;

/** Blocks of all files below it: of sparse ones, what they really take. What goes meanwhile counts nothing. */
export function diskBytesOf(directory: string): number {
  return blocksOf(directory, readdirSync(directory, { withFileTypes: true })) * blockBytes;
}

function blocksOf(directory: string, entries: readonly Dirent[]): number {
  let blocks = 0;
  for (const entry of entries) {
    const path = join(directory, entry.name);
    blocks += lstatSync(path, { throwIfNoEntry: false })?.blocks ?? 0;
    if (entry.isDirectory()) blocks += blocksOf(path, entriesOf(path));
  }
  return blocks;
}

function entriesOf(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
