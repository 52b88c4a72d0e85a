/** Real kubectl applies, compares, replaces and explains every kind that a real server lists, on the platform and in a project. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Kubectl, kubectls } from './kubectl-versions.ts';
import { makeProject } from './make-project.ts';
import { MiloServer } from './milo-server.ts';
import { samples } from './samples.ts';
import type { Script } from './script.ts';
import { ScriptRun } from './script-run.ts';
import { everyKind } from './scripts/every-kind.ts';
import { explainEvery } from './scripts/explain.ts';
import { type ListedResource, listedResources } from './served-kinds.ts';

const concurrency = 3;
let server: MiloServer;
const installed = kubectls().filter(({ path }) => path !== undefined);
const projectOf = ({ version }: Kubectl): string => `kinds-${version.replace('.', '-')}`;

const nameOf = (apiVersion: string, kind: string): string => `${apiVersion} ${kind}`;

/** Only of kinds that are stored: reviews have nothing to compare. */
function scriptOfSamples(resources: readonly ListedResource[]): Script {
  const stored = new Set(
    resources
      .filter(({ verbs }) => verbs.includes('create') && verbs.includes('patch'))
      .map(({ groupVersion, kind }) => nameOf(groupVersion, kind)),
  );
  const chosen = samples.filter(({ apiVersion, kind }) => stored.has(nameOf(apiVersion, kind)));
  const sampled = new Set(chosen.map(({ apiVersion, kind }) => nameOf(apiVersion, kind)));
  assert.deepEqual(
    [...stored].filter((name) => !sampled.has(name)),
    [],
    'kinds without a sample',
  );
  return everyKind(chosen);
}

const scripts: readonly { name: string; of: (resources: readonly ListedResource[]) => Script }[] = [
  { name: 'diff after apply of every kind', of: scriptOfSamples },
  { name: 'explain --recursive of every kind', of: explainEvery },
];

describe('kubectl', { concurrency }, () => {
  before(async () => {
    if (installed.length === 0) return;
    server = await MiloServer.start();
    for (const kubectl of installed) {
      const project = projectOf(kubectl);
      writeFileSync(join(server.directory, `${project}.kubeconfig`), await makeProject(server, project));
    }
  });
  after(async () => {
    if (installed.length > 0) await server.dispose();
  });

  for (const kubectl of kubectls()) {
    for (const { name, of } of scripts) {
      for (const plane of ['platform', 'project']) {
        test(`${kubectl.version}: ${name} (${plane})`, async (t) => {
          if (kubectl.path === undefined) return t.skip(`kubectl ${kubectl.version} is not installed`);
          const kubeconfig =
            plane === 'platform'
              ? server.kubeconfig
              : join(server.directory, `${projectOf(kubectl)}.kubeconfig`);
          // What the samples define or register comes and goes while others look.
          const resources = listedResources(
            kubectl.path,
            kubeconfig,
            (group) => !group.endsWith('.example.com'),
          );
          assert.ok(resources.length > 20, `${resources.length} kinds`);
          t.diagnostic(`${resources.length} kinds`);
          const script = of(resources);
          const home = join(server.directory, `home-${kubectl.version}-${plane}`);
          await new ScriptRun(server, { kubectl }, kubeconfig, home, script.name).run(script);
        });
      }
    }
  }
});
