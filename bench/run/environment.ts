/** Where figures come from: machine, versions, commit. What cannot be told is left out, not guessed. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json; this file is two below the compiled tree, which is one below it. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

export interface Environment {
  readonly date: string;
  readonly command: string;
  readonly seed: number;
  /** What was measured; absent in results from before it could be anything but a Milo of the bench's. */
  readonly server?: string;
  readonly commit?: string;
  readonly node: string;
  readonly lmdb: string;
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Of the directory the data lies in. */
  readonly fileSystem: string;
  /** Of the minute before the run: what else the machine was doing. */
  readonly loadBefore: number;
}

export function environment(seed: number, dataDirectory: string, words: readonly string[]): Environment {
  const commit = commitOfTree();
  const cores = cpus();
  return {
    date: new Date().toISOString(),
    command: `npm run bench -- ${words.join(' ')}`,
    seed,
    ...(commit === undefined ? {} : { commit }),
    node: process.version,
    lmdb: versionOf('lmdb'),
    os: `${process.platform} ${release()} ${process.arch}`,
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    memoryBytes: totalmem(),
    fileSystem: fileSystemName(dataDirectory),
    loadBefore: loadavg()[0]!,
  };
}

/** With `+` behind it when the tree differs from the commit. Undefined outside a git checkout. */
function commitOfTree(): string | undefined {
  const git = (...words: string[]): string =>
    execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const hasChanges = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', '--short=12', 'HEAD')}${hasChanges ? '+' : ''}`;
  } catch {
    return undefined;
  }
}

function versionOf(name: string): string {
  const file = join(root, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Magic numbers of statfs(2). On a file system in memory, flushing costs nothing and durable writes mean little. */
const fileSystems: Readonly<Record<number, string>> = {
  61267: 'ext4',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  16914836: 'tmpfs (in memory)',
  2035054128: 'overlayfs',
};
function fileSystemName(path: string): string {
  const { type } = statfsSync(path);
  return fileSystems[type] ?? `0x${type.toString(16)}`;
}
