/**
 * Prometheus and its promtool: those on PATH, or those of Debian's package, unpacked into a folder of the checkout that
 * git ignores. Nothing is installed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../corpus.ts';

const folder = join(root, '.clients', 'prometheus');
const unpacked = {
  promtool: join(folder, 'usr', 'bin', 'promtool'),
  prometheus: join(folder, 'usr', 'bin', 'prometheus'),
};
const downloadTimeoutMs = 5 * 60_000;

export interface PrometheusPrograms {
  readonly promtool: string;
  readonly prometheus: string;
}

/** Paths of the programs, or why there are none. */
export function findPrometheus(): PrometheusPrograms | { readonly missing: string } {
  const onPath = ['promtool', 'prometheus'].every(
    (name) => spawnSync(name, ['--version']).error === undefined,
  );
  if (onPath) return { promtool: 'promtool', prometheus: 'prometheus' };
  if (existsSync(unpacked.promtool)) return unpacked;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    const options = { cwd: folder, timeout: downloadTimeoutMs, stdio: 'pipe' } as const;
    execFileSync('apt-get', ['download', 'prometheus'], options);
    const archive = readdirSync(folder).find((name) => name.endsWith('.deb'))!;
    execFileSync('dpkg', ['-x', archive, '.'], options);
    return unpacked;
  } catch (error) {
    return {
      missing: `Prometheus is not installed, and Debian's package cannot be had: ${firstLine(error)}`,
    };
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
