/** What the tests build with Go: Helm, and Go tests of our own. */
import { dirname, join } from 'node:path';
import { go, programPath } from '../../tools/perf/go.ts';
import { root } from '../corpus.ts';

export const goModule = join(root, 'test', 'clients', 'go');

/** Answers the path of the program. */
export async function installHelm(version: string): Promise<string> {
  const program = programPath('helm');
  await go(['install', `helm.sh/helm/v3/cmd/helm@${version}`], undefined, { GOBIN: dirname(program) });
  return program;
}

/** The tests of one package of the module, as a program. */
export async function buildTests(name: string): Promise<string> {
  const program = programPath(`${name}.test`);
  await go(['test', '-c', '-o', program, `./${name}`], goModule);
  return program;
}
