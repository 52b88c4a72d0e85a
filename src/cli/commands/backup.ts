/**
 * `milo backup FILE`: a consistent copy of the store. A running server is asked to write it, because the store
 * is its process's alone; without one the store is opened here.
 */
import { resolve } from 'node:path';
import { defaultConfig } from '../../server/config.ts';
import { askServer } from '../../server/control-socket.ts';
import { existingDataDirectory } from '../../server/data-directory.ts';
import { UserError } from '../../server/user-error.ts';
import { openStore } from '../../storage/backends/registry.ts';
import { type Command, dataDirFlag } from '../command.ts';

export const backup: Command = {
  name: 'backup',
  summary: 'write a copy of the store to a file, while it serves or not',
  positionals: ['FILE'],
  flags: { 'data-dir': dataDirFlag },
  async run(invocation) {
    const dataDir = existingDataDirectory(invocation.flag('data-dir') ?? defaultConfig.dataDir);
    const file = resolve(invocation.positionals[0]!);
    const reply = await askServer(dataDir, { command: 'snapshot', file });
    if (reply === undefined) {
      const store = await openStore(`embedded:${dataDir}`);
      try {
        await store.snapshot(file);
      } finally {
        await store.close();
      }
    } else if (!reply.ok) throw new UserError(reply.message);
    process.stdout.write(`${dataDir} is backed up to ${file}; certificates and keys are not in it\n`);
    return 0;
  },
};
