/** Real kubectl explains every kind that a real server lists, on the platform and in a project. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { KubectlRun } from './kubectl-run.ts';
import { type Kubectl, kubectls } from './kubectl-versions.ts';
import { MiloServer } from './milo-server.ts';
import { manifest } from './script.ts';
import { explainEvery, type ListedResource } from './scripts/explain.ts';

const concurrency = 3;
const project = 'explained';
let server: MiloServer;
const installed = kubectls().filter(({ path }) => path !== undefined);

async function makeProject(kubectl: Kubectl): Promise<void> {
  const apiVersion = 'resourcemanager.miloapis.com/v1alpha1';
  const stdin = manifest(
    { apiVersion, kind: 'Organization', metadata: { name: `org-${project}` }, spec: { type: 'Standard' } },
    {
      apiVersion,
      kind: 'Project',
      metadata: { name: project },
      spec: { ownerRef: { kind: 'Organization', name: `org-${project}` } },
    },
  );
  await new KubectlRun(server, kubectl, server.kubeconfig, join(server.directory, 'home'), 'setup').run({
    name: 'setup',
    steps: [{ kubectl: 'create -f -', stdin }],
  });
}

/** From the documents of discovery themselves, so that no kind can be left out. */
function listedResources({ path }: Kubectl, kubeconfig: string): ListedResource[] {
  const url = execFileSync(path!, [
    '--kubeconfig',
    kubeconfig,
    'config',
    'view',
    '-o',
    'jsonpath={.clusters[0].cluster.server}',
  ]);
  const prefix = new URL(url.toString()).pathname.replace(/\/$/, '');
  const get = (document: string) =>
    JSON.parse(
      execFileSync(path!, ['--kubeconfig', kubeconfig, 'get', '--raw', `${prefix}${document}`], {
        encoding: 'utf8',
      }),
    );
  const versions: string[] = get('/apis').groups.flatMap((group: { versions: { groupVersion: string }[] }) =>
    group.versions.map(({ groupVersion }) => `/apis/${groupVersion}`),
  );
  return ['/api/v1', ...versions].flatMap((document) => {
    const { groupVersion, resources } = get(document);
    return resources
      .filter(({ name }: ListedResource) => !name.includes('/'))
      .map(({ name, kind }: ListedResource) => ({ groupVersion, name, kind }));
  });
}

describe('kubectl explain --recursive', { concurrency }, () => {
  before(async () => {
    if (installed.length === 0) return;
    server = await MiloServer.start();
    await makeProject(installed[0]!);
    writeFileSync(join(server.directory, `${project}.kubeconfig`), await server.projectKubeconfig(project));
  });
  after(async () => {
    if (installed.length > 0) await server.dispose();
  });

  for (const kubectl of kubectls()) {
    for (const plane of ['platform', 'project']) {
      test(`${kubectl.version}: every kind (${plane})`, async (t) => {
        if (kubectl.path === undefined) return t.skip(`kubectl ${kubectl.version} is not installed`);
        const kubeconfig =
          plane === 'platform' ? server.kubeconfig : join(server.directory, `${project}.kubeconfig`);
        const resources = listedResources(kubectl, kubeconfig);
        assert.ok(resources.length > 20, `${resources.length} kinds`);
        t.diagnostic(`${resources.length} kinds`);
        const home = join(server.directory, `home-${kubectl.version}-${plane}`);
        await new KubectlRun(server, kubectl, kubeconfig, home, 'explain').run(explainEvery(resources));
      });
    }
  }
});
