/** `milo restore FILE`: a new data directory from a backup. It never touches one that holds anything. */
import { resolve } from 'node:path';
import { defaultConfig } from '../../server/config.ts';
import { restoreSnapshot } from '../../storage/backends/embedded/snapshot.ts';
import { type Command, dataDirFlag } from '../command.ts';

export const restore: Command = {
  name: 'restore',
  summary: 'make a new data directory from a backup',
  positionals: ['FILE'],
  flags: { 'data-dir': dataDirFlag },
  async run(invocation) {
    const dataDir = resolve(invocation.flag('data-dir') ?? defaultConfig.dataDir);
    await restoreSnapshot(resolve(invocation.positionals[0]!), dataDir);
    process.stdout.write(`${dataDir} is restored; "milo up --data-dir ${dataDir}" serves it\n`);
    return 0;
  },
};
