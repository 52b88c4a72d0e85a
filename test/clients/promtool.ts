/**
 * promtool, which comes with Prometheus: the one on PATH, or that of Debian's package, unpacked into a folder of the
 * checkout that git ignores. Nothing is installed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../corpus.ts';

const folder = join(root, '.clients', 'prometheus');
const unpacked = join(folder, 'usr', 'bin', 'promtool');
const downloadTimeoutMs = 5 * 60_000;

/** Path of the program, or why there is none. */
export function findPromtool(): { readonly path: string } | { readonly missing: string } {
  if (spawnSync('promtool', ['--version']).error === undefined) return { path: 'promtool' };
  if (existsSync(unpacked)) return { path: unpacked };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    const options = { cwd: folder, timeout: downloadTimeoutMs, stdio: 'pipe' } as const;
    execFileSync('apt-get', ['download', 'prometheus'], options);
    const archive = readdirSync(folder).find((name) => name.endsWith('.deb'))!;
    execFileSync('dpkg', ['-x', archive, '.'], options);
    return { path: unpacked };
  } catch (error) {
    return { missing: `promtool is not installed, and Debian's package cannot be had: ${firstLine(error)}` };
  }
}

export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

export function runPromtool(path: string, args: readonly string[], cwd: string, input = ''): Ran {
  const { status, stdout, stderr, error } = spawnSync(path, args, { cwd, input, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { code: status, output: `${stdout}${stderr}` };
}

const firstLine = (error: unknown): string => String((error as Error).message).split('\n', 1)[0]!;
