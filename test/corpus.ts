/**
 * Test data kept beside the repository, in `../shared/corpora`. It is not part of Milo, so a test that wants it
 * says so and is skipped, with this reason, where it is absent.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
export const root = repositoryRoot();
const corpora = join(root, '..', 'shared', 'corpora');

/** Text of a corpus file; undefined where the corpora are not there. */
export function corpusText(path: string): string | undefined {
  const file = join(corpora, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
export const corpusMissing = (path: string): string => `no corpus file ${path} beside the repository`;

/** A folder of the corpora; undefined where they are not there. */
export function corpusFolder(path: string): string | undefined {
  const folder = join(corpora, path);
  return existsSync(folder) ? folder : undefined;
}
