/** What a directory takes of its disk. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What stat counts blocks in. */
const blockBytes = 512;

/** Blocks of all files below it: of sparse ones, what they really take. Files that go meanwhile count nothing. */
export function diskBytesOf(directory: string): number {
  let blocks = 0;
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    blocks += lstatSync(join(directory, name), { throwIfNoEntry: false })?.blocks ?? 0;
  }
  return blocks * blockBytes;
}
