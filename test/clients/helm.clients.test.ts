/** Real Helm, built here with Go, drives a release on the platform and inside a project. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { goVersion } from '../../tools/perf/go.ts';
import { installHelm } from './go-tools.ts';
import { kubectls } from './kubectl-versions.ts';
import { makeProject } from './make-project.ts';
import { MiloServer } from './milo-server.ts';
import { ScriptRun } from './script-run.ts';
import { helm as script } from './scripts/helm.ts';

const version = 'v3.19.5';
const project = 'helm';

test('Helm', async (t) => {
  if (goVersion() === undefined) return t.skip('Go, with which Helm is built, is not installed');
  const kubectl = kubectls().findLast(({ path }) => path !== undefined);
  if (kubectl === undefined) return t.skip('kubectl, which looks at what Helm did, is not installed');
  const helm = await installHelm(version);
  const server = await MiloServer.start();
  try {
    const inProject = join(server.directory, 'project.kubeconfig');
    writeFileSync(inProject, await makeProject(server, project));
    for (const [plane, kubeconfig] of [
      ['platform', server.kubeconfig],
      ['project', inProject],
    ] as const) {
      await t.test(`${version}: a release from install to uninstall (${plane})`, async () => {
        const home = join(server.directory, `home-${plane}`);
        await new ScriptRun(server, { kubectl, helm }, kubeconfig, home, script.name).run(script);
      });
    }
  } finally {
    await server.dispose();
  }
});
