/** The kubectl binaries of this machine that the suite covers. */
import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export interface Kubectl {
  /** `1.27`. */
  readonly version: string;
  readonly minor: number;
  /** Undefined where it is not installed. */
  readonly path: string | undefined;
}

/**
 * 1.27 asks for OpenAPI v2 and legacy discovery, 1.30 for v3 and aggregated discovery, 1.33 sends protobuf.
 * Others can be named in the environment: `KUBECTL_VERSIONS=1.29,1.31`, or `all`.
 */
const usual = '1.27,1.30,1.33';
const every = '1.27,1.28,1.29,1.30,1.31,1.32,1.33';
const named = process.env.KUBECTL_VERSIONS ?? usual;
const wanted = (named === 'all' ? every : named).split(',');

function onPath(): string | undefined {
  const folder = (process.env.PATH ?? '')
    .split(delimiter)
    .find((entry) => existsSync(join(entry, 'kubectl')));
  return folder === undefined ? undefined : realpathSync(join(folder, 'kubectl'));
}

/** Some distributions put versioned binaries (`kubectl.1.27`) beside the one on PATH. */
export function kubectls(): readonly Kubectl[] {
  const plain = onPath();
  const plainVersion = plain === undefined ? undefined : versionOf(plain);
  return wanted.map((version) => {
    const beside = plain === undefined ? undefined : join(dirname(plain), `kubectl.${version}`);
    const path =
      beside !== undefined && existsSync(beside) ? beside : plainVersion === version ? plain : undefined;
    return { version, minor: Number(version.split('.')[1]), path };
  });
}

function versionOf(path: string): string | undefined {
  const printed = execFileSync(path, ['version', '--client', '--output=json'], { encoding: 'utf8' });
  return /"gitVersion": "v([0-9]+\.[0-9]+)/.exec(printed)?.[1];
}
