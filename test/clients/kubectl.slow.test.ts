/**
 * Real kubectl against a real server: every script with every covered version, on the platform and inside a
 * project. The scripts are data (scripts/); what they may say is in script.ts.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { KubectlRun } from './kubectl-run.ts';
import { type Kubectl, kubectls } from './kubectl-versions.ts';
import { MiloServer } from './milo-server.ts';
import { manifest, type Script } from './script.ts';
import { admissionKinds } from './scripts/admission-kinds.ts';
import { applyAndDiff } from './scripts/apply-and-diff.ts';
import { certificatesAndFlows } from './scripts/certificates-and-flows.ts';
import { crud } from './scripts/crud.ts';
import { deleteAndWait } from './scripts/delete-and-wait.ts';
import { discoveryAndExplain } from './scripts/discovery-and-explain.ts';
import { events } from './scripts/events.ts';
import { patchEditLabel } from './scripts/patch-edit-label.ts';
import { projects } from './scripts/projects.ts';
import { rbac } from './scripts/rbac.ts';
import { reviews } from './scripts/reviews.ts';
import { selectorsAndPages } from './scripts/selectors-and-pages.ts';
import { serverSideApply } from './scripts/server-side-apply.ts';
import { servicesAndQuotas } from './scripts/services-and-quotas.ts';
import { watches } from './scripts/watches.ts';

const scripts: readonly Script[] = [
  crud,
  applyAndDiff,
  serverSideApply,
  selectorsAndPages,
  patchEditLabel,
  deleteAndWait,
  watches,
  discoveryAndExplain,
  events,
  rbac,
  certificatesAndFlows,
  servicesAndQuotas,
  admissionKinds,
  reviews,
  projects,
];
/** Scripts at a time: kubectl is the heavier half of the work. */
const concurrency = 3;

let server: MiloServer;
const installed = kubectls().filter(({ path }) => path !== undefined);
const projectOf = ({ version }: Kubectl): string => `clients-${version.replace('.', '-')}`;

/** A project for every version, made the way anyone makes one. */
async function makeProject(kubectl: Kubectl): Promise<void> {
  const project = projectOf(kubectl);
  const apiVersion = 'resourcemanager.miloapis.com/v1alpha1';
  const documents = manifest(
    { apiVersion, kind: 'Organization', metadata: { name: `org-${project}` }, spec: { type: 'Standard' } },
    {
      apiVersion,
      kind: 'Project',
      metadata: { name: project },
      spec: { ownerRef: { kind: 'Organization', name: `org-${project}` } },
    },
  );
  const home = join(server.directory, `home-setup-${kubectl.version}`);
  await new KubectlRun(server, kubectl, server.kubeconfig, home, 'setup').run({
    name: 'setup',
    steps: [
      { kubectl: 'create -f -', stdin: documents },
      { kubectl: `wait --for=condition=Ready project/${project} --timeout=20s` },
    ],
  });
  writeFileSync(join(server.directory, `${project}.kubeconfig`), await server.projectKubeconfig(project));
}

describe('kubectl', { concurrency }, () => {
  before(async () => {
    if (installed.length === 0) return;
    server = await MiloServer.start();
    for (const kubectl of installed) await makeProject(kubectl);
  });
  after(async () => {
    if (installed.length > 0) await server.dispose();
  });

  for (const kubectl of kubectls()) {
    for (const script of scripts) {
      for (const plane of script.platformOnly === true ? ['platform'] : ['platform', 'project']) {
        test(`${kubectl.version}: ${script.name} (${plane})`, async (t) => {
          if (kubectl.path === undefined) return t.skip(`kubectl ${kubectl.version} is not installed`);
          const kubeconfig =
            plane === 'platform'
              ? server.kubeconfig
              : join(server.directory, `${projectOf(kubectl)}.kubeconfig`);
          const home = join(server.directory, `home-${kubectl.version}-${plane}`);
          await new KubectlRun(server, kubectl, kubeconfig, home, script.name).run(script);
        });
      }
    }
  }
});
