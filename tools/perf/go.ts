/**
 * Go, where it is installed: programs are built with it into a folder of the checkout that git ignores. Where modules
 * come from is the environment's business.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = fileURLToPath(new URL('../../../.clients/', import.meta.url));
/** From an empty cache, on two busy cores. */
const buildTimeoutMs = 20 * 60_000;

/** Undefined where Go is not installed. */
export function goVersion(): string | undefined {
  try {
    return execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** In `cwd`, or else where programs go. */
export async function go(
  args: readonly string[],
  cwd: string = folder,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const options = { cwd, env: { ...process.env, ...env }, timeout: buildTimeoutMs, maxBuffer: 1 << 26 };
  await promisify(execFile)('go', [...args], options);
}

/** Path of a program of that name. */
export const programPath = (name: string): string => join(folder, name);
