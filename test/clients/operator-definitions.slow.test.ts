/** Real kubectl installs the definitions of Gateway API, cert-manager, Argo CD and Flux, and uses and removes them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { corpusFolder, corpusMissing } from '../corpus.ts';
import { kubectls } from './kubectl-versions.ts';
import { makeProject } from './make-project.ts';
import { MiloServer } from './milo-server.ts';
import { ScriptRun } from './script-run.ts';
import { operatorDefinitions } from './scripts/operator-definitions.ts';

const project = 'operators';
const crds = corpusFolder('crds');
const gatewayApi = corpusFolder('gateway-api');
/** How kubectl reads definitions has not changed in years; what its versions do otherwise, other scripts tell. */
const kubectl = kubectls().findLast(({ path }) => path !== undefined);

function skip(): string | false {
  if (crds === undefined) return corpusMissing('crds');
  if (gatewayApi === undefined) return corpusMissing('gateway-api');
  return kubectl === undefined ? 'kubectl is not installed' : false;
}

describe('kubectl and operators', { skip: skip() }, () => {
  let server: MiloServer;
  let inProject: string;
  before(async () => {
    server = await MiloServer.start();
    inProject = join(server.directory, 'project.kubeconfig');
    writeFileSync(inProject, await makeProject(server, project));
  });
  after(async () => {
    await server?.dispose();
  });

  for (const plane of ['platform', 'project']) {
    test(`${kubectl?.version}: definitions of operators (${plane})`, async () => {
      const script = operatorDefinitions(crds!, gatewayApi!);
      const kubeconfig = plane === 'platform' ? server.kubeconfig : inProject;
      const home = join(server.directory, `home-${plane}`);
      await new ScriptRun(server, { kubectl: kubectl! }, kubeconfig, home, script.name).run(script);
    });
  }
});
