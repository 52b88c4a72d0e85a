/** `milo kubeconfig`: prints a kubeconfig, the administrator's or one for a single project's control plane. */

import { defaultConfig } from '../../server/config.ts';
import { existingDataDirectory } from '../../server/data-directory.ts';
import { projectKubeconfig, readKubeconfig, renderKubeconfig } from '../../server/kubeconfig.ts';
import { type Command, dataDirFlag, UsageError } from '../command.ts';
import { readProjectName } from '../flag-values.ts';

export const kubeconfig: Command = {
  name: 'kubeconfig',
  summary: 'print a kubeconfig for the platform or for a project',
  positionals: [],
  flags: {
    project: { value: 'NAME', help: "for this project's control plane instead of the platform" },
    organization: { value: 'NAME', help: 'not served yet' },
    folder: { value: 'NAME', help: 'not served yet' },
    'data-dir': dataDirFlag,
  },
  async run(invocation) {
    for (const context of ['organization', 'folder']) {
      if (invocation.has(context)) {
        throw new UsageError(
          `--${context} is not served yet: ${context}s get an API of their own with identities`,
        );
      }
    }
    const project = invocation.flag('project');
    const name = project === undefined ? undefined : readProjectName('--project', project);
    const admin = readKubeconfig(existingDataDirectory(invocation.flag('data-dir') ?? defaultConfig.dataDir));
    process.stdout.write(renderKubeconfig(name === undefined ? admin : projectKubeconfig(admin, name)));
    return 0;
  },
};
