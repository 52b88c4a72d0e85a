/**
 * What of Go the tests need: whether it is there, and programs built with it into a folder of the checkout that git
 * ignores. Where modules come from is the environment's business.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../corpus.ts';

const folder = join(root, '.clients');
/** From an empty cache, on two busy cores. */
const buildTimeoutMs = 20 * 60_000;

export const goModule = join(root, 'test', 'clients', 'go');

/** Undefined where Go is not installed. */
export function goVersion(): string | undefined {
  try {
    return execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function go(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const options = { cwd, env: { ...process.env, ...env }, timeout: buildTimeoutMs, maxBuffer: 1 << 26 };
  await promisify(execFile)('go', [...args], options);
}

/** Answers the path of the program. */
export async function installHelm(version: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  await go(['install', `helm.sh/helm/v3/cmd/helm@${version}`], folder, { GOBIN: folder });
  return join(folder, 'helm');
}

/** The tests of one package of the module, as a program. */
export async function buildTests(name: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const program = join(folder, `${name}.test`);
  await go(['test', '-c', '-o', program, `./${name}`], goModule);
  return program;
}
