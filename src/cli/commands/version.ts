/** `milo version`: which Milo this is, and on what it runs. */
import { buildInfo } from '../../server/build-info.ts';
import type { Command } from '../command.ts';

export const version: Command = {
  name: 'version',
  summary: 'print the version',
  positionals: [],
  flags: {},
  async run() {
    const build = buildInfo();
    process.stdout.write(`milo ${build.version} (node ${build.runtime}, ${build.platform})\n`);
    return 0;
  },
};
