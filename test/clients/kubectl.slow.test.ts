/**
 * Real kubectl against a real server: every script with every covered version, on the platform and inside a
 * project. The scripts are data (scripts/); what they may say is in script.ts.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Kubectl, kubectls } from './kubectl-versions.ts';
import { makeProject } from './make-project.ts';
import { MiloServer } from './milo-server.ts';
import type { Script } from './script.ts';
import { ScriptRun } from './script-run.ts';
import { admissionKinds } from './scripts/admission-kinds.ts';
import { applyAndDiff } from './scripts/apply-and-diff.ts';
import { argoStyle } from './scripts/argo-style.ts';
import { certificatesAndFlows } from './scripts/certificates-and-flows.ts';
import { crud } from './scripts/crud.ts';
import { customResources } from './scripts/custom-resources.ts';
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
import { sharedDefaults } from './scripts/shared-defaults.ts';
import { watches } from './scripts/watches.ts';

const scripts: readonly Script[] = [
  crud,
  applyAndDiff,
  serverSideApply,
  argoStyle,
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
  customResources,
  reviews,
  projects,
  sharedDefaults,
];
/** Scripts at a time: kubectl is the heavier half of the work. */
const concurrency = 3;

let server: MiloServer;
const installed = kubectls().filter(({ path }) => path !== undefined);
const projectOf = ({ version }: Kubectl): string => `clients-${version.replace('.', '-')}`;

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
    for (const script of scripts) {
      for (const plane of script.platformOnly === true ? ['platform'] : ['platform', 'project']) {
        test(`${kubectl.version}: ${script.name} (${plane})`, async (t) => {
          if (kubectl.path === undefined) return t.skip(`kubectl ${kubectl.version} is not installed`);
          const kubeconfig =
            plane === 'platform'
              ? server.kubeconfig
              : join(server.directory, `${projectOf(kubectl)}.kubeconfig`);
          const home = join(server.directory, `home-${kubectl.version}-${plane}`);
          await new ScriptRun(server, { kubectl }, kubeconfig, home, script.name).run(script);
        });
      }
    }
  }
});
